/* SPDX-License-Identifier: ISC */
/*
 * A batch of the SQLite store: copies of accounts, entries and new rows in
 * one transaction, and its end, all or nothing.  The vault's thread of money
 * alone.
 *
 * Rows are inserted at once, into the pages in memory (cache_spill is off);
 * nothing reaches the disk before COMMIT, which writes the pages to the WAL,
 * where ENOSPC is found, and syncs it.  After BANK_EIO the handle isn't
 * touched any more: a sync that failed can't be repeated (the kernel has
 * forgotten the pages that it lost).
 *
 * Copies live in blocks that are reused by the next batch.
 */
#include "sqlite_batch.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../../shared/base/array.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "sqlite_lots.h"
#include "sqlite_room.h"
#include "sqlite_state.h"
#include "sqlite_writeback.h"

#define LEASE_MS 100 /* of time that may be given out and not written */

static int
note_error(struct store *store, int error)
{
	if (error == BANK_ENOSPC)
		store->full_errno = sqlite_connection_errno(&store->connection);
	if (error == 0 || error == BANK_ENOSPC)
		return error;
	store->failed = true;
	return BANK_EIO;
}

int
sqlite_fail(struct store *store, int code)
{
	return note_error(
	    store, sqlite_connection_error(&store->connection, code));
}

int
sqlite_fail_checkpoint(struct store *store, int code)
{
	return note_error(store,
	    sqlite_connection_checkpoint_error(&store->connection, code));
}

/* A batch in which a write has failed can only be aborted. */
int
sqlite_spoil(struct store *store, int error)
{
	if (error != 0 && store->batch_error == 0)
		store->batch_error = error;
	return error;
}

static int
begin(struct store *store)
{
	int error;

	if (store->carries)
		return 0;
	error = store->looking ? 0 : sqlite_room_in_log(store, 0);
	if (error == 0)
		error = sqlite_fail(store,
		    sqlite_connection_run(&store->connection, SQL_BEGIN));
	store->carries = error == 0;
	store->carried_from = store->head.last_seq;
	return error;
}

int
sqlite_write(struct store *store)
{
	int error;

	if (store->failed)
		return BANK_EIO;
	if (store->batch_error != 0 || store->writing)
		return store->batch_error;
	error = begin(store);
	if (error == 0)
		error = sqlite_fail(store,
		    sqlite_connection_run(&store->connection, SQL_SAVEPOINT));
	store->writing = error == 0;
	return sqlite_spoil(store, error);
}

static int
add_copies_block(struct store *store)
{
	size_t count = store->copies_blocks;
	struct ledger_account *block;

	if (array_room(store->copies, store->copies_size, count + 1) != 0 ||
	    (block = calloc(STORE_BLOCK, sizeof(*block))) == NULL)
		return BANK_ENOMEM;
	store->copies[store->copies_blocks++] = block;
	return 0;
}

static struct ledger_account *
copy_at(const struct store *store, uint32_t i)
{
	return &store->copies[i / STORE_BLOCK][i % STORE_BLOCK];
}

int
sqlite_copy_row(struct store *store, struct sqlite_row *row)
{
	int error;

	if (row->copy != NULL)
		return 0;
	if (store->copies_count == store->copies_blocks * STORE_BLOCK) {
		error = add_copies_block(store);
		if (error != 0)
			return error;
	}
	row->copy = copy_at(store, store->copies_count++);
	*row->copy = row->account;
	row->copy->changed = false;
	return 0;
}

int
store_begin(struct store *store, const char *const ids[], size_t count,
    struct ledger_account *accounts[])
{
	struct sqlite_row *row;
	uint32_t number;
	size_t i;
	int error;

	if (store->failed)
		return BANK_EIO;
	for (i = 0; i < count; i++) {
		accounts[i] = NULL;
		number = id_index_find(&store->accounts.index, ids[i]);
		if (number == 0)
			continue;
		row = sqlite_row(store, number);
		error = sqlite_copy_row(store, row);
		if (error != 0)
			return error;
		accounts[i] = row->copy;
	}
	return 0;
}

