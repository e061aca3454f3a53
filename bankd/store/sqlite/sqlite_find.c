/* SPDX-License-Identifier: ISC */
/*
 * The SQLite store's small tables and look-ups, on the connection that
 * writes, so that they see the open batch: entries by txid and number,
 * settled txids, attempts, kiosks, names and hashes.  The vault's.
 */
#include <string.h>

#include <openssl/crypto.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../store_find.h"
#include "sqlite_hosts.h"
#include "sqlite_lots.h"
#include "sqlite_state.h"

/* The statement, or NULL with *error set. */
static sqlite3_stmt *
statement(struct store *store, enum store_sql which, int *error)
{
	sqlite3_stmt *row = NULL;

	*error = BANK_EIO;
	if (store->failed)
		return NULL;
	row = sqlite_connection_statement(&store->connection, which);
	*error = row != NULL ? 0 : sqlite_fail(store, SQLITE_ERROR);
	return row;
}

/* The entry in the row that the statement's next step gives. */
static int
next_entry(struct store *store, sqlite3_stmt *row, struct ledger_entry *entry)
{
	int code = sqlite3_step(row);

	if (code == SQLITE_DONE)
		return BANK_ENOTFOUND;
	if (code != SQLITE_ROW)
		return sqlite_fail(store, code);
	return sqlite_entry_read(row, entry, sqlite_id, store);
}

/* Of the open batch; its rows aren't inserted yet. */
static bool
find_waiting(const struct store *store, enum store_sql which, uint64_t number,
    struct ledger_entry *entry)
{
	const struct ledger_entry *waiting = store->waiting;

	for (uint32_t i = 0; i < store->waiting_count; i++) {
		if (number !=
		    (which == SQL_ENTRY_BY_SEQ ? waiting[i].seq
					       : waiting[i].reverses))
			continue;
		*entry = waiting[i];
		return true;
	}
	return false;
}

static int
find_by_number(struct store *store, enum store_sql which, uint64_t number,
    struct ledger_entry *entry)
{
	int error;
	sqlite3_stmt *row = statement(store, which, &error);

	if (row == NULL)
		return error;
	if (number > INT64_MAX)
		return BANK_ENOTFOUND;
	if (find_waiting(store, which, number, entry))
		return 0;
	sqlite3_bind_int64(row, 1, (int64_t)number);
	error = next_entry(store, row, entry);
	sqlite3_reset(row);
	return error;
}

int
store_find_seq(struct store *store, uint64_t seq, struct ledger_entry *entry)
{
	return find_by_number(store, SQL_ENTRY_BY_SEQ, seq, entry);
}

int
store_find_reversal(
    struct store *store, uint64_t seq, struct ledger_entry *entry)
{
	return find_by_number(store, SQL_ENTRY_BY_REVERSES, seq, entry);
}

