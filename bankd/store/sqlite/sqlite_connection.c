/* SPDX-License-Identifier: ISC */
/*
 * The SQLite store's connections and the table of every statement that runs
 * on one after the schema stands.  The vault's, and any reader's; what may
 * be written when is not decided here.
 */
#include "sqlite_store.h"

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

/* A code that SQLite doesn't use here: OpenSSL has no SHA-256. */
#define NO_DIGEST SQLITE_AUTH

#define ENTRY                                                          \
	"seq, time, txid, kind, kiosk, debit, debit_account, credit, " \
	"credit_account, amount, debit_savings, debit_checking, "      \
	"credit_savings, credit_checking, debit_previous, "            \
	"credit_previous, reverses, chain"
#define ACCOUNT                                                          \
	"number, line, id, savings, checking, last_seq, opened, closed," \
	" last_login, day, day_transfer, day_withdraw, limit_transfer, " \
	"limit_transfer_day, limit_withdraw, limit_withdraw_day"

/* Parameters: owner, key, the five of ATTEMPT, total. */
#define ATTEMPT "count, pending, time, locked_until, success"
#define ATTEMPT_SET \
	"count = ?3, pending = ?4, time = ?5, locked_until = ?6, success = ?7"
/* What a migration left there has no total. */
#define STRANGER "total IN (?8, x'') AND key = ?2"
/*
 * Of an ID: those past its bound, of trust and of others, but for the row
 * that is just put and the total.
 */
#define ATTEMPT_TRIM(table, of_it)                                            \
	"DELETE FROM " table " WHERE " of_it " AND key IN (SELECT key FROM (" \
	"SELECT key, success, row_number() OVER (PARTITION BY success > 0 "   \
	"ORDER BY success DESC, key = ?2 DESC, locked_until > ?5 DESC, "      \
	"time DESC) AS place FROM " table " WHERE " of_it " AND key <> ?8) "  \
	"WHERE place > iif(success > 0, " TEXT_OF(                            \
	    STORE_ATTEMPTS_TRUSTED) ", " TEXT_OF(STORE_ATTEMPTS_KIOSKS) "))"
#define ATTEMPT_TAKE_BACK(table)                                       \
	"UPDATE " table " SET count = max(count - 1, 0), pending = 0 " \
	"WHERE pending > 0"
/* The one that goes first, of other IDs than this. */
#define STRANGER_EVICT(where)                                                \
	"DELETE FROM stranger WHERE (total, key) = (SELECT total, key FROM " \
	"stranger "                                                          \
	"WHERE " where " AND total <> ?8 "                                   \
	"ORDER BY locked_until, time LIMIT 1)"
#define TEXT_OF(number) TEXT_OF_THIS(number)
#define TEXT_OF_THIS(number) #number

