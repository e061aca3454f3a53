/* SPDX-License-Identifier: ISC */
/*
 * A database of an older bankd made one of ours.  From `version` on, each row
 * of the table in its turn, up to the one with a NULL `sql`, whose `from` is
 * the schema reached; all in one transaction, after a copy of the whole to
 * bank.db.schemaN.TIME.
 */
#ifndef BANKD_SQLITE_MIGRATE_H
#define BANKD_SQLITE_MIGRATE_H

#include <stddef.h>
#include <stdint.h>

struct store_connection;

struct store_migration {
	int from;
	const char *sql;
};
extern const struct store_migration sqlite_migrations[];
int sqlite_migrate(struct store_connection *connection, const char *directory,
    const struct store_migration *migrations, int64_t version, char *error,
    size_t size);
/* The same of a copy in memory; SQLite's codes. */
int sqlite_migrate_detached(
    struct store_connection *connection, int64_t version);

#endif