static int
find_settled(struct store *store, uint32_t owner,
    const uint8_t txid[WIRE_TXID_SIZE], bool *settled)
{
	sqlite3_stmt *row;
	int code, error;

	/* On the path of every transaction, and most often there is none. */
	if (store->batch.settled == 0)
		return BANK_ENOTFOUND;
	if ((row = statement(store, SQL_SETTLED_FIND, &error)) == NULL)
		return error;
	sqlite3_bind_blob(row, 1, txid, WIRE_TXID_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(row, 2, owner);
	code = sqlite3_step(row);
	sqlite3_reset(row);
	*settled = code == SQLITE_ROW;
	return code == SQLITE_ROW || code == SQLITE_DONE
	    ? BANK_ENOTFOUND
	    : sqlite_fail(store, code);
}

static bool
txid_waits(const struct store *store, uint32_t owner,
    const uint8_t txid[WIRE_TXID_SIZE], struct ledger_entry *entry)
{
	const struct ledger_entry *waiting = store->waiting;

	for (uint32_t i = 0; i < store->waiting_count; i++) {
		if (memcmp(waiting[i].txid, txid, WIRE_TXID_SIZE) != 0 ||
		    ledger_owner(&waiting[i]) != owner)
			continue;
		*entry = waiting[i];
		return true;
	}
	return false;
}

int
store_find_txid(struct store *store, const struct ledger_account *owner,
    const uint8_t txid[WIRE_TXID_SIZE], struct ledger_entry *entry,
    bool *settled)
{
	uint32_t number = owner != NULL ? owner->number : LEDGER_OPERATORS;
	int error;
	sqlite3_stmt *row = statement(store, SQL_ENTRY_BY_TXID, &error);

	*settled = false;
	if (row == NULL)
		return error;
	if (txid_waits(store, number, txid, entry))
		return 0;
	sqlite3_bind_blob(row, 1, txid, WIRE_TXID_SIZE, SQLITE_STATIC);
	do
		error = next_entry(store, row, entry);
	while (error == 0 && ledger_owner(entry) != number);
	sqlite3_reset(row);
	if (error != BANK_ENOTFOUND)
		return error;
	return find_settled(store, number, txid, settled);
}

static int
run_settled(struct store *store, enum store_sql which, int64_t sign)
{
	int error = sqlite_fail(
	    store, sqlite_connection_run(&store->connection, which));

	if (error == 0)
		store->batch.settled +=
		    (uint32_t)(sign * sqlite3_changes(store->connection.db));
	return error;
}

/* Rows of an older time than `stale_ms` go: their txids are stale anyway. */
int
store_settle(struct store *store, const struct ledger_account *owner,
    const uint8_t txid[WIRE_TXID_SIZE], uint64_t stale_ms)
{
	struct record record = { .kind = RECORD_SETTLED, .time_ms = stale_ms };
	uint8_t oldest[8];
	sqlite3_stmt *row;
	int error = sqlite_write(store);

	record.account.number = owner->number;
	memcpy(record.txid, txid, WIRE_TXID_SIZE);
	if (error == 0)
		error = sqlite_note(store, &record);
	if (error == 0)
		row = statement(store, SQL_SETTLED_DROP, &error);
	if (error != 0)
		return error;
	put_u64(oldest, stale_ms << 16); /* as a txid begins: 6 bytes */
	sqlite3_bind_blob(row, 1, oldest, 6, SQLITE_STATIC);
	error = run_settled(store, SQL_SETTLED_DROP, -1);
	if (error == 0)
		row = statement(store, SQL_SETTLED_ADD, &error);
	if (error == 0) {
		sqlite3_bind_blob(row, 1, txid, WIRE_TXID_SIZE, SQLITE_STATIC);
		sqlite3_bind_int64(row, 2, owner->number);
		error = run_settled(store, SQL_SETTLED_ADD, 1);
	}
	if (error != 0)
		store->batch_error = error;
	return error;
}

const uint8_t *
store_attempt_secret(const struct store *store)
{
	return store->secret;
}

static void
bind_attempt(sqlite3_stmt *row, const struct store_attempt *attempt)
{
	sqlite3_bind_int64(row, 1, attempt->owner);
	sqlite3_bind_blob(
	    row, 2, attempt->key, STORE_ATTEMPT_KEY, SQLITE_STATIC);
	sqlite3_bind_int64(row, 3, attempt->count);
	sqlite3_bind_int64(row, 4, attempt->pending);
	sqlite3_bind_int64(row, 5, (int64_t)attempt->time_ms);
	sqlite3_bind_int64(row, 6, (int64_t)attempt->locked_until_ms);
	sqlite3_bind_int64(row, 7, (int64_t)attempt->success_ms);
	sqlite3_bind_blob(
	    row, 8, attempt->total, STORE_ATTEMPT_KEY, SQLITE_STATIC);
}

int
store_attempt_get(struct store *store, struct store_attempt *attempt)
{
	struct store_attempt got = { .owner = attempt->owner };
	int code, error;
	sqlite3_stmt *row = statement(store, SQL_ATTEMPT_GET, &error);

	memcpy(got.total, attempt->total, STORE_ATTEMPT_KEY);
	memcpy(got.key, attempt->key, STORE_ATTEMPT_KEY);
	*attempt = got;
	if (row == NULL)
		return error;
	bind_attempt(row, &got);
	code = sqlite3_step(row);
	if (code == SQLITE_ROW) {
		attempt->count = (uint32_t)sqlite3_column_int64(row, 0);
		attempt->pending = (uint32_t)sqlite3_column_int64(row, 1);
		attempt->time_ms = (uint64_t)sqlite3_column_int64(row, 2);
		attempt->locked_until_ms =
		    (uint64_t)sqlite3_column_int64(row, 3);
		attempt->success_ms = (uint64_t)sqlite3_column_int64(row, 4);
		attempt->stranger = sqlite3_column_int(row, 5) != 0;
	}
	sqlite3_reset(row);
	return code == SQLITE_ROW || code == SQLITE_DONE
	    ? 0
	    : sqlite_fail(store, code);
}

/* *changes, which may be NULL, are the rows that it changed. */
static int
run_attempt(struct store *store, enum store_sql which,
    const struct store_attempt *attempt, uint32_t *changes)
{
	int error;
	sqlite3_stmt *row = statement(store, which, &error);

	if (row == NULL)
		return error;
	bind_attempt(row, attempt);
	error = sqlite_fail(
	    store, sqlite_connection_run(&store->connection, which));
	if (error == 0 && changes != NULL)
		*changes = (uint32_t)sqlite3_changes(store->connection.db);
	return error;
}

/* With what changes the number of rows of IDs that nobody has. */
static int
run_stranger(struct store *store, enum store_sql which,
    const struct store_attempt *attempt, uint32_t *changes)
{
	uint32_t *count = &store->batch.strangers;
	int error;

	*changes = 0;
	error = run_attempt(store, which, attempt, changes);
	if (which == SQL_STRANGER_ADD)
		*count += *changes;
	else
		*count -= *changes;
	return error;
}

static int
put_owned(struct store *store, const struct store_attempt *attempt)
{
	uint32_t changes = 0;
	int error;

	if (attempt->stranger) {
		error =
		    run_stranger(store, SQL_STRANGER_DROP, attempt, &changes);
		if (error != 0)
			return error;
	}
	error = run_attempt(store, SQL_ATTEMPT_PUT, attempt, &changes);
	if (error != 0 || (changes > 0 && attempt->success_ms == 0))
		return error;
	if (changes == 0)
		error = run_attempt(store, SQL_ATTEMPT_ADD, attempt, NULL);
	return error != 0 ? error
			  : run_attempt(store, SQL_ATTEMPT_TRIM, attempt, NULL);
}

static int
put_stranger(struct store *store, const struct store_attempt *attempt)
{
	uint32_t changes = 0;
	int error;

	error = run_attempt(store, SQL_STRANGER_PUT, attempt, &changes);
	if (error != 0 || changes > 0)
		return error;
	error = run_stranger(store, SQL_STRANGER_ADD, attempt, &changes);
	if (error == 0)
		error =
		    run_stranger(store, SQL_STRANGER_TRIM, attempt, &changes);
	if (error != 0 || store->batch.strangers <= STORE_STRANGERS_MAX)
		return error;
	error = run_stranger(store, SQL_STRANGER_EVICT_IDLE, attempt, &changes);
	if (error == 0 && changes == 0)
		error =
		    run_stranger(store, SQL_STRANGER_EVICT, attempt, &changes);
	return error;
}

static int
drop_attempt(struct store *store, const struct store_attempt *attempt)
{
	uint32_t changes;
	int error = run_attempt(store, SQL_ATTEMPT_DROP, attempt, NULL);

	return error != 0
	    ? error
	    : run_stranger(store, SQL_STRANGER_DROP, attempt, &changes);
}

int
store_attempt_put(struct store *store, const struct store_attempt *attempt)
{
	struct record record = { .kind = RECORD_ATTEMPT, .attempt = *attempt };
	int error = sqlite_write(store);

	if (error == 0)
		error = sqlite_note(store, &record);
	if (error == 0)
		error = sqlite_note_pending(store, attempt);
	if (error != 0)
		return error;
	if (attempt->count == 0 && attempt->pending == 0 &&
	    attempt->locked_until_ms == 0 && attempt->success_ms == 0)
		error = drop_attempt(store, attempt);
	else if (attempt->owner != 0)
		error = put_owned(store, attempt);
	else
		error = put_stranger(store, attempt);
	if (error != 0)
		store->batch_error = error;
	else if (attempt->time_ms > store->batch.newest_ms)
		store->batch.newest_ms = attempt->time_ms;
	return error;
}

int
store_kiosk_put(struct store *store, const struct store_kiosk *kiosk)
{
	struct record record = { .kind = RECORD_KIOSK, .kiosk = *kiosk };
	sqlite3_stmt *row;
	int error = sqlite_write(store);

	if (error == 0)
		error = sqlite_note(store, &record);
	if (error == 0)
		row = statement(store, SQL_KIOSK_PUT, &error);
	if (error != 0)
		return error;
	sqlite3_bind_text(row, 1, kiosk->name, -1, SQLITE_STATIC);
	sqlite3_bind_blob(
	    row, 2, kiosk->public_key, KIOSK_PUBLIC_SIZE, SQLITE_STATIC);
	sqlite3_bind_int(row, 3, kiosk->cash);
	sqlite3_bind_int(row, 4, kiosk->revoked);
	error = sqlite_fail(
	    store, sqlite_connection_run(&store->connection, SQL_KIOSK_PUT));
	if (error != 0)
		store->batch_error = error;
	return error;
}

int
store_kiosk_each(struct store *store,
    void (*each)(void *context, const struct store_kiosk *kiosk), void *context)
{
	struct store_kiosk kiosk;
	int code = SQLITE_DONE, error;
	sqlite3_stmt *row = statement(store, SQL_KIOSK_ALL, &error);

	if (row == NULL)
		return error;
	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		kiosk = (struct store_kiosk) { 0 };
		if (sqlite3_column_bytes(row, 1) != KIOSK_PUBLIC_SIZE)
			break;
		string_copy(kiosk.name,
		    (const char *)sqlite3_column_text(row, 0),
		    sizeof(kiosk.name));
		memcpy(kiosk.public_key, sqlite3_column_blob(row, 1),
		    KIOSK_PUBLIC_SIZE);
		kiosk.cash = sqlite3_column_int(row, 2) != 0;
		kiosk.revoked = sqlite3_column_int(row, 3) != 0;
		each(context, &kiosk);
	}
	sqlite3_reset(row);
	if (code == SQLITE_ROW)
		return BANK_EDAMAGED;
	return code == SQLITE_DONE ? 0 : sqlite_fail(store, code);
}