static const char *const texts[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_BEGIN_READ] = "BEGIN",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_SAVEPOINT] = "SAVEPOINT batch",
	[SQL_RELEASE] = "RELEASE batch",
	[SQL_ROLLBACK_TO] = "ROLLBACK TO batch",
	[SQL_META_GET] = "SELECT value FROM meta WHERE key = ?1",
	[SQL_META_PUT] = "INSERT INTO meta VALUES (?1, ?2)"
			 " ON CONFLICT DO UPDATE SET value = ?2",
	[SQL_ENTRY_ADD] = "INSERT INTO entry (" ENTRY ") VALUES (?1, ?2, ?3, "
			  "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
			  "?15, ?16, ?17, ?18)",
	[SQL_ENTRY_BY_SEQ] = "SELECT " ENTRY " FROM entry WHERE seq = ?1",
	[SQL_ENTRY_BY_TXID] = "SELECT " ENTRY " FROM entry WHERE txid = ?1"
			      " ORDER BY seq",
	[SQL_ENTRY_BY_REVERSES] = "SELECT " ENTRY " FROM entry"
				  " WHERE reverses = ?1",
	[SQL_ENTRY_AFTER] = "SELECT " ENTRY " FROM entry WHERE seq > ?1"
			    " ORDER BY seq LIMIT ?2",
	[SQL_ENTRY_MILESTONE] =
	    "SELECT min(seq) FROM ("
	    "SELECT min(seq) AS seq FROM entry"
	    " INDEXED BY entry_debit_milestone"
	    " WHERE debit = ?1 AND seq >= ?2 AND chain < x'01' "
	    "UNION ALL SELECT min(seq) FROM entry"
	    " INDEXED BY entry_credit_milestone"
	    " WHERE credit = ?1 AND seq >= ?2 AND chain < x'01')",
	[SQL_ENTRY_MAX] = "SELECT max(seq) FROM entry",
	[SQL_ACCOUNT_ADD] = "INSERT INTO account (" ACCOUNT ", name, hash) "
			    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
			    " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
	[SQL_ACCOUNT_PUT] = "UPDATE account SET savings = ?4, checking = ?5, "
			    "last_seq = ?6, opened = ?7, closed = ?8, "
			    "last_login = ?9, day = ?10, day_transfer = ?11, "
			    "day_withdraw = ?12, limit_transfer = ?13, "
			    "limit_transfer_day = ?14, limit_withdraw = ?15, "
			    "limit_withdraw_day = ?16 WHERE number = ?1",
	[SQL_ACCOUNT_HASH] = "UPDATE account SET hash = ?2 WHERE number = ?1",
	[SQL_ACCOUNT_TEXTS] = "SELECT name, hash FROM account"
			      " WHERE number = ?1",
	[SQL_ACCOUNT_TEXTS_ALL] = "SELECT number, name, hash FROM account"
				  " ORDER BY number",
	[SQL_ACCOUNT_AFTER] = "SELECT " ACCOUNT ", name, hash FROM account"
			      " WHERE number > ?1 ORDER BY number",
	[SQL_ACCOUNT_ID] = "SELECT id FROM account WHERE number = ?1",
	[SQL_ACCOUNT_MAX] = "SELECT max(number) FROM account",
	[SQL_SETTLED_ADD] = "INSERT INTO settled VALUES (?1, ?2)"
			    " ON CONFLICT DO NOTHING",
	[SQL_SETTLED_COUNT] = "SELECT count(*) FROM settled",
	[SQL_SETTLED_FIND] = "SELECT 1 FROM settled"
			     " WHERE txid = ?1 AND owner = ?2",
	[SQL_SETTLED_DROP] = "DELETE FROM settled WHERE txid < ?1",
	[SQL_ATTEMPT_GET] = "SELECT " ATTEMPT ", 0 FROM attempt "
			    "WHERE owner = ?1 AND key = ?2 UNION ALL "
			    "SELECT " ATTEMPT ", 1 FROM stranger "
			    "WHERE " STRANGER " LIMIT 1",
	[SQL_ATTEMPT_PUT] =
	    "UPDATE attempt SET " ATTEMPT_SET " WHERE owner = ?1 AND key = ?2",
	[SQL_ATTEMPT_ADD] = "INSERT INTO attempt (owner, key, " ATTEMPT ") "
			    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SQL_ATTEMPT_DROP] = "DELETE FROM attempt"
			     " WHERE owner = ?1 AND key = ?2",
	[SQL_ATTEMPT_TRIM] = ATTEMPT_TRIM("attempt", "owner = ?1"),
	[SQL_ATTEMPT_PENDING] = "SELECT (SELECT count(*) FROM attempt WHERE "
				"pending > 0) + (SELECT count(*) FROM stranger "
				"WHERE pending > 0)",
	[SQL_ATTEMPT_TAKE_BACK] = ATTEMPT_TAKE_BACK("attempt"),
	[SQL_STRANGER_PUT] = "UPDATE stranger SET " ATTEMPT_SET ", total = ?8"
			     " WHERE " STRANGER,
	[SQL_STRANGER_ADD] = "INSERT INTO stranger (total, key, " ATTEMPT ") "
			     "VALUES (?8, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SQL_STRANGER_DROP] = "DELETE FROM stranger WHERE " STRANGER,
	[SQL_STRANGER_TRIM] = ATTEMPT_TRIM("stranger", "total = ?8"),
	[SQL_STRANGER_TAKE_BACK] = ATTEMPT_TAKE_BACK("stranger"),
	/* A lock that is over is nothing, and goes before what counts. */
	[SQL_STRANGER_EVICT_IDLE] = STRANGER_EVICT("locked_until > 0 AND "
						   "locked_until <= ?5"),
	[SQL_STRANGER_EVICT] = STRANGER_EVICT("1"),
	[SQL_STRANGER_COUNT] = "SELECT count(*) FROM stranger",
	[SQL_KIOSK_PUT] = "INSERT INTO kiosk (name, public_key, cash, revoked)"
			  " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET"
			  " public_key = ?2, cash = ?3, revoked = ?4",
	[SQL_KIOSK_ALL] = "SELECT name, public_key, cash, revoked FROM kiosk"
			  " ORDER BY name",
};

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
		(void)sqlite3_prepare_v3(connection->db, texts[which], -1,
		    SQLITE_PREPARE_PERSISTENT, statement, NULL);
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
