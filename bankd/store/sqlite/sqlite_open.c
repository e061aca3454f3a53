/* SPDX-License-Identifier: ISC */
/*
 * Opening and closing the SQLite store: files, schema, pragmas.  The
 * vault's, which holds the directory's lock.  What is read and proven then
 * is in sqlite_load.c.
 */
#include "sqlite_open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/file.h"
#include "../../../shared/base/util.h"
#include "../../../shared/base/progress.h"
#include "../store_files.h"
#include "sqlite_checkpoint.h"
#include "sqlite_hosts.h"
#include "sqlite_journal.h"
#include "sqlite_load.h"
#include "sqlite_lock.h"
#include "sqlite_migrate.h"
#include "sqlite_recover.h"
#include "sqlite_state.h"

/*
 * DELETE of the file's own pages is never needed, so nothing is shredded.
 * Of the pages, those that the next batches want fit into 4 MB: the ends of
 * entries and txids, and the next accounts to be written back.  More would
 * cost time too: a commit that has split a page of the index of txids looks
 * at every page in the cache.
 */
static const char pragmas[] = "PRAGMA locking_mode = NORMAL;"
			      "PRAGMA synchronous = FULL;"
			      "PRAGMA wal_autocheckpoint = 0;"
			      "PRAGMA journal_size_limit = 67108864;"
			      "PRAGMA cache_size = -4096;"
			      "PRAGMA cache_spill = OFF;"
			      "PRAGMA temp_store = MEMORY;";

#define PROGRESS_STEPS 100000 /* of SQLite's machine; some milliseconds */

struct opening {
	const char *directory;
	char *error;
	size_t size;
};

static int
refuse(const struct opening *opening, int error, const char *format, ...)
{
	char reason[PATH_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	snprintf(opening->error, opening->size, "%s/" STORE_FILE ": %s",
	    opening->directory, reason);
	return error;
}

static int
refuse_code(const struct opening *opening, struct store *store, int code)
{
	const struct store_connection *connection = &store->connection;
	int error = sqlite_connection_error(connection, code);

	/* The index of a log that is still empty: no commit depends on it. */
	if (code == SQLITE_IOERR_SHMSIZE &&
	    file_errno_is_full(sqlite_connection_errno(connection)))
		error = BANK_ENOSPC;
	return refuse(opening, error, "%s%s",
	    sqlite_connection_strerror(connection, code),
	    sqlite_help(connection, error));
}

const char *
sqlite_help(const struct store_connection *connection, int error)
{
	if (error == BANK_EDAMAGED)
		return "; restore a backup";
	if (error == BANK_EBUSY)
		return "; another program keeps it locked: end that program";
	if (error == BANK_ECRYPTO)
		return "; OpenSSL can't do this here: see the file that "
		       "configures it";
	if (error != BANK_ENOSPC)
		return "";
	return sqlite_room_help(sqlite_connection_errno(connection));
}

const char *
sqlite_room_help(int number)
{
	return number == EFBIG
	    ? "; raise the limit on a file's size (ulimit -f, LimitFSIZE)"
	    : "; make room on this file system";
}

/* An empty file is a database without tables, and has our mode. */
static int
make_file(const struct opening *opening)
{
	char path[PATH_MAX];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/" STORE_FILE,
		opening->directory) >= sizeof(path))
		return refuse(opening, BANK_EINVAL, "the path is too long");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1 && errno == EEXIST)
		return 0;
	if (fd == -1)
		return refuse(opening,
		    file_errno_is_full(errno) ? BANK_ENOSPC : BANK_ESYS, "%s",
		    strerror(errno));
	close(fd);
	if (file_sync_directory(path) != 0)
		return refuse(opening, BANK_EIO, "%s", strerror(errno));
	return 0;
}

/* SQLite would wait for a pipe, or go where a link leads. */
static int
check_files(const struct opening *opening)
{
	static const char *const names[] = { STORE_FILE, STORE_WAL,
		STORE_FILE "-shm" };
	char path[PATH_MAX];
	struct stat status;
	size_t i;

	for (i = 0; i < NELEM(names); i++) {
		if ((size_t)snprintf(path, sizeof(path), "%s/%s",
			opening->directory, names[i]) >= sizeof(path) ||
		    lstat(path, &status) == -1 || S_ISREG(status.st_mode))
			continue;
		snprintf(opening->error, opening->size,
		    "%s: not a regular file; move it out of the state "
		    "directory, and look for the file itself",
		    path);
		return BANK_EINVAL;
	}
	return 0;
}

static int
note_wal_pages(void *context, sqlite3 *db, const char *name, int pages)
{
	struct store *store = context;

	(void)db;
	(void)name;
	store->wal_pages = pages;
	return SQLITE_OK;
}

