/* SPDX-License-Identifier: ISC */
/*
 * The vault's end of the link to the front.
 */
#ifndef BANKD_VAULT_FRONT_H
#define BANKD_VAULT_FRONT_H

struct vault;

/*
 * A new front: what was there of an old one is over, its sessions have their
 * grace time.  Owns `fd`.
 */
void vault_front_join(struct vault *vault, int fd);
/* It is heard from when the vault serves. */
void vault_front_listen(struct vault *vault);
/* Drops the front; the monitor makes another.  `why` is for the log. */
void vault_front_drop(struct vault *vault, const char *why);
/* Takes all that can be read now. */
void vault_front_read(struct vault *vault);

/* Runs what is in the batch and sends all that waits: ends each callback. */
void vault_settle(void *vault);
/* Sends what waits, now or when there is room. */
void vault_front_flush(struct vault *vault);

#endif