int
store_stock_put(struct store *store, const struct store_stock *stock)
{
	struct record record = { .kind = RECORD_STOCK, .stock = *stock };
	sqlite3_stmt *row;
	int error = sqlite_write(store);

	if (error == 0)
		error = sqlite_note(store, &record);
	if (error == 0)
		row = statement(store, SQL_STOCK_PUT, &error);
	if (error != 0)
		return error;
	sqlite3_bind_text(row, 1, stock->kiosk, -1, SQLITE_STATIC);
	sqlite3_bind_int64(row, 2, (int64_t)stock->time_ms);
	sqlite3_bind_text(row, 3, stock->notes, -1, SQLITE_STATIC);
	return sqlite_spoil(store,
	    sqlite_fail(store,
		sqlite_connection_run(&store->connection, SQL_STOCK_PUT)));
}

int
store_stock_get(
    struct store *store, const char *kiosk, struct store_stock *stock)
{
	int code, error;
	sqlite3_stmt *row = statement(store, SQL_STOCK_GET, &error);

	if (row == NULL)
		return error;
	*stock = (struct store_stock) { 0 };
	sqlite3_bind_text(row, 1, kiosk, -1, SQLITE_STATIC);
	code = sqlite3_step(row);
	if (code == SQLITE_ROW) {
		string_copy(stock->kiosk, kiosk, sizeof(stock->kiosk));
		stock->time_ms = (uint64_t)sqlite3_column_int64(row, 1);
		string_copy(stock->notes,
		    (const char *)sqlite3_column_text(row, 2),
		    sizeof(stock->notes));
	}
	sqlite3_reset(row);
	if (code == SQLITE_DONE)
		return BANK_ENOTFOUND;
	return code == SQLITE_ROW ? 0 : sqlite_fail(store, code);
}