static void
note_written(struct store *store, uint64_t time_ms)
{
	if (time_ms > store->batch.newest_ms)
		store->batch.newest_ms = time_ms;
}

/* Its row is inserted beside the sync of the lot. */
static int
add_waiting(struct store *store, const struct ledger_entry *entry)
{
	struct record record = { .kind = ledger_has_texts(entry)
		    ? RECORD_ENTRY_TEXTS
		    : RECORD_ENTRY,
		.entry = *entry };

	if (array_room(store->waiting, store->waiting_size,
		store->waiting_count + 1) != 0)
		return BANK_ENOMEM;
	store->waiting[store->waiting_count++] = *entry;
	return sqlite_note(store, &record);
}

int
store_append(struct store *store, struct ledger_entry *entry,
    struct ledger_account *debit, struct ledger_account *credit)
{
	struct store_connection *connection = &store->connection;
	int error = sqlite_write(store);

	assert(debit->number == entry->debit.number);
	assert(credit->number == entry->credit.number);
	if (error != 0)
		return error;
	entry->seq = store->batch.last_seq + 1;
	entry->debit.previous_seq = debit->last_seq;
	entry->credit.previous_seq = credit->last_seq;
	error = chain_next(
	    &connection->chain, store->batch.chain, entry, entry->chain);
	if (error != 0)
		return sqlite_spoil(store, error);
	error = add_waiting(store, entry);
	if (error != 0)
		return sqlite_spoil(store, error);
	debit->last_seq = credit->last_seq = entry->seq;
	store->batch.last_seq = entry->seq;
	memcpy(store->batch.chain, entry->chain, CHAIN_SIZE);
	note_written(store, entry->time_ms);
	return 0;
}

static int
insert_account(struct store *store, const struct ledger_account *account,
    const char *name, const char *hash)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_ACCOUNT_ADD);
	int code;

	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	sqlite_account_bind(row, account);
	sqlite3_bind_text(row, 18, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(row, 19, hash, -1, SQLITE_STATIC);
	code = sqlite_connection_run(&store->connection, SQL_ACCOUNT_ADD);
	sqlite3_clear_bindings(row);
	return sqlite_fail(store, code);
}

int
store_account_new(struct store *store, const char *id, const char *name,
    const char *hash, uint64_t now_ms, struct ledger_account **account)
{
	struct ledger_account new = { .number = store->batch.accounts + 1,
		.line = ledger_is_own(id) ? -1 : (int32_t)store->batch.lines,
		.opened_ms = now_ms,
		.own_limit = { -1, -1, -1, -1 } };
	struct record record = { .kind = RECORD_ACCOUNT };
	struct sqlite_row *row;
	int error;

	if (store->failed)
		return BANK_EIO;
	if (id_index_find(&store->accounts.index, id) != 0)
		return BANK_EEXIST;
	if (string_copy(new.id, id, sizeof(new.id)) >= sizeof(new.id))
		return BANK_EINVAL;
	error = sqlite_write(store);
	if (error == 0)
		error = insert_account(store, &new, name, hash);
	if (error == 0)
		error = sqlite_rows_add(store, &new);
	if (error != 0)
		return sqlite_spoil(store, error);
	note_written(store, now_ms);
	row = sqlite_row(store, new.number);
	error = sqlite_copy_row(store, row);
	*account = row->copy;
	record.account = new;
	string_copy(record.name, name, sizeof(record.name));
	string_copy(record.hash, hash, sizeof(record.hash));
	if (error == 0)
		error = sqlite_note(store, &record);
	OPENSSL_cleanse(record.hash, sizeof(record.hash));
	return sqlite_spoil(store, error);
}

