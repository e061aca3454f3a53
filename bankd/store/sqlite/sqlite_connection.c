/* SPDX-License-Identifier: ISC */
/*
 * The SQLite store's connections, the vault's and any reader's, and what
 * their errors mean.  What may be written when is not decided here.
 */
#include "sqlite_connection.h"

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "../../../shared/base/error.h"
#include "../../../shared/crypt/openssl_error.h"
#include "../../../shared/base/file.h"
#include "../../../shared/base/util.h"
#include "../store_files.h"
#include "sqlite_schema.h"

/* A code that SQLite doesn't use here: OpenSSL has no SHA-256. */
#define NO_DIGEST SQLITE_AUTH

/*
 * Once a process, before SQLite begins: it need not count the memory that it
 * takes, under a lock, as nothing here asks.
 */
static void
set_up_once(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int
open_database(struct store_connection *connection, const char *name, int flags,
    const char *vfs)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int code, error;

	(void)pthread_once(&once, set_up_once);
	*connection = (struct store_connection) { 0 };
	error = chain_open(&connection->chain);
	if (error == BANK_ECRYPTO &&
	    openssl_error_take(BANK_ECRYPTO) == BANK_ECRYPTO)
		return NO_DIGEST;
	if (error != 0)
		return SQLITE_NOMEM;
	code = sqlite3_open_v2(
	    name, &connection->db, flags | SQLITE_OPEN_NOMUTEX, vfs);
	if (code != SQLITE_OK)
		return code;
	sqlite3_extended_result_codes(connection->db, 1);
	sqlite3_busy_timeout(connection->db, STORE_BUSY_MS);
	/* A close never writes: what is to be on disk is put there by name. */
	sqlite3_db_config(
	    connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(connection->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(
	    connection->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return SQLITE_OK;
}

int
sqlite_connection_open(
    struct store_connection *connection, const char *directory)
{
	char path[PATH_MAX];

	*connection = (struct store_connection) { 0 };
	if ((size_t)snprintf(path, sizeof(path), "%s/" STORE_FILE, directory) >=
	    sizeof(path))
		return SQLITE_CANTOPEN;
	return open_database(connection, path, SQLITE_OPEN_READWRITE, NULL);
}

int
sqlite_connection_open_empty(struct store_connection *connection)
{
	return open_database(connection,
	    ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
}

/* The path as SQLite's URI, in which some bytes mean something else. */
static bool
make_uri(const char *directory, char *uri, size_t size)
{
	static const char plain[] = "/._-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz";
	size_t at = (size_t)snprintf(uri, size, "file:");

	for (; *directory != '\0' && at + 4 < size; directory++) {
		if (strchr(plain, *directory) != NULL)
			uri[at++] = *directory;
		else
			at += (size_t)snprintf(uri + at, size - at, "%%%02x",
			    (unsigned)(unsigned char)*directory);
	}
	return *directory == '\0' &&
	    (size_t)snprintf(
		uri + at, size - at, "/" STORE_FILE "?immutable=1") < size - at;
}

/*
 * As immutable SQLite reads a file without locks, but passes a log over.
 * Where there is one, it is read without locks too, by a connection that
 * believes itself alone: its index of the log is in memory then.
 */
int
sqlite_connection_open_still(
    struct store_connection *connection, const char *directory)
{
	char path[PATH_MAX], uri[3 * PATH_MAX];
	struct stat status;
	int code;

	*connection = (struct store_connection) { 0 };
	if ((size_t)snprintf(path, sizeof(path), "%s/" STORE_WAL, directory) >=
		sizeof(path) ||
	    !make_uri(directory, uri, sizeof(uri)))
		return SQLITE_CANTOPEN;
	if (stat(path, &status) == -1 || status.st_size == 0)
		return open_database(connection, uri,
		    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
	path[strlen(path) - strlen("-wal")] = '\0';
	code =
	    open_database(connection, path, SQLITE_OPEN_READONLY, "unix-none");
	if (code == SQLITE_OK)
		code = sqlite3_exec(connection->db,
		    "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL);
	return code;
}

void
sqlite_connection_close(struct store_connection *connection)
{
	size_t i;

	for (i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(connection->sql[i]);
	sqlite3_close(connection->db);
	chain_close(&connection->chain);
	*connection = (struct store_connection) { 0 };
}

sqlite3_stmt *
sqlite_connection_statement(
    struct store_connection *connection, enum store_sql which)
{
	sqlite3_stmt **statement = &connection->sql[which];

	if (*statement == NULL)
		(void)sqlite3_prepare_v3(connection->db,
		    sqlite_statements[which], -1, SQLITE_PREPARE_PERSISTENT,
		    statement, NULL);
	return *statement;
}

int
sqlite_connection_run(struct store_connection *connection, enum store_sql which)
{
	sqlite3_stmt *statement =
	    sqlite_connection_statement(connection, which);
	int code;

	if (statement == NULL)
		return sqlite3_extended_errcode(connection->db);
	code = sqlite3_step(statement);
	sqlite3_reset(statement);
	return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

static int
database_errno(const struct store_connection *connection)
{
	int error = 0;

	sqlite3_file_control(
	    connection->db, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
	return error;
}

/* Of the newest write that failed: to the WAL, else to the database. */
static int
write_errno(const struct store_connection *connection)
{
	sqlite3_file *wal = NULL;
	int error = 0;

	sqlite3_file_control(
	    connection->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
	if (wal != NULL && wal->pMethods != NULL)
		wal->pMethods->xFileControl(
		    wal, SQLITE_FCNTL_LAST_ERRNO, &error);
	return error != 0 ? error : database_errno(connection);
}

/* SQLite's own is of the file that an error came from, if not of a write. */
int
sqlite_connection_errno(const struct store_connection *connection)
{
	int number = 0;

	if (connection->db == NULL)
		return 0;
	if (sqlite3_extended_errcode(connection->db) == SQLITE_IOERR_WRITE)
		number = write_errno(connection);
	return number != 0 ? number : sqlite3_system_errno(connection->db);
}

const char *
sqlite_connection_strerror(const struct store_connection *connection, int code)
{
	int number = sqlite_connection_errno(connection);

	if ((code & 0xff) == SQLITE_IOERR && number != 0)
		return strerror(number);
	if (code == NO_DIGEST)
		return openssl_error_reason();
	return connection->db != NULL ? sqlite3_errmsg(connection->db)
				      : sqlite3_errstr(code);
}

/*
 * A quota and a limit are a full disk to us, and errors like any other to
 * SQLite.  Only writes count: what fails later, the WAL's index say, fails
 * after the sync.  A file's errno stays until its next write fails, so the
 * file that was written to is the one to ask.
 */
static bool
is_full(const struct store_connection *connection, int code,
    int (*file_errno)(const struct store_connection *))
{
	if ((code & 0xff) == SQLITE_FULL)
		return true;
	return code == SQLITE_IOERR_WRITE && connection->db != NULL &&
	    file_errno_is_full(file_errno(connection));
}

static int
error_of(int code)
{
	static const struct {
		int code, error;
	} table[] = {
		{ SQLITE_OK, 0 },
		{ SQLITE_ROW, 0 },
		{ SQLITE_DONE, 0 },
		{ SQLITE_CORRUPT, BANK_EDAMAGED },
		{ SQLITE_NOTADB, BANK_EDAMAGED },
		{ SQLITE_NOMEM, BANK_ENOMEM },
		{ SQLITE_BUSY, BANK_EBUSY },
		{ SQLITE_CANTOPEN, BANK_ESYS },
		{ SQLITE_PERM, BANK_ESYS },
		{ SQLITE_READONLY, BANK_ESYS },
		{ NO_DIGEST, BANK_ECRYPTO },
	};
	size_t i;

	for (i = 0; i < NELEM(table); i++)
		if ((code & 0xff) == table[i].code)
			return table[i].error;
	return BANK_EIO;
}

int
sqlite_connection_error(const struct store_connection *connection, int code)
{
	return is_full(connection, code, write_errno) ? BANK_ENOSPC
						      : error_of(code);
}

int
sqlite_connection_checkpoint_error(
    const struct store_connection *connection, int code)
{
	return is_full(connection, code, database_errno) ? BANK_ENOSPC
							 : error_of(code);
}

int
sqlite_connection_get_meta(
    struct store_connection *connection, const char *key, sqlite3_stmt **row)
{
	*row = sqlite_connection_statement(connection, SQL_META_GET);
	if (*row == NULL)
		return sqlite3_extended_errcode(connection->db);
	sqlite3_bind_text(*row, 1, key, -1, SQLITE_STATIC);
	return sqlite3_step(*row);
}

int64_t
sqlite_connection_meta_number(
    struct store_connection *connection, const char *key, int *error)
{
	sqlite3_stmt *row;
	int code = sqlite_connection_get_meta(connection, key, &row);
	int64_t number = code == SQLITE_ROW ? sqlite3_column_int64(row, 0) : 0;

	if (code == SQLITE_DONE || number < 0)
		*error = BANK_EDAMAGED;
	else if (code != SQLITE_ROW)
		*error = sqlite_connection_error(connection, code);
	sqlite3_reset(row);
	return number;
}

int
sqlite_connection_put_meta(
    struct store_connection *connection, const char *key, int64_t number)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(connection, SQL_META_PUT);

	if (row != NULL) {
		sqlite3_bind_text(row, 1, key, -1, SQLITE_STATIC);
		sqlite3_bind_int64(row, 2, number);
	}
	return sqlite_connection_run(connection, SQL_META_PUT);
}

int
sqlite_connection_put_meta_text(
    struct store_connection *connection, const char *key, const char *text)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(connection, SQL_META_PUT);

	if (row != NULL) {
		sqlite3_bind_text(row, 1, key, -1, SQLITE_STATIC);
		sqlite3_bind_text(row, 2, text, -1, SQLITE_STATIC);
	}
	return sqlite_connection_run(connection, SQL_META_PUT);
}

int
sqlite_connection_put_meta_bytes(struct store_connection *connection,
    const char *key, const void *bytes, size_t length)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(connection, SQL_META_PUT);
	int code;

	if (row != NULL) {
		sqlite3_bind_text(row, 1, key, -1, SQLITE_STATIC);
		sqlite3_bind_blob(row, 2, bytes, (int)length, SQLITE_STATIC);
	}
	code = sqlite_connection_run(connection, SQL_META_PUT);
	if (row != NULL)
		sqlite3_clear_bindings(row);
	return code;
}

int
sqlite_connection_detach(struct store_connection *connection)
{
	struct store_connection copy;
	sqlite3_backup *backup;
	int code = sqlite_connection_open_empty(&copy);

	if (code == SQLITE_OK) {
		backup = sqlite3_backup_init(
		    copy.db, "main", connection->db, "main");
		if (backup != NULL)
			(void)sqlite3_backup_step(backup, -1);
		code = backup != NULL ? sqlite3_backup_finish(backup)
				      : sqlite3_errcode(copy.db);
	}
	if (code != SQLITE_OK) {
		sqlite_connection_close(&copy);
		return code;
	}
	sqlite_connection_close(connection);
	*connection = copy;
	return SQLITE_OK;
}
