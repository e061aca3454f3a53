/* SPDX-License-Identifier: ISC */
/*
 * What an open of the SQLite store reads and proves: meta, attempts, all
 * accounts; the entries past the mark are replayed onto accounts whose rows
 * are older, and checked against those whose rows aren't; the sum is 0.
 * The vault's; all of the history is checked by sqlite_verify.c instead.
 */
#include "sqlite_load.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/progress.h"
#include "../store_files.h"
#include "../store_find.h"
#include "sqlite_open.h"
#include "sqlite_state.h"
#include "sqlite_writeback.h"

struct loading {
	struct store *store;
	char *error;
	size_t size;
};

static int
damaged(const struct loading *loading, const char *format, ...)
{
	char reason[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	snprintf(loading->error, loading->size,
	    "%s/" STORE_FILE ": damaged: %s; restore a backup",
	    loading->store->directory, reason);
	return BANK_EDAMAGED;
}

static int
failed(const struct loading *loading, int code)
{
	struct store *store = loading->store;
	int error = sqlite_connection_error(&store->connection, code);

	snprintf(loading->error, loading->size, "%s/" STORE_FILE ": %s%s",
	    store->directory,
	    sqlite_connection_strerror(&store->connection, code),
	    sqlite_help(&store->connection, error));
	return error;
}

static void
note(struct store *store, uint64_t time_ms)
{
	if (time_ms > store->batch.newest_ms)
		store->batch.newest_ms = time_ms;
}

static int
load_end(const struct loading *loading, enum store_end *end)
{
	static const char *const names[] = { [STORE_NEW] = "new",
		[STORE_STOPPED] = "stopped",
		[STORE_BROKEN] = "running" };
	struct store_connection *connection = &loading->store->connection;
	const unsigned char *text;
	sqlite3_stmt *row;
	bool known = false;
	size_t i;

	if (sqlite_connection_get_meta(connection, "end", &row) == SQLITE_ROW) {
		text = sqlite3_column_text(row, 0);
		for (i = 0; text != NULL && i < 3; i++)
			if (strcmp((const char *)text, names[i]) == 0) {
				*end = (enum store_end)i;
				known = true;
			}
	}
	sqlite3_reset(row);
	return known ? 0 : damaged(loading, "meta has no `end`");
}

static int
load_secret(const struct loading *loading)
{
	struct store *store = loading->store;
	sqlite3_stmt *row;
	bool whole = false;

	if (sqlite_connection_get_meta(&store->connection, "secret", &row) ==
		SQLITE_ROW &&
	    sqlite3_column_bytes(row, 0) == STORE_SECRET_SIZE) {
		memcpy(store->secret, sqlite3_column_blob(row, 0),
		    STORE_SECRET_SIZE);
		whole = true;
	}
	sqlite3_reset(row);
	return whole ? 0 : damaged(loading, "meta has no `secret`");
}

static int
load_meta(const struct loading *loading, enum store_end *end)
{
	struct store *store = loading->store;
	int error = 0;

	store->batch.mark = (uint64_t)sqlite_connection_meta_number(
	    &store->connection, "mark", &error);
	store->batch.lease_ms = (uint64_t)sqlite_connection_meta_number(
	    &store->connection, "newest", &error);
	note(store, store->batch.lease_ms);
	if (error != 0)
		return damaged(loading, "meta has no `mark` or no `newest`");
	error = load_end(loading, end);
	return error != 0 ? error : load_secret(loading);
}

static int
load_number(
    const struct loading *loading, enum store_sql which, uint32_t *number)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&loading->store->connection, which);
	int code = row != NULL ? sqlite3_step(row) : SQLITE_ERROR;

	if (code == SQLITE_ROW)
		*number = (uint32_t)sqlite3_column_int64(row, 0);
	sqlite3_reset(row);
	return code == SQLITE_ROW ? 0 : failed(loading, code);
}

/* Attempts that were recorded and never compared. */
static int
load_attempts(const struct loading *loading)
{
	struct store_connection *connection = &loading->store->connection;
	uint32_t pending;
	int code, error;

	error = load_number(loading, SQL_ATTEMPT_PENDING, &pending);
	if (error != 0 || pending == 0)
		return error;
	code = sqlite_connection_run(connection, SQL_ATTEMPT_TAKE_BACK);
	if (code == SQLITE_OK)
		code =
		    sqlite_connection_run(connection, SQL_STRANGER_TAKE_BACK);
	return code == SQLITE_OK ? 0 : failed(loading, code);
}

static int
load_account(const struct loading *loading, sqlite3_stmt *row)
{
	struct store *store = loading->store;
	struct store_head *head = &store->batch;
	struct ledger_account account;

	int error = sqlite_account_read(row, &account);

	if (error == 0 &&
	    (account.number != head->accounts + 1 ||
		(account.line >= 0 && (uint32_t)account.line != head->lines)))
		error = BANK_EDAMAGED;
	if (error == 0)
		error = sqlite_rows_add(store, &account);
	if (error == BANK_EDAMAGED || error == BANK_EEXIST)
		return damaged(loading, "account %" PRIu32 " does not fit",
		    head->accounts + 1);
	note(store, account.opened_ms);
	note(store, account.closed_ms);
	note(store, account.last_login_ms);
	return error;
}