int
store_set_hash(
    struct store *store, const struct ledger_account *account, const char *hash)
{
	struct record record = { .kind = RECORD_HASH };
	sqlite3_stmt *row;
	int code, error = sqlite_write(store);

	if (error != 0)
		return error;
	record.account.number = account->number;
	string_copy(record.hash, hash, sizeof(record.hash));
	error = sqlite_note(store, &record);
	OPENSSL_cleanse(record.hash, sizeof(record.hash));
	if (error != 0)
		return sqlite_spoil(store, error);
	row = sqlite_connection_statement(&store->connection, SQL_ACCOUNT_HASH);
	if (row == NULL)
		return sqlite_spoil(store, sqlite_fail(store, SQLITE_ERROR));
	sqlite3_bind_int64(row, 1, account->number);
	sqlite3_bind_text(row, 2, hash, -1, SQLITE_STATIC);
	code = sqlite_connection_run(&store->connection, SQL_ACCOUNT_HASH);
	sqlite3_clear_bindings(row);
	return sqlite_spoil(store, sqlite_fail(store, code));
}

/* What no entry tells must be in the row before the commit is answered. */
static bool
row_is_urgent(
    const struct ledger_account *old, const struct ledger_account *new)
{
	return old->opened_ms != new->opened_ms ||
	    old->closed_ms != new->closed_ms ||
	    old->last_login_ms != new->last_login_ms ||
	    old->must_change != new->must_change ||
	    memcmp(old->own_limit, new->own_limit, sizeof(old->own_limit)) != 0;
}

int
sqlite_put_row(struct store *store, const struct ledger_account *account)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_ACCOUNT_PUT);

	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	sqlite_account_bind(row, account);
	return sqlite_fail(
	    store, sqlite_connection_run(&store->connection, SQL_ACCOUNT_PUT));
}

static int
note_row(struct store *store, const struct ledger_account *old,
    const struct ledger_account *account)
{
	struct record record = { .kind = RECORD_ROW, .account = *account };
	int error = sqlite_note(store, &record);

	record.kind = RECORD_FLAGS;
	if (error == 0 && old->must_change != account->must_change)
		error = sqlite_note(store, &record);
	return error;
}

/*
 * Sets each copy's `changed` to whether its row will be older than it, and
 * writes those rows that may not be.
 */
static int
put_copies(struct store *store)
{
	const struct ledger_account *old;
	struct ledger_account *copy;
	uint64_t newest;
	uint32_t i;
	int error;

	for (i = 0; i < store->copies_count; i++) {
		copy = copy_at(store, i);
		old = &sqlite_row(store, copy->number)->account;
		assert(copy->last_seq != old->last_seq ||
		    memcmp(copy->cents, old->cents, sizeof(old->cents)) == 0);
		if (!row_is_urgent(old, copy)) {
			copy->changed =
			    old->changed || copy->last_seq != old->last_seq;
			continue;
		}
		error = sqlite_write(store);
		if (error == 0)
			error = note_row(store, old, copy);
		if (error == 0)
			error = sqlite_put_row(store, copy);
		if (error != 0)
			return error;
		copy->changed = false;
		newest = copy->last_login_ms > copy->closed_ms
		    ? copy->last_login_ms
		    : copy->closed_ms;
		note_written(store, newest);
	}
	return 0;
}

/*
 * The newest time is written ahead, by a lease, so that it costs a page ten
 * times a second and not with each commit, which all leave LEASE_MS of it.
 * After a broken end time goes on from the lease's end: real time has most
 * often passed it by then.
 */
static int
put_time(struct store *store)
{
	struct record record = { .kind = RECORD_TIME };
	struct store_head *batch = &store->batch;
	int error;

	/* A lot that is taken over brings its own. */
	if (store->takes_over)
		return 0;
	note_written(store, store->noted_ms);
	if (batch->newest_ms + LEASE_MS <= batch->lease_ms)
		return 0;
	record.time_ms = batch->lease_ms = batch->newest_ms + 2 * LEASE_MS;
	error = sqlite_write(store);
	if (error == 0)
		error = sqlite_note(store, &record);
	if (error == 0)
		error = sqlite_fail(store,
		    sqlite_connection_put_meta(&store->connection, "newest",
			(int64_t)batch->lease_ms));
	return error;
}

