/* SPDX-License-Identifier: ISC */
/*
 * Copies of the SQLite store: a reader's, made while the vault writes on, and
 * the closing of one that is to stand alone.  Run by bankctl; names no file
 * itself.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../../shared/base/error.h"
#include "../../journal/journal_file.h"
#include "../store_copy.h"
#include "../store_files.h"
#include "../store_reader.h"
#include "sqlite_checkpoint.h"
#include "sqlite_connection.h"
#include "sqlite_reader.h"
#include "sqlite_schema.h"

#define PROGRESS_STEPS 10000 /* of SQLite's machine: some milliseconds */
#define CATCH_UP_NS 10000000 /* ten times as often as a bank publishes */
#define CATCH_UP_TRIES 3000

/* Of an older schema nothing: it is migrated to no other. */
static const char renewed[] =
    "UPDATE meta SET value = 'new' WHERE key = 'journal';"
    "UPDATE meta SET value = randomblob(32) WHERE key = 'digest';"
    "DELETE FROM meta WHERE key = 'leap';";

/* It keeps its place. */
static const char adopted[] =
    "UPDATE meta SET value = 'new' WHERE key = 'journal';"
    "DELETE FROM meta WHERE key = 'leap';";

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
store_reader_catch_up(struct store_reader *reader, uint64_t newest)
{
	const struct timespec pause = { 0, CATCH_UP_NS };
	uint64_t in_files = journal_file_newest(reader->directory);
	uint64_t wanted = newest > in_files ? newest : in_files;
	int64_t lot = 0;
	int error = 0;

	for (int try = 0; error == 0 && try < CATCH_UP_TRIES; try++) {
		error = sqlite_reader_begin(reader);
		if (error == 0)
			lot = sqlite_connection_meta_number(
			    &reader->connection, "lot", &error);
		sqlite_reader_end(reader);
		if (error != 0 || (uint64_t)lot >= wanted)
			return error;
		nanosleep(&pause, NULL);
	}
	return error != 0 ? error : BANK_ETIMEOUT;
}

int
store_reader_secret(
    struct store_reader *reader, uint8_t secret[STORE_SECRET_SIZE])
{
	sqlite3_stmt *row;
	int error = sqlite_reader_begin(reader);

	if (error != 0)
		return error;
	if (sqlite_connection_get_meta(&reader->connection, "secret", &row) ==
		SQLITE_ROW &&
	    sqlite3_column_bytes(row, 0) == STORE_SECRET_SIZE)
		memcpy(secret, sqlite3_column_blob(row, 0), STORE_SECRET_SIZE);
	else
		error = BANK_EDAMAGED;
	sqlite3_reset(row);
	sqlite_reader_end(reader);
	return error;
}

int
store_reader_copy(struct store_reader *reader, const char *path,
    char *error_text, size_t size)
{
	int code = vacuum_into(reader, path);
	int error = sqlite_connection_error(&reader->connection, code);

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

static int
change_copy(
    const char *directory, const char *sql, char *error_text, size_t size)
{
	struct store_connection connection;
	int code = sqlite_connection_open(&connection, directory), error;

	if (code == SQLITE_OK)
		code = sqlite3_exec(connection.db, sql, NULL, NULL, NULL);
	error = sqlite_connection_error(&connection, code);
	if (error != 0)
		snprintf(error_text, size, "%s/" STORE_FILE ": %s", directory,
		    sqlite_connection_strerror(&connection, code));
	sqlite_connection_close(&connection);
	return error;
}

int
store_renew(const char *directory, char *error_text, size_t size)
{
	return change_copy(directory, renewed, error_text, size);
}

int
store_adopt(const char *directory, char *error_text, size_t size)
{
	return change_copy(directory, adopted, error_text, size);
}

int
store_close_whole(struct store *store)
{
	int error = sqlite_checkpoint(store, SQLITE_CHECKPOINT_TRUNCATE);

	store_close(store);
	return error;
}
