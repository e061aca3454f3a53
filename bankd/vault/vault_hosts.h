/* SPDX-License-Identifier: ISC */
/*
 * When the vault asks for what other hosts did.
 */
#ifndef BANKD_VAULT_HOSTS_H
#define BANKD_VAULT_HOSTS_H

struct vault;

/* Takes it over now, and sees to it that this is called again. */
void vault_hosts_poll(struct vault *vault);
/* The same in so many ms; never where there are no others. */
void vault_hosts_poll_in(struct vault *vault, unsigned ms);

#endif