bool
store_dirty(const struct store *store)
{
	const struct ledger_account *copy;
	uint32_t i;

	if (store->writing)
		return true;
	for (i = 0; i < store->copies_count; i++) {
		copy = copy_at(store, i);
		if (row_is_urgent(
			&sqlite_row(store, copy->number)->account, copy))
			return true;
	}
	return false;
}

static void
forget_copies(struct store *store)
{
	while (store->copies_count > 0)
		sqlite_row(store, copy_at(store, --store->copies_count)->number)
		    ->copy = NULL;
}

/* Of what rides in the transaction the lots before this batch stay. */
void
sqlite_roll_back(struct store *store)
{
	struct store_connection *connection = &store->connection;
	int code = SQLITE_OK;

	/* SQLite may have done it already, as it does on a full disk. */
	if (sqlite3_get_autocommit(connection->db) != 0) {
		store->failed = store->carried_lots > 0;
		store->carries = false;
	} else if (store->carried_lots == 0) {
		code = sqlite_connection_run(connection, SQL_ROLLBACK);
		store->carries = false;
	} else {
		code = sqlite_connection_run(connection, SQL_ROLLBACK_TO);
		if (code == SQLITE_OK)
			code = sqlite_connection_run(connection, SQL_RELEASE);
	}
	if (code != SQLITE_OK)
		store->failed = true;
}

void
store_abort(struct store *store)
{
	forget_copies(store);
	while (store->batch.accounts > store->head.accounts)
		sqlite_rows_drop_last(store);
	store->batch = store->head;
	store->batch_error = 0;
	store->written_count = store->waiting_count = 0;
	lot_clear(&store->lot);
	if (store->writing && !store->failed)
		sqlite_roll_back(store);
	store->writing = false;
}

int
sqlite_release(struct store *store)
{
	int error;

	if (!store->writing)
		return 0;
	error = sqlite_fail(
	    store, sqlite_connection_run(&store->connection, SQL_RELEASE));
	if (error == 0)
		store->writing = false;
	return error;
}

int
sqlite_end_write(struct store *store)
{
	int error = sqlite_release(store);

	return error == 0 ? sqlite_commit_carried(store) : error;
}

static void
keep_copies(struct store *store)
{
	const struct ledger_account *copy;
	uint32_t i;

	for (i = 0; i < store->copies_count; i++) {
		copy = copy_at(store, i);
		sqlite_row(store, copy->number)->account = *copy;
	}
}

int
store_commit(struct store *store)
{
	int error = store->failed ? BANK_EIO : store->batch_error;

	if (error == 0)
		error = put_copies(store);
	if (error == 0)
		error = put_time(store);
	if (error == 0)
		error = sqlite_propose(store);
	if (error == 0)
		error = sqlite_release(store);
	if (error != 0) {
		store_abort(store);
		return store->failed ? BANK_EIO : error;
	}
	keep_copies(store);
	sqlite_written_back(store);
	forget_copies(store);
	lot_clear(&store->lot);
	store->head = store->batch;
	return sqlite_carry(store);
}

void
store_note_time(struct store *store, uint64_t now_ms)
{
	if (now_ms > store->noted_ms)
		store->noted_ms = now_ms;
}

uint64_t
store_newest_ms(const struct store *store)
{
	return store->noted_ms > store->head.newest_ms ? store->noted_ms
						       : store->head.newest_ms;
}

uint64_t
store_last_seq(const struct store *store)
{
	return store->head.last_seq;
}

const uint8_t *
store_chain(const struct store *store)
{
	return store->head.chain;
}
