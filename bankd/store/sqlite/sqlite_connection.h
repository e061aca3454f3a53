/* SPDX-License-Identifier: ISC */
/*
 * A connection of the SQLite store: a database handle, its statements, and
 * what turns rows into structs.  The store has one that writes; readers have
 * their own.
 */
#ifndef BANKD_SQLITE_CONNECTION_H
#define BANKD_SQLITE_CONNECTION_H

#include <sqlite3.h>

#include "../../ledger/proof.h"
#include "../store.h"
#include "../store_reader.h"

#define STORE_BUSY_MS 5000 /* a reader's, for a start to end */

/* One row for each statement; its text is in the table of store_sql.c. */
enum store_sql {
	SQL_BEGIN,
	SQL_BEGIN_READ,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_SAVEPOINT,
	SQL_RELEASE,
	SQL_ROLLBACK_TO,
	SQL_META_GET,
	SQL_META_PUT,
	SQL_ENTRY_ADD,
	SQL_ENTRY_BY_SEQ,
	SQL_ENTRY_BY_TXID,
	SQL_ENTRY_BY_REVERSES,
	SQL_ENTRY_AFTER,
	SQL_ENTRY_MILESTONE,
	SQL_ENTRY_MAX,
	SQL_ACCOUNT_ADD,
	SQL_ACCOUNT_PUT,
	SQL_ACCOUNT_HASH,
	SQL_ACCOUNT_TEXTS,
	SQL_ACCOUNT_TEXTS_ALL,
	SQL_ACCOUNT_AFTER,
	SQL_ACCOUNT_ID,
	SQL_ACCOUNT_MAX,
	SQL_SETTLED_ADD,
	SQL_SETTLED_COUNT,
	SQL_SETTLED_FIND,
	SQL_SETTLED_DROP,
	SQL_ATTEMPT_GET,
	SQL_ATTEMPT_PUT,
	SQL_ATTEMPT_ADD,
	SQL_ATTEMPT_DROP,
	SQL_ATTEMPT_TRIM,
	SQL_ATTEMPT_PENDING,
	SQL_ATTEMPT_TAKE_BACK,
	SQL_STRANGER_PUT,
	SQL_STRANGER_ADD,
	SQL_STRANGER_DROP,
	SQL_STRANGER_TRIM,
	SQL_STRANGER_TAKE_BACK,
	SQL_STRANGER_EVICT_IDLE,
	SQL_STRANGER_EVICT,
	SQL_STRANGER_COUNT,
	SQL_KIOSK_PUT,
	SQL_KIOSK_ALL,
	SQL_COUNT
};

struct store_connection {
	sqlite3 *db;
	sqlite3_stmt *sql[SQL_COUNT]; /* each made by its first use */
	struct chain chain;
};

/* sqlite_connection.c: connections.  SQLite's codes, not ours. */
int sqlite_connection_open(
    struct store_connection *connection, const char *directory);
/*
 * Of a state that nobody has open and that may not be writable: reads it
 * with what its log holds, takes no lock, makes no file and changes nothing.
 */
int sqlite_connection_open_still(
    struct store_connection *connection, const char *directory);
/* Goes on in a copy in memory: the files are as they are from now on. */
int sqlite_connection_detach(struct store_connection *connection);
/* An empty one that is nowhere but in memory. */
int sqlite_connection_open_empty(struct store_connection *connection);
void sqlite_connection_close(struct store_connection *connection);
sqlite3_stmt *sqlite_connection_statement(
    struct store_connection *connection, enum store_sql which);
/* Runs a statement that gives no rows; bindings are cleared by the next. */
int sqlite_connection_run(
    struct store_connection *connection, enum store_sql which);
/* 0 or BANK_E... for a code that SQLite returned. */
int sqlite_connection_error(
    const struct store_connection *connection, int code);
/* The same for a checkpoint, which writes to the database alone. */
int sqlite_connection_checkpoint_error(
    const struct store_connection *connection, int code);
/* What the code says, or the system's reason where it says too little. */
const char *sqlite_connection_strerror(
    const struct store_connection *connection, int code);
/* The errno of the newest call on a file that failed. */
int sqlite_connection_errno(const struct store_connection *connection);
int sqlite_connection_get_meta(
    struct store_connection *connection, const char *key, sqlite3_stmt **row);
int sqlite_connection_put_meta(
    struct store_connection *connection, const char *key, int64_t number);
int sqlite_connection_put_meta_text(
    struct store_connection *connection, const char *key, const char *text);
int sqlite_connection_put_meta_bytes(struct store_connection *connection,
    const char *key, const void *bytes, size_t length);
int64_t sqlite_connection_meta_number(
    struct store_connection *connection, const char *key, int *error);

/* sqlite_rows.c: rows and bytes. */
typedef const char *store_id_of(void *context, uint32_t number);
void sqlite_entry_bind(sqlite3_stmt *row, const struct ledger_entry *entry);
/* BANK_EDAMAGED where a column can't be of an entry. */
int sqlite_entry_read(sqlite3_stmt *row, struct ledger_entry *entry,
    store_id_of *id_of, void *context);
void sqlite_account_bind(
    sqlite3_stmt *row, const struct ledger_account *account);
int sqlite_account_read(sqlite3_stmt *row, struct ledger_account *account);

#endif