static int
one_number(struct store *store, const char *sql, int64_t *number)
{
	sqlite3_stmt *row = NULL;
	int code =
	    sqlite3_prepare_v2(store->connection.db, sql, -1, &row, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(row);
	if (code == SQLITE_ROW)
		*number = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* Of this schema, or of one that a start makes one of this. */
static bool
is_migratable(int64_t version)
{
	const struct store_migration *migration = sqlite_migrations;

	while (migration->sql != NULL && migration->from != version)
		migration++;
	return migration->from == version;
}

/* Who only looks changes nothing: what a start would make is in memory. */
static int
migrate_in_memory(
    struct store *store, const struct opening *opening, int64_t version)
{
	int code = sqlite_connection_detach(&store->connection);

	if (code == SQLITE_OK) {
		store->detached = true;
		code = sqlite_migrate_detached(&store->connection, version);
	}
	return code == SQLITE_OK ? 0 : refuse_code(opening, store, code);
}

static int
check_schema(struct store *store, const struct opening *opening)
{
	int64_t application = 0, tables = 0, version;
	int code, error = 0;

	code = one_number(store, "PRAGMA application_id", &application);
	if (code == SQLITE_OK)
		code = one_number(
		    store, "SELECT count(*) FROM sqlite_schema", &tables);
	if (code == SQLITE_OK && application == 0 && tables == 0)
		code = sqlite_schema_make(&store->connection);
	else if (code == SQLITE_OK && application != STORE_APPLICATION)
		return refuse(
		    opening, BANK_EINVAL, "it is not the database of a bank");
	if (code != SQLITE_OK)
		return refuse_code(opening, store, code);
	version =
	    sqlite_connection_meta_number(&store->connection, "schema", &error);
	if (error != 0)
		return refuse(
		    opening, error, "the schema's version is missing");
	if (version > STORE_SCHEMA)
		return refuse(opening, BANK_EINVAL,
		    "a newer bankd made it (schema %lld, this one knows %d); "
		    "install that one, or restore a backup",
		    (long long)version, STORE_SCHEMA);
	if (store->looking && is_migratable(version))
		return version == STORE_SCHEMA
		    ? 0
		    : migrate_in_memory(store, opening, version);
	error = sqlite_migrate(&store->connection, opening->directory,
	    sqlite_migrations, version, opening->error, opening->size);
	if (error != 0)
		return error;
	code = sqlite_schema_add(&store->connection);
	return code == SQLITE_OK ? 0 : refuse_code(opening, store, code);
}

static int
set_up(struct store *store, const struct opening *opening)
{
	sqlite3 *db = store->connection.db;
	sqlite3_stmt *row = NULL;
	bool wal = false;
	int code;

	/* Others are waited for by who may do something else meanwhile. */
	sqlite3_busy_timeout(db, STORE_READERS_MS);
	code = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v2(
		    db, "PRAGMA journal_mode = WAL", -1, &row, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
		wal = strcmp((const char *)sqlite3_column_text(row, 0),
			  "wal") == 0;
		/* The row tells what shall be; the end commits it. */
		code = sqlite3_step(row);
	}
	sqlite3_finalize(row);
	if (code == SQLITE_DONE)
		code = SQLITE_OK;
	if (code != SQLITE_OK)
		return refuse_code(opening, store, code);
	if (!wal)
		return refuse(opening, BANK_ESYS,
		    "this file system does not support a write-ahead log");
	sqlite3_wal_hook(db, note_wal_pages, store);
	return 0;
}

/* Statements that take long, such as those of a migration. */
static int
still_at_it(void *context)
{
	(void)context;
	progress_sign();
	return 0;
}

/* Nobody else writes from here on. */
static int
take_locks(struct store *store, const struct opening *opening)
{
	int code = sqlite_connection_run(&store->connection, SQL_BEGIN);

	if (code == SQLITE_OK)
		code = sqlite_connection_run(&store->connection, SQL_ROLLBACK);
	return code == SQLITE_OK ? 0 : refuse_code(opening, store, code);
}

static int
open_journal(
    struct store *store, enum store_end *end, const struct opening *opening)
{
	const struct lots_opening lots = { opening->directory, opening->error,
		opening->size };

	return sqlite_open_journal(store, end, &lots);
}

static int
open_once(
    struct store *store, enum store_end *end, const struct opening *opening)
{
	int code, error;

	error = check_files(opening);
	if (error == 0)
		error = sqlite_lock_log(opening->directory, &store->lock_fd,
		    opening->error, opening->size);
	if (error == 0)
		error = sqlite_copy_wal(
		    opening->directory, opening->error, opening->size);
	if (error == 0)
		error = make_file(opening);
	if (error != 0)
		return error;
	code = sqlite_connection_open(&store->connection, opening->directory);
	if (code == SQLITE_OK)
		code = sqlite_locks_keep(&store->locks, store->connection.db);
	if (code != SQLITE_OK)
		return refuse_code(opening, store, code);
	sqlite3_progress_handler(
	    store->connection.db, PROGRESS_STEPS, still_at_it, NULL);
	error = set_up(store, opening);
	if (error == 0)
		error = take_locks(store, opening);
	if (error == 0)
		error = check_schema(store, opening);
	if (error != 0)
		return error;
	/* All of it, so that the pages of the database are written anew. */
	progress_step(STORE_FILE ": taking in its log", 0);
	error = sqlite_checkpoint(store, SQLITE_CHECKPOINT_TRUNCATE);
	if (error != 0)
		return refuse(opening, error, "checkpoint: %s%s",
		    sqlite_connection_strerror(&store->connection,
			sqlite3_extended_errcode(store->connection.db)),
		    sqlite_help(&store->connection, error));
	error = sqlite_load(store, end, opening->error, opening->size);
	if (error == 0)
		error = open_journal(store, end, opening);
	if (error == 0 && store_is_shared(store))
		error = sqlite_hosts_open(store);
	else if (error == 0)
		error =
		    sqlite_load_attempts(store, opening->error, opening->size);
	sqlite3_progress_handler(store->connection.db, 0, NULL, NULL);
	return error;
}

static void
close_parts(struct store *store)
{
	uint32_t i;

	sqlite_checkpointer_stop(store);
	journal_close(store->journal);
	store->journal = NULL;
	lot_free(&store->lot);
	free(store->waiting);
	if (store->log_fd >= 0)
		close(store->log_fd);
	sqlite_locks_give_back(store->locks);
	store->locks = NULL;
	sqlite_connection_close(&store->connection);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	store->lock_fd = -1;
	sqlite_rows_free(store);
	for (i = 0; i < store->copies_blocks; i++)
		free(store->copies[i]);
	free(store->copies);
	free(store->written);
	OPENSSL_cleanse(store->secret, sizeof(store->secret));
}

/* A full disk: once more, with the room that was kept for this. */
int
store_open(struct store **result, const struct store_options *options,
    enum store_end *end, char *error_text, size_t size)
{
	const char *directory = options->directory;
	struct opening opening = { directory, error_text, size };
	struct store *store = calloc(1, sizeof(*store));
	char *copy = strdup(directory);
	int error = BANK_ENOMEM, try;

	*result = NULL;
	error_text[0] = '\0';
	for (try = 0; store != NULL && copy != NULL && try < 2; try++) {
		*store = (struct store) {
			.directory = copy,
			.options = *options,
			.lock_fd = -1,
			.log_fd = -1,
		};
		error = open_once(store, end, &opening);
		if (error == 0) {
			sqlite_make_reserve(store);
			*result = store;
			return 0;
		}
		close_parts(store);
		if (error != BANK_ENOSPC || !sqlite_give_up_reserve(directory))
			break;
	}
	if (error_text[0] == '\0')
		refuse(&opening, error, "%s", bank_strerror(error));
	free(copy);
	free(store);
	return error;
}

/* Whether it has a bank's tables; if not, a start would make them. */
static bool
is_made(struct store *store)
{
	int64_t tables = 1;

	(void)one_number(store, "SELECT count(*) FROM sqlite_schema", &tables);
	return tables != 0;
}

static int
look_once(
    struct store *store, enum store_end *end, const struct opening *opening)
{
	struct store_connection *connection = &store->connection;
	char path[PATH_MAX];
	int code, error;

	error = check_files(opening);
	if (error != 0)
		return error;
	code = sqlite_connection_open_still(connection, opening->directory);
	snprintf(path, sizeof(path), "%s/" STORE_FILE, opening->directory);
	if (code == SQLITE_OK ? !is_made(store)
			      : access(path, F_OK) == -1 && errno == ENOENT) {
		sqlite_connection_close(connection);
		code = sqlite_connection_open_empty(connection);
	}
	if (code != SQLITE_OK)
		return refuse_code(opening, store, code);
	error = check_schema(store, opening);
	if (error == 0)
		error = sqlite_load(store, end, opening->error, opening->size);
	if (error == 0)
		error = open_journal(store, end, opening);
	return error;
}

int
store_look(struct store **result, const struct store_options *options,
    enum store_end *end, char *error_text, size_t size)
{
	struct opening opening = { options->directory, error_text, size };
	struct store *store = calloc(1, sizeof(*store));
	char *copy = strdup(options->directory);
	int error = BANK_ENOMEM;

	*result = NULL;
	error_text[0] = '\0';
	if (store != NULL && copy != NULL) {
		*store = (struct store) {
			.directory = copy,
			.options = *options,
			.looking = true,
			.lock_fd = -1,
			.log_fd = -1,
		};
		error = look_once(store, end, &opening);
		if (error == 0) {
			*result = store;
			return 0;
		}
		close_parts(store);
	}
	if (error_text[0] == '\0')
		refuse(&opening, error, "%s", bank_strerror(error));
	free(copy);
	free(store);
	return error;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_abort(store);
	close_parts(store);
	free(store->directory);
	free(store);
}
