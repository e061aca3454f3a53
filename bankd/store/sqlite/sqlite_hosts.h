/* SPDX-License-Identifier: ISC */
/*
 * What bank.db has for many hosts alone.
 */
#ifndef BANKD_SQLITE_HOSTS_H
#define BANKD_SQLITE_HOSTS_H

struct store;
struct store_attempt;

int sqlite_hosts_open(struct store *store);
/* Before the row is put: whose attempts are pending. */
int sqlite_note_pending(
    struct store *store, const struct store_attempt *attempt);

#endif