static const char *
loaded_id(const void *context, uint32_t number)
{
	return sqlite_row(context, number)->account.id;
}

/* The number in the one row of a statement without arguments. */
static int
load_accounts(const struct loading *loading)
{
	struct store *store = loading->store;
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_ACCOUNT_AFTER);
	int code = SQLITE_ERROR, error;
	uint32_t count;

	error = id_index_init(&store->accounts.index, loaded_id, store);
	if (error == 0)
		error = load_number(loading, SQL_ACCOUNT_MAX, &count);
	if (error != 0 || row == NULL)
		return error != 0 ? error : failed(loading, code);
	/* It saves time, no more; of a damaged number nothing comes. */
	(void)id_index_reserve(&store->accounts.index, count);
	progress_step(STORE_FILE ": loading accounts", count);
	sqlite3_bind_int64(row, 1, 0);
	while (error == 0 && (code = sqlite3_step(row)) == SQLITE_ROW) {
		error = load_account(loading, row);
		progress_done(store->batch.accounts);
	}
	sqlite3_reset(row);
	if (error == 0 && code != SQLITE_DONE)
		error = failed(loading, code);
	return error;
}

/* The head's chain, where nothing is past the mark. */
static int
load_mark(const struct loading *loading)
{
	struct store *store = loading->store;
	struct ledger_entry entry;
	int error;

	store->batch.last_seq = store->batch.mark;
	if (store->batch.mark == 0)
		return 0;
	error = store_find_seq(store, store->batch.mark, &entry);
	if (error == BANK_ENOTFOUND || error == BANK_EDAMAGED)
		return damaged(
		    loading, "entry %" PRIu64 " is missing", store->batch.mark);
	memcpy(store->batch.chain, entry.chain, CHAIN_SIZE);
	note(store, entry.time_ms);
	return error;
}

/*
 * The account before an entry, by which the entry is proven: its row where
 * that is as old; a newer one can't tell, and what the entry says must do.
 */
static struct proof_account
account_before(const struct ledger_account *account,
    const struct ledger_posting *posting, int64_t sign, int64_t amount_cents)
{
	struct proof_account before = { .last_seq = posting->previous_seq };
	uint64_t cents;

	memcpy(before.cents, account->cents, sizeof(before.cents));
	if (account->last_seq == posting->previous_seq)
		return before;
	memcpy(before.cents, posting->cents, sizeof(before.cents));
	cents = (uint64_t)before.cents[posting->account] -
	    (uint64_t)(sign * amount_cents);
	before.cents[posting->account] = (int64_t)cents;
	return before;
}

/* One side of an entry: put on an older row, compared with its own. */
static int
replay_side(const struct loading *loading, const struct ledger_entry *entry,
    const struct ledger_posting *posting, const struct ledger_entry *withdrawal)
{
	struct ledger_account *account =
	    &sqlite_row(loading->store, posting->number)->account;

	if (account->last_seq > entry->seq)
		return 0;
	if (account->last_seq == entry->seq) {
		if (memcmp(account->cents, posting->cents,
			sizeof(account->cents)) == 0)
			return 0;
	} else if (account->last_seq == posting->previous_seq) {
		ledger_replay(account, entry, withdrawal);
		return 0;
	}
	return damaged(loading, "entry %" PRIu64 " does not fit account %s",
	    entry->seq, account->id);
}

static int
prove_money(const struct loading *loading, const struct ledger_entry *entry,
    const struct ledger_entry *withdrawal)
{
	const struct ledger_account *debit =
	    &sqlite_row(loading->store, entry->debit.number)->account;
	const struct ledger_account *credit =
	    &sqlite_row(loading->store, entry->credit.number)->account;
	struct proof_account before[2] = {
		account_before(debit, &entry->debit, -1, entry->amount_cents),
		account_before(credit, &entry->credit, 1, entry->amount_cents),
	};
	enum proof_fault fault;

	if (debit == credit) {
		/* A row that is as new, or newer, is compared instead. */
		if (debit->last_seq >= entry->seq)
			return 0;
		memcpy(before[0].cents, debit->cents, sizeof(before[0].cents));
	}
	fault = proof_money(entry, &before[0], &before[1], withdrawal);
	return fault == PROOF_NONE ? 0
				   : damaged(loading, "entry %" PRIu64 " %s",
					 entry->seq, proof_fault_text(fault));
}

static int
replay_money(const struct loading *loading, const struct ledger_entry *entry)
{
	struct ledger_entry withdrawal, *taken_back = NULL;
	int error = 0;

	if (entry->reverses != 0) {
		error = store_find_seq(
		    loading->store, entry->reverses, &withdrawal);
		if (error != 0)
			return damaged(loading,
			    "entry %" PRIu64 " reverses one that is missing",
			    entry->seq);
		taken_back = &withdrawal;
	}
	error = prove_money(loading, entry, taken_back);
	if (error == 0)
		error = replay_side(loading, entry, &entry->debit, NULL);
	if (error == 0 && entry->debit.number != entry->credit.number)
		error = replay_side(loading, entry, &entry->credit, taken_back);
	return error;
}

