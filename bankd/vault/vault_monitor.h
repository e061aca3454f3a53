/* SPDX-License-Identifier: ISC */
/*
 * The vault's end of the link to the monitor.
 */
#ifndef BANKD_VAULT_MONITOR_H
#define BANKD_VAULT_MONITOR_H

struct vault;

/* Owns `fd`; the log goes there from now on.  0 or BANK_ENOMEM. */
int vault_monitor_join(struct vault *vault, int fd);

#endif
