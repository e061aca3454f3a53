/* SPDX-License-Identifier: ISC */
/*
 * The locks of SQLite on bank.db: taken once, and kept while the store is open.
 */
#ifndef BANKD_SQLITE_LOCK_H
#define BANKD_SQLITE_LOCK_H

#include <stddef.h>
#include <sqlite3.h>

struct store_locks;

/*
 * Takes the lock for writing, and *fd with it, which is closed after SQLite's
 * connections; BANK_EBUSY where another program has it.
 */
int sqlite_lock_log(const char *directory, int *fd, char *error, size_t size);
/* A code of SQLite.  From now on its locks are kept; before it is closed. */
int sqlite_locks_keep(struct store_locks **locks, sqlite3 *db);
/* For one more connection of the process that has them. */
int sqlite_locks_share(struct store_locks **locks, sqlite3 *db);
void sqlite_locks_give_back(struct store_locks *locks);

#endif
