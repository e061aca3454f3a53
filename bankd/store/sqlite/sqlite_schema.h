/* SPDX-License-Identifier: ISC */
/*
 * The tables of bank.db.  What returns an int returns a code of SQLite.
 */
#ifndef BANKD_SQLITE_SCHEMA_H
#define BANKD_SQLITE_SCHEMA_H

struct store_connection;

#define STORE_SCHEMA 5
#define STORE_APPLICATION 0x62616e6b /* "bank" */
#define STORE_SECRET_SIZE 32

/* The tables of an empty database. */
int sqlite_schema_make(struct store_connection *connection);
/* What an older one of the same schema may lack. */
int sqlite_schema_add(struct store_connection *connection);
/* Records that wait until another one settles them. */
#define STORE_AUDIT_WAITS "verb IN ('request', 'reconcile', 'low')"
#define STORE_AUDIT_TABLE                                                     \
	"CREATE TABLE audit ("                                                \
	" number INTEGER PRIMARY KEY, time INTEGER NOT NULL,"                 \
	" by TEXT, verb TEXT, about TEXT, detail TEXT,"                       \
	" reason TEXT, seq INTEGER NOT NULL,"                                 \
	" of INTEGER NOT NULL, chain BLOB NOT NULL) STRICT;"                  \
	"CREATE INDEX audit_of ON audit (of) WHERE of > 0;"                   \
	"CREATE INDEX audit_waits ON audit (number) WHERE " STORE_AUDIT_WAITS \
	";"
#define STORE_STOCK_TABLE                             \
	"CREATE TABLE stock (kiosk TEXT PRIMARY KEY," \
	" time INTEGER NOT NULL, notes TEXT NOT NULL) STRICT, WITHOUT ROWID;"
/* SQL for the meta of a bank without a journal. */
extern const char sqlite_new_place[];

#endif
