/* SPDX-License-Identifier: ISC */
/*
 * The text of every statement that runs on bank.db after its schema stands.
 */
#include "sqlite_statement.h"

#include "../store_attempts.h"
#include "sqlite_schema.h"

#define ENTRY                                                          \
	"seq, time, txid, kind, kiosk, debit, debit_account, credit, " \
	"credit_account, amount, debit_savings, debit_checking, "      \
	"credit_savings, credit_checking, debit_previous, "            \
	"credit_previous, reverses, chain, memo, by, reason"
#define WAITS STORE_AUDIT_WAITS
#define UNSETTLED                                        \
	" AND NOT EXISTS (SELECT 1 FROM audit AS later " \
	"WHERE later.of > 0 AND later.of = audit.number)"
#define AUDIT "number, time, by, verb, about, detail, reason, seq, of, chain"
#define ACCOUNT                                                          \
	"number, line, id, savings, checking, last_seq, opened, closed," \
	" last_login, day, day_transfer, day_withdraw, limit_transfer, " \
	"limit_transfer_day, limit_withdraw, limit_withdraw_day, must_change"

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

const char *const sqlite_statements[SQL_COUNT] = {
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
			  "?15, ?16, ?17, ?18, ?19, ?20, ?21)",
	[SQL_ENTRY_BY_SEQ] = "SELECT " ENTRY " FROM entry WHERE seq = ?1",
	[SQL_ENTRY_BY_TXID] = "SELECT " ENTRY " FROM entry WHERE txid = ?1"
			      " ORDER BY seq",
	[SQL_ENTRY_BY_REVERSES] = "SELECT " ENTRY " FROM entry"
				  " WHERE reverses = ?1",
	[SQL_ENTRY_AFTER] = "SELECT " ENTRY " FROM entry WHERE seq > ?1"
			    " ORDER BY seq LIMIT ?2",
	[SQL_ENTRY_BEFORE] = "SELECT " ENTRY " FROM entry WHERE seq < ?1"
			     " ORDER BY seq DESC LIMIT ?2",
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
			    " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
	[SQL_ACCOUNT_PUT] = "UPDATE account SET savings = ?4, checking = ?5, "
			    "last_seq = ?6, opened = ?7, closed = ?8, "
			    "last_login = ?9, day = ?10, day_transfer = ?11, "
			    "day_withdraw = ?12, limit_transfer = ?13, "
			    "limit_transfer_day = ?14, limit_withdraw = ?15, "
			    "limit_withdraw_day = ?16, must_change = ?17"
			    " WHERE number = ?1",
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
	[SQL_PENDING_ADD] =
	    "INSERT INTO pending (host, total, key, owner, count)"
	    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
	    " owner = ?4, count = count + ?5",
	[SQL_PENDING_DROP] = "DELETE FROM pending WHERE count <= 0",
	[SQL_PENDING_OF] = "SELECT total, key, owner, count FROM pending"
			   " WHERE host = ?1",
	[SQL_PENDING_FORGET] = "DELETE FROM pending WHERE host = ?1",
	[SQL_KIOSK_PUT] = "INSERT INTO kiosk (name, public_key, cash, revoked)"
			  " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET"
			  " public_key = ?2, cash = ?3, revoked = ?4",
	[SQL_KIOSK_ALL] = "SELECT name, public_key, cash, revoked FROM kiosk"
			  " ORDER BY name",
	[SQL_VISIT_PUT] = "INSERT OR REPLACE INTO visit "
			  "VALUES (?1, ?2, ?3, ?4)",
	[SQL_VISIT_ALL] = "SELECT kiosk, time, address, software FROM visit",
	[SQL_STOCK_PUT] = "INSERT OR REPLACE INTO stock VALUES (?1, ?2, ?3)",
	[SQL_STOCK_GET] = "SELECT kiosk, time, notes FROM stock"
			  " WHERE kiosk = ?1",
	[SQL_AUDIT_ADD] = "INSERT INTO audit (" AUDIT ") VALUES (?1, ?2, ?3, "
			  "?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[SQL_AUDIT_AFTER] = "SELECT " AUDIT " FROM audit WHERE number > ?1"
			    " ORDER BY number",
	[SQL_AUDIT_LAST] = "SELECT " AUDIT " FROM audit"
			   " ORDER BY number DESC LIMIT 1",
	[SQL_AUDIT_GET] = "SELECT " AUDIT " FROM audit WHERE number = ?1",
	[SQL_AUDIT_OF] = "SELECT " AUDIT " FROM audit WHERE of > 0 AND of = ?1"
			 " ORDER BY number LIMIT 1",
	[SQL_AUDIT_SAME] = "SELECT " AUDIT " FROM audit WHERE " WAITS
			   " AND about = ?1 AND detail = ?2" UNSETTLED
			   " ORDER BY number DESC LIMIT 1",
	[SQL_AUDIT_CASE] = "SELECT " AUDIT " FROM audit WHERE " WAITS
			   " AND verb = 'reconcile' AND about = ?1"
			   " AND detail = ?2 ORDER BY number DESC LIMIT 1",
	[SQL_AUDIT_COUNT] = "SELECT " AUDIT " FROM audit WHERE " WAITS
			    " AND verb = 'request' AND about = ?1"
			    " AND detail GLOB 'cash count *'" UNSETTLED
			    " ORDER BY number DESC LIMIT 1",
	[SQL_AUDIT_REQUEST] =
	    "SELECT " AUDIT " FROM audit WHERE " WAITS " AND verb = 'request'"
	    " AND detail GLOB '* ' || ?1" UNSETTLED
	    " ORDER BY number DESC LIMIT 1",
	[SQL_AUDIT_WAITING] = "SELECT " AUDIT " FROM audit WHERE " WAITS
			      " AND number > ?1" UNSETTLED " ORDER BY number",
};
