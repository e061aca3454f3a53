/* SPDX-License-Identifier: ISC */
/*
 * The tables and indices of bank.db, and how a new one is filled at first.
 */
#include "sqlite_schema.h"

#include <stdio.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "sqlite_connection.h"

/* The file's format; a change of it is a new STORE_SCHEMA. */
static const char schema[] =
    "CREATE TABLE account ("
    " number INTEGER PRIMARY KEY, line INTEGER NOT NULL,"
    " id TEXT NOT NULL,"
    " savings INTEGER NOT NULL, checking INTEGER NOT NULL,"
    " last_seq INTEGER NOT NULL,"
    " opened INTEGER NOT NULL, closed INTEGER NOT NULL,"
    " last_login INTEGER NOT NULL,"
    " day INTEGER NOT NULL, day_transfer INTEGER NOT NULL,"
    " day_withdraw INTEGER NOT NULL,"
    " limit_transfer INTEGER NOT NULL,"
    " limit_transfer_day INTEGER NOT NULL,"
    " limit_withdraw INTEGER NOT NULL,"
    " limit_withdraw_day INTEGER NOT NULL,"
    " name TEXT NOT NULL, hash TEXT NOT NULL,"
    " must_change INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE entry ("
    " seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, txid BLOB,"
    " kind INTEGER NOT NULL, kiosk TEXT NOT NULL,"
    " debit INTEGER NOT NULL, debit_account INTEGER NOT NULL,"
    " credit INTEGER NOT NULL, credit_account INTEGER NOT NULL,"
    " amount INTEGER NOT NULL,"
    " debit_savings INTEGER NOT NULL, debit_checking INTEGER NOT NULL,"
    " credit_savings INTEGER NOT NULL, credit_checking INTEGER NOT NULL,"
    " debit_previous INTEGER NOT NULL, credit_previous INTEGER NOT NULL,"
    " reverses INTEGER, chain BLOB NOT NULL,"
    " memo TEXT, by TEXT, reason TEXT) STRICT;"
    /* In order of time, as txids are: inserts go to the last page. */
    "CREATE INDEX entry_txid ON entry (txid) WHERE txid IS NOT NULL;"
    /* A reversal is once. */
    "CREATE UNIQUE INDEX entry_reverses ON entry (reverses)"
    " WHERE reverses IS NOT NULL;"
    "CREATE TABLE settled ("
    " txid BLOB NOT NULL, owner INTEGER NOT NULL,"
    " PRIMARY KEY (txid, owner)) STRICT, WITHOUT ROWID;"
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
    "CREATE TABLE kiosk ("
    " name TEXT PRIMARY KEY, public_key BLOB NOT NULL,"
    " cash INTEGER NOT NULL, revoked INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL)"
    " STRICT, WITHOUT ROWID;" STORE_AUDIT_TABLE STORE_STOCK_TABLE;

/*
 * Milestones: the entries whose hash happens to begin with a zero byte, one
 * in 256.  A walk to an old entry of an account begins at the account's next
 * milestone after it and takes about 256 steps; one walk in nine million
 * takes 16 times as many.  Nobody can foresee a hash, so nobody can keep an
 * account free of milestones.
 *
 * An index of every entry would write two more pages for each; these write
 * one for 128.
 *
 * A reader does without them where they are missing, and without the visits,
 * so they are no part of the schema's version: an older database gets them
 * here.
 */
static const char additions[] =
    "CREATE INDEX IF NOT EXISTS entry_debit_milestone"
    " ON entry (debit) WHERE chain < x'01';"
    "CREATE INDEX IF NOT EXISTS entry_credit_milestone"
    " ON entry (credit) WHERE chain < x'01';"
    "CREATE TABLE IF NOT EXISTS visit (kiosk TEXT PRIMARY KEY,"
    " time INTEGER NOT NULL, address TEXT NOT NULL,"
    " software TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;";
/* For a table of before this column. */
static const char has_software[] = "SELECT software FROM visit LIMIT 0;";
static const char add_software[] =
    "ALTER TABLE visit ADD COLUMN software TEXT NOT NULL DEFAULT '';";

/*
 * Where the bank stands in its journal: at no lot yet.  The digest is what
 * the first lot must name, so that no other bank's fits.
 */
const char sqlite_new_place[] =
    "INSERT INTO meta VALUES ('lot', 0), ('digest', randomblob(32)),"
    " ('journal', 'new');";

static int
put_secret(struct store_connection *connection)
{
	uint8_t secret[STORE_SECRET_SIZE];
	sqlite3_stmt *row =
	    sqlite_connection_statement(connection, SQL_META_PUT);
	int code;

	if (RAND_bytes(secret, sizeof(secret)) != 1 || row == NULL)
		return SQLITE_ERROR;
	sqlite3_bind_text(row, 1, "secret", -1, SQLITE_STATIC);
	sqlite3_bind_blob(row, 2, secret, sizeof(secret), SQLITE_TRANSIENT);
	code = sqlite_connection_run(connection, SQL_META_PUT);
	sqlite3_clear_bindings(row);
	OPENSSL_cleanse(secret, sizeof(secret));
	return code;
}

int
sqlite_schema_make(struct store_connection *connection)
{
	char text[64];
	int code = sqlite_connection_run(connection, SQL_BEGIN);

	snprintf(text, sizeof(text), "PRAGMA application_id = %d;",
	    STORE_APPLICATION);
	if (code == SQLITE_OK)
		code = sqlite3_exec(connection->db, text, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(connection->db, schema, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code =
		    sqlite3_exec(connection->db, additions, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite_connection_put_meta(
		    connection, "schema", STORE_SCHEMA);
	if (code == SQLITE_OK)
		code = sqlite_connection_put_meta(connection, "mark", 0);
	if (code == SQLITE_OK)
		code = sqlite_connection_put_meta(connection, "newest", 0);
	if (code == SQLITE_OK)
		code =
		    sqlite_connection_put_meta_text(connection, "end", "new");
	if (code == SQLITE_OK)
		code = sqlite3_exec(
		    connection->db, sqlite_new_place, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = put_secret(connection);
	if (code == SQLITE_OK)
		code = sqlite_connection_run(connection, SQL_COMMIT);
	return code;
}

int
sqlite_schema_add(struct store_connection *connection)
{
	int code = sqlite3_exec(connection->db, additions, NULL, NULL, NULL);

	if (code == SQLITE_OK &&
	    sqlite3_exec(connection->db, has_software, NULL, NULL, NULL) !=
		SQLITE_OK)
		code = sqlite3_exec(
		    connection->db, add_software, NULL, NULL, NULL);
	return code;
}
