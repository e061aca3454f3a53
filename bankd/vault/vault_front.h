/* SPDX-License-Identifier: ISC */
/*
 * The vault's end of the link to the front.
 */
#ifndef BANKD_VAULT_FRONT_H
#define BANKD_VAULT_FRONT_H

struct vault;

/*
 * A new front: connections of the old one are over, and the grace time of
 * their sessions begins.  Owns `fd`.
 */
void vault_front_join(struct vault *vault, int fd);
/* Begins to listen to it: the vault serves. */
void vault_front_listen(struct vault *vault);
/* Takes all that can be read now. */
void vault_front_read(struct vault *vault);

/* Runs what is in the batch and sends all that waits: ends each callback. */
void vault_settle(void *vault);
/* Sends what waits, now or when there is room. */
void vault_front_flush(struct vault *vault);

#endif