static int
replay_entry(const struct loading *loading, sqlite3_stmt *row)
{
	struct store *store = loading->store;
	struct store_head *head = &store->batch;
	struct proof_head proven = { .seq = head->last_seq };
	struct ledger_entry entry;
	int fault;

	if (sqlite_entry_read(row, &entry, sqlite_id, store) != 0 ||
	    entry.seq != head->last_seq + 1)
		return damaged(loading,
		    "entry %" PRIu64 " is missing or unreadable",
		    head->last_seq + 1);
	memcpy(proven.chain, head->chain, CHAIN_SIZE);
	fault = proof_link(&store->connection.chain, &proven, &entry);
	if (fault < 0)
		return fault;
	if (fault != PROOF_NONE)
		return damaged(loading, "entry %" PRIu64 " %s", entry.seq,
		    proof_fault_text((enum proof_fault)fault));
	fault = replay_money(loading, &entry);
	if (fault != 0)
		return fault;
	head->last_seq = proven.seq;
	memcpy(head->chain, proven.chain, CHAIN_SIZE);
	note(store, entry.time_ms);
	return 0;
}

/* How many are past the mark; only to be told. */
static uint64_t
count_to_replay(struct store *store)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_ENTRY_MAX);
	uint64_t newest = 0;

	if (row != NULL && sqlite3_step(row) == SQLITE_ROW)
		newest = (uint64_t)sqlite3_column_int64(row, 0);
	sqlite3_reset(row);
	return newest > store->batch.mark ? newest - store->batch.mark : 0;
}

static int
replay(const struct loading *loading)
{
	struct store *store = loading->store;
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_ENTRY_AFTER);
	int code = SQLITE_ERROR, error = 0;

	if (row == NULL)
		return failed(loading, code);
	progress_step(STORE_FILE ": replaying entries", count_to_replay(store));
	sqlite3_bind_int64(row, 1, (int64_t)store->batch.mark);
	sqlite3_bind_int64(row, 2, -1);
	while (error == 0 && (code = sqlite3_step(row)) == SQLITE_ROW) {
		error = replay_entry(loading, row);
		progress_done(store->batch.last_seq - store->batch.mark);
	}
	sqlite3_reset(row);
	if (error == 0 && code != SQLITE_DONE)
		error = failed(loading, code);
	return error;
}

/* The newest audit record, whose link the next one is bound to. */
static int
load_audit(const struct loading *loading)
{
	struct store *store = loading->store;
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_AUDIT_LAST);
	int code = row != NULL ? sqlite3_step(row) : SQLITE_ERROR;
	struct audit audit;
	int error = 0;

	if (code == SQLITE_ROW) {
		error = sqlite_audit_read(row, &audit);
		store->batch.audits = audit.number;
		memcpy(store->batch.audit_chain, audit.chain, CHAIN_SIZE);
		note(store, audit.time_ms);
	}
	sqlite3_reset(row);
	if (error != 0)
		return damaged(loading,
		    "audit record %" PRIu64 " is unreadable", audit.number);
	return code == SQLITE_ROW || code == SQLITE_DONE
	    ? 0
	    : failed(loading, code);
}

/* Modulo 2^64: what is 0 is 0. */
static int
check_accounts(const struct loading *loading)
{
	struct store *store = loading->store;
	const struct ledger_account *account;
	uint64_t sum = 0;
	uint32_t number;

	for (number = 1; number <= store->batch.accounts; number++) {
		account = &sqlite_row(store, number)->account;
		sum += (uint64_t)account->cents[0];
		sum += (uint64_t)account->cents[1];
		if (account->last_seq > store->batch.last_seq)
			return damaged(loading,
			    "account %s names entry %" PRIu64
			    ", which is missing",
			    account->id, account->last_seq);
	}
	if (sum != 0)
		return damaged(loading, "the sum of all accounts is not 0");
	return 0;
}

int
sqlite_load(
    struct store *store, enum store_end *end, char *error_text, size_t size)
{
	struct loading loading = { store, error_text, size };
	int error;

	error = load_meta(&loading, end);
	if (error == 0)
		error = load_number(
		    &loading, SQL_STRANGER_COUNT, &store->batch.strangers);
	if (error == 0)
		error = load_number(
		    &loading, SQL_SETTLED_COUNT, &store->batch.settled);
	if (error == 0)
		error = load_accounts(&loading);
	if (error == 0)
		error = load_mark(&loading);
	if (error == 0)
		error = replay(&loading);
	if (error == 0)
		error = check_accounts(&loading);
	if (error == 0)
		error = load_audit(&loading);
	if (error != 0)
		return error;
	store->batch.cursor = 1;
	store->batch.round_seq = store->batch.last_seq;
	sqlite_earn(store, store->batch.last_seq - store->batch.mark);
	store->head = store->batch;
	store->noted_ms = store->head.newest_ms;
	return 0;
}

int
sqlite_load_attempts(struct store *store, char *error_text, size_t size)
{
	const struct loading loading = { store, error_text, size };

	return load_attempts(&loading);
}