int
store_account_texts(struct store *store, const struct ledger_account *account,
    char name[WIRE_NAME_SIZE], char hash[STORE_HASH_SIZE])
{
	int code, error;
	sqlite3_stmt *row = statement(store, SQL_ACCOUNT_TEXTS, &error);

	if (row == NULL)
		return error;
	sqlite3_bind_int64(row, 1, account->number);
	code = sqlite3_step(row);
	if (code == SQLITE_ROW) {
		string_copy(name, (const char *)sqlite3_column_text(row, 0),
		    WIRE_NAME_SIZE);
		string_copy(hash, (const char *)sqlite3_column_text(row, 1),
		    STORE_HASH_SIZE);
	}
	sqlite3_reset(row);
	if (code == SQLITE_DONE)
		return BANK_ENOTFOUND;
	return code == SQLITE_ROW ? 0 : sqlite_fail(store, code);
}

int
store_texts_each(struct store *store,
    int (*each)(void *context, const struct ledger_account *account,
	const char *name, const char *hash),
    void *context)
{
	const struct ledger_account *account;
	int code = SQLITE_DONE, error;
	sqlite3_stmt *row = statement(store, SQL_ACCOUNT_TEXTS_ALL, &error);

	if (row == NULL)
		return error;
	while (error == 0 && (code = sqlite3_step(row)) == SQLITE_ROW) {
		account =
		    &sqlite_row(store, (uint32_t)sqlite3_column_int64(row, 0))
			 ->account;
		if (account->line >= 0)
			error = each(context, account,
			    (const char *)sqlite3_column_text(row, 1),
			    (const char *)sqlite3_column_text(row, 2));
	}
	sqlite3_reset(row);
	if (error != 0)
		return error;
	return code == SQLITE_DONE ? 0 : sqlite_fail(store, code);
}
