/* SPDX-License-Identifier: ISC */
/*
 * Copies of the SQLite store: a reader's, made while the vault writes on, and
 * the closing of one that is to stand alone.  Run by bankctl; names no file
 * itself.
 */
#include "sqlite_store.h"

#include <stdio.h>

#include "../../../shared/base/error.h"

#define PROGRESS_STEPS 10000 /* of SQLite's machine: some milliseconds */

void
store_reader_watch(
    struct store_reader *reader, int (*progress)(void *context), void *context)
{
	reader->progress = progress;
	reader->context = context;
}

/*
 * Row by row, not page by page: what is damaged shows here already, and what
 * comes out has no log that would have to go with it.
 */
static int
vacuum_into(struct store_reader *reader, const char *path)
{
	sqlite3 *db = reader->connection.db;
	sqlite3_stmt *row = NULL;
	int code;

	code = sqlite3_exec(db, "PRAGMA query_only = 0", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v2(db, "VACUUM INTO ?1", -1, &row, NULL);
	if (code == SQLITE_OK) {
		sqlite3_progress_handler(
		    db, PROGRESS_STEPS, reader->progress, reader->context);
		sqlite3_bind_text(row, 1, path, -1, SQLITE_STATIC);
		code = sqlite3_step(row);
		sqlite3_progress_handler(db, 0, NULL, NULL);
	}
	sqlite3_finalize(row);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

int
store_reader_copy(struct store_reader *reader, const char *path,
    char *error_text, size_t size)
{
	int code, error = sqlite_reader_begin(reader);

	if (error != 0) {
		snprintf(error_text, size, "%s", bank_strerror(error));
		return error;
	}
	sqlite_reader_end(reader);
	code = vacuum_into(reader, path);
	error = sqlite_connection_error(&reader->connection, code);
	if (error != 0)
		snprintf(error_text, size, "%s",
		    sqlite_connection_strerror(&reader->connection, code));
	(void)sqlite3_exec(
	    reader->connection.db, "PRAGMA query_only = 1", NULL, NULL, NULL);
	/* A vault that starts copies the log away under an old reader. */
	if (sqlite_reader_is_current(reader))
		return error;
	snprintf(error_text, size, "the bank was started meanwhile; try again");
	return BANK_EAGAIN;
}

int
store_close_whole(struct store *store)
{
	int error = sqlite_checkpoint(store, SQLITE_CHECKPOINT_TRUNCATE);

	store_close(store);
	return error;
}
