/* SPDX-License-Identifier: ISC */
/*
 * The upgrade path of the SQLite store: what an older bankd made becomes a
 * database of this one's schema, after a copy of it that the older one can
 * still open.  The vault's, at a start, before anything of it is read.
 */
#include "sqlite_migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/file.h"
#include "../../../shared/base/progress.h"
#include "../store_files.h"
#include "sqlite_connection.h"
#include "sqlite_open.h"
#include "sqlite_schema.h"

/*
 * Attempts of accounts and of IDs that nobody has: one table before.  A keyed
 * hash doesn't tell whose row it is: all are put with the strangers, without a
 * total, and an account takes its own from there when its ID is tried next.
 */
static const char strangers[] =
    "ALTER TABLE attempt RENAME TO attempt_1;"
    "DROP INDEX attempt_time;"
    "CREATE TABLE attempt ("
    " owner INTEGER NOT NULL, key BLOB NOT NULL,"
    " count INTEGER NOT NULL, pending INTEGER NOT NULL,"
    " time INTEGER NOT NULL, locked_until INTEGER NOT NULL,"
    " success INTEGER NOT NULL, PRIMARY KEY (owner, key))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX attempt_pending ON attempt (pending) WHERE pending > 0;"
    "CREATE TABLE stranger ("
    " total BLOB NOT NULL, key BLOB NOT NULL,"
    " count INTEGER NOT NULL, pending INTEGER NOT NULL,"
    " time INTEGER NOT NULL, locked_until INTEGER NOT NULL,"
    " success INTEGER NOT NULL, PRIMARY KEY (total, key))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX stranger_pending ON stranger (pending) WHERE pending > 0;"
    "CREATE INDEX stranger_order ON stranger (locked_until, time);"
    "INSERT INTO stranger SELECT x'', key, count, pending, time,"
    " locked_until, success FROM attempt_1;"
    "DROP TABLE attempt_1;";

static const char who[] =
    "ALTER TABLE entry ADD COLUMN memo TEXT;"
    "ALTER TABLE entry ADD COLUMN by TEXT;"
    "ALTER TABLE entry ADD COLUMN reason TEXT;" STORE_AUDIT_TABLE;

static const char once[] = "ALTER TABLE account ADD COLUMN must_change INTEGER "
			   "NOT NULL DEFAULT 0;" STORE_STOCK_TABLE;

/* A new STORE_SCHEMA comes with the row { the one before it, its SQL }. */
const struct store_migration sqlite_migrations[] = {
	{ 1, strangers },
	{ 2, sqlite_new_place },
	{ 3, who },
	{ 4, once },
	{ STORE_SCHEMA, NULL },
};

struct migrating {
	struct store_connection *connection;
	const char *directory;
	char *error;
	size_t size;
};

static int
refuse(const struct migrating *migrating, int error, const char *what,
    const char *reason)
{
	snprintf(migrating->error, migrating->size,
	    "%s/" STORE_FILE ": %s: %s%s", migrating->directory, what, reason,
	    sqlite_help(migrating->connection, error));
	return error;
}

static int
refuse_code(const struct migrating *migrating, int code, const char *what)
{
	return refuse(migrating,
	    sqlite_connection_error(migrating->connection, code), what,
	    sqlite_connection_strerror(migrating->connection, code));
}

static int
sync_copy(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = -1, saved_errno;

	if (fd != -1)
		result = fsync(fd);
	saved_errno = errno;
	if (fd != -1)
		close(fd);
	errno = saved_errno;
	return result == 0 ? file_sync_directory(path) : BANK_ESYS;
}

/* SQLite fills an empty file as it would a new one, with our mode. */
static int
copy_into(const struct migrating *migrating, const char *path)
{
	sqlite3_stmt *row = NULL;
	int code, fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return refuse(migrating,
		    file_errno_is_full(errno) ? BANK_ENOSPC : BANK_ESYS, path,
		    strerror(errno));
	close(fd);
	code = sqlite3_prepare_v2(
	    migrating->connection->db, "VACUUM INTO ?1", -1, &row, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_text(row, 1, path, -1, SQLITE_STATIC);
		code = sqlite3_step(row);
	}
	sqlite3_finalize(row);
	if (code != SQLITE_DONE)
		return refuse_code(migrating, code, path);
	if (sync_copy(path) != 0)
		return refuse(migrating, BANK_EIO, path, strerror(errno));
	return 0;
}

/* One that was not finished is none, and must not look like one. */
static int
back_up(const struct migrating *migrating, int64_t version)
{
	char path[PATH_MAX], when[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	int error;

	if (gmtime_r(&now, &tm) != NULL)
		strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	if ((size_t)snprintf(path, sizeof(path),
		"%s/" STORE_FILE ".schema%lld.%s", migrating->directory,
		(long long)version, when) >= sizeof(path))
		return refuse(
		    migrating, BANK_EINVAL, "backup", "the path is too long");
	error = copy_into(migrating, path);
	if (error == 0)
		log_event(
		    LOG_NOTICE, "schema_backup", "file", LOG_TEXT(path), NULL);
	else if (error != BANK_ESYS)
		(void)unlink(path);
	return error;
}

static int
apply(const struct migrating *migrating, const struct store_migration *first)
{
	struct store_connection *connection = migrating->connection;
	int code = sqlite_connection_run(connection, SQL_BEGIN);

	for (; code == SQLITE_OK && first->sql != NULL; first++)
		code =
		    sqlite3_exec(connection->db, first->sql, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite_connection_put_meta(
		    connection, "schema", first->from);
	if (code == SQLITE_OK)
		code = sqlite_connection_run(connection, SQL_COMMIT);
	if (code == SQLITE_OK) {
		log_event(LOG_NOTICE, "schema_migrated", "to",
		    LOG_NUMBER(first->from), NULL);
		return 0;
	}
	code = refuse_code(migrating, code, "migration");
	(void)sqlite_connection_run(connection, SQL_ROLLBACK);
	return code;
}

int
sqlite_migrate_detached(struct store_connection *connection, int64_t version)
{
	const struct store_migration *step = sqlite_migrations;
	int code = SQLITE_OK;

	while (step->sql != NULL && step->from != version)
		step++;
	for (; code == SQLITE_OK && step->sql != NULL; step++)
		code =
		    sqlite3_exec(connection->db, step->sql, NULL, NULL, NULL);
	return code == SQLITE_OK
	    ? sqlite_connection_put_meta(connection, "schema", STORE_SCHEMA)
	    : code;
}

int
sqlite_migrate(struct store_connection *connection, const char *directory,
    const struct store_migration *migrations, int64_t version, char *error,
    size_t size)
{
	const struct migrating migrating = { connection, directory, error,
		size };
	const struct store_migration *first = migrations;
	int result;

	while (first->sql != NULL && first->from != version)
		first++;
	if (first->from != version) {
		snprintf(error, size,
		    "%s/" STORE_FILE
		    ": this bankd can't migrate schema %lld; install an older "
		    "one first, or restore a backup",
		    directory, (long long)version);
		return BANK_EINVAL;
	}
	if (first->sql == NULL)
		return 0;
	progress_step(STORE_FILE ": migrating", 0);
	result = back_up(&migrating, version);
	return result != 0 ? result : apply(&migrating, first);
}
