/* SPDX-License-Identifier: ISC */
/*
 * A connection of the SQLite store: a database handle and its statements.
 * The store has one that writes; readers have their own.  An int that is
 * returned is a code of SQLite, but for the two functions that say otherwise.
 */
#ifndef BANKD_SQLITE_CONNECTION_H
#define BANKD_SQLITE_CONNECTION_H

#include <sqlite3.h>

#include "../../ledger/proof.h"
#include "../store_open.h"
#include "sqlite_statement.h"

#define STORE_BUSY_MS 5000 /* a reader's, for a start to end */

struct store_connection {
	sqlite3 *db;
	sqlite3_stmt *sql[SQL_COUNT]; /* each made by its first use */
	struct chain chain;
};

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

#endif
