/* SPDX-License-Identifier: ISC */
/*
 * The vault: the process that knows customers and money.  It holds Kprb, the
 * logins, the entries and the two files; it has no network and runs no
 * program.
 */
#ifndef BANKD_VAULT_H
#define BANKD_VAULT_H

struct store_options;

/*
 * The whole life of the process; `monitor_fd` is its socket to the monitor.
 * Returns a code of sysexits(3); a failed write or sync ends it before.
 */
int vault_main(int monitor_fd);
/* The same over a journal that the caller chooses, not the configuration. */
int vault_main_over(int monitor_fd, const struct store_options *options);

#endif
