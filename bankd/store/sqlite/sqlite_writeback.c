/* SPDX-License-Identifier: ISC */
/*
 * What the SQLite store does beside the batch's own rows: writes changed
 * accounts back, round and round, and checkpoints the WAL.  The vault's
 * thread of money; both are bounded, so that no batch waits long for them.
 *
 * A round goes over all rows by number.  Two entries earn the looking at one
 * row, or at as few as make a round of ROUND_ENTRIES entries in a bank of few
 * accounts, spent in lots of at least ROUND_LOT, in the batch's own
 * transaction: more would be written sooner and oftener than a start gains by
 * it.  Entries that a start had to replay earn once more, so that a bank that
 * is killed again and again doesn't replay ever more.
 * A row that an entry up to the round's beginning has changed was flagged
 * then, so at the round's end all entries up to its beginning are in rows:
 * that is the mark.  A start replays what is past it, at most the entries of
 * two rounds: four entries for each account there is, or 2 ROUND_ENTRIES.
 */
#include "sqlite_writeback.h"

#include "../../../shared/base/array.h"
#include "../../../shared/base/error.h"
#include "sqlite_checkpoint.h"
#include "sqlite_lots.h"
#include "sqlite_state.h"

#define ROUND_LOT 128
#define ROUND_ENTRIES 4096
#define ENTRIES_PER_ROW 2
#define STOP_ROWS 8192 /* rows in one transaction of a stop */

static int
write_row(struct store *store, uint32_t number)
{
	struct sqlite_row *row = sqlite_row(store, number);
	struct ledger_account *now =
	    row->copy != NULL ? row->copy : &row->account;
	int error;

	if (!now->changed)
		return 0;
	error = sqlite_put_row(store, now);
	if (error == 0)
		store->written[store->written_count++] = number;
	return error;
}

static int
end_round(struct store *store)
{
	struct store_head *batch = &store->batch;

	batch->cursor = 1;
	batch->mark = batch->round_seq;
	/* Not this batch's own: of its rows some were passed before it. */
	batch->round_seq = store->head.last_seq;
	return sqlite_fail(store,
	    sqlite_connection_put_meta(
		&store->connection, "mark", (int64_t)batch->mark));
}

/* In parts of a row: so many ROUND_ENTRIES of them are a row. */
void
sqlite_earn(struct store *store, uint64_t entries)
{
	struct store_head *batch = &store->batch;
	const uint64_t whole = (uint64_t)batch->accounts * ROUND_ENTRIES;
	uint64_t each = ROUND_ENTRIES / ENTRIES_PER_ROW;

	if (each > batch->accounts)
		each = batch->accounts;
	batch->credit += entries * each;
	if (batch->credit > whole)
		batch->credit = whole;
}

int
sqlite_write_back(struct store *store, uint64_t entries)
{
	struct store_head *batch = &store->batch;
	uint64_t rows, most = ROUND_LOT + entries * 2;
	int error;

	store->written_count = 0;
	sqlite_earn(store, entries);
	rows = batch->credit / ROUND_ENTRIES;
	if (rows < ROUND_LOT && rows < batch->accounts)
		return 0;
	if (rows > most)
		rows = most;
	batch->credit -= rows * ROUND_ENTRIES;
	error = array_room(store->written, store->written_size, rows);
	for (; error == 0 && rows > 0; rows--) {
		error = write_row(store, batch->cursor++);
		if (error == 0 && batch->cursor > batch->accounts)
			error = end_round(store);
	}
	return error;
}

void
sqlite_written_back(struct store *store)
{
	while (store->written_count > 0)
		sqlite_row(store, store->written[--store->written_count])
		    ->account.changed = false;
}

static int
write_all_back(struct store *store)
{
	uint32_t number, last = 0;
	int error = array_room(store->written, store->written_size, STOP_ROWS);

	for (number = 1; error == 0 && number <= store->head.accounts;) {
		error = sqlite_write(store);
		last = number;
		for (; error == 0 && number <= store->head.accounts &&
		     number - last < STOP_ROWS;
		     number++)
			error = write_row(store, number);
		if (error == 0)
			error = sqlite_end_write(store);
		if (error == 0) {
			sqlite_written_back(store);
			error = sqlite_after_commit(store);
		}
	}
	return error;
}

static int
put_marker(struct store *store, const char *end)
{
	struct store_connection *connection = &store->connection;
	int error = sqlite_write(store);

	if (error == 0)
		error = sqlite_fail(store,
		    sqlite_connection_put_meta_text(connection, "end", end));
	if (error == 0)
		error = sqlite_fail(store,
		    sqlite_connection_put_meta(
			connection, "mark", (int64_t)store->batch.mark));
	if (error == 0)
		error = sqlite_fail(store,
		    sqlite_connection_put_meta(
			connection, "newest", (int64_t)store_newest_ms(store)));
	if (error == 0)
		error = sqlite_end_write(store);
	if (error != 0) {
		store_abort(store);
		return error;
	}
	store->batch.newest_ms = store_newest_ms(store);
	store->batch.lease_ms = store->batch.newest_ms;
	store->head = store->batch;
	return 0;
}

int
store_mark_running(struct store *store)
{
	return store->failed ? BANK_EIO : put_marker(store, "running");
}

/* A checkpoint that finds no room leaves all of it in the WAL: safe too. */
static int
stop(struct store *store)
{
	int error = write_all_back(store);

	if (error == 0) {
		error = sqlite_checkpoint(store, SQLITE_CHECKPOINT_TRUNCATE);
		if (error == BANK_ENOSPC)
			error = 0;
	}
	if (error != 0) {
		store_abort(store);
		return error;
	}
	store->batch.mark = store->batch.round_seq = store->batch.last_seq;
	store->batch.cursor = 1;
	error = put_marker(store, "stopped");
	if (error != 0)
		return error;
	error = sqlite_checkpoint(store, SQLITE_CHECKPOINT_TRUNCATE);
	return error == BANK_ENOSPC ? 0 : error;
}

int
store_mark_stopped(struct store *store)
{
	int error;

	if (store->failed)
		return BANK_EIO;
	sqlite_checkpointer_stop(store);
	error = sqlite_commit_carried(store);
	if (error == 0)
		error = sqlite_fail(store,
		    sqlite3_exec(store->connection.db,
			"PRAGMA synchronous = FULL", NULL, NULL, NULL));
	store->serving = false;
	if (error == 0)
		error = stop(store);
	if (error == BANK_ENOSPC && store_make_room(store) == 0)
		error = stop(store);
	return error;
}
