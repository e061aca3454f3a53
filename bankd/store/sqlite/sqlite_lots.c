/* SPDX-License-Identifier: ISC */
/*
 * The SQLite store and its journal: what a batch changes is noted as records,
 * proposed as a lot, and only then kept.  bank.db follows: the rows of many
 * lots ride in one transaction, and `lot` in its meta says up to which.
 *
 *	records --> seal --> journal_begin() ----------> journal_wait()
 *	                          rows of entries meanwhile   |
 *	     MINE: kept, carried on to the next COMMIT  <-----+
 *	     FULL: taken back, BANK_ENOSPC              <-----+
 *	     BEHIND: taken back, BANK_EAGAIN            <-----+
 *	     AWAY: in doubt, the follower hears of it   <-----+--> wait again
 *
 * The vault's thread of money.
 */
#include "sqlite_lots.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../journal/journal_file.h"
#include "../store_serve.h"
#include "sqlite_checkpoint.h"
#include "sqlite_room.h"
#include "sqlite_state.h"
#include "sqlite_writeback.h"

#define CARRIED_MAX 1000 /* entries in one transaction */

/* -- noting -- */

int
sqlite_note(struct store *store, struct record *record)
{
	return store->takes_over ? 0 : record_add(&store->lot, record);
}

/* -- proposing -- */

void
sqlite_lots_options(const struct store *store, struct journal_options *options)
{
	options->directory = store->directory;
	options->place.number = store->lot_number;
	memcpy(options->place.digest, store->lot_digest, LOT_DIGEST);
	options->host = store->options.host;
	options->boot = store->boot;
	options->secret = store->secret;
	options->engine = store->options.engine;
	options->looking = store->looking;
}

/* The one in files is made with the first lot of a bank. */
static int
have_journal(struct store *store)
{
	struct journal_options options = {
		.begins = true,
		.stopped = true,
	};
	char error_text[512];
	int error;

	if (store->journal != NULL)
		return 0;
	sqlite_lots_options(store, &options);
	error = journal_file_open(
	    &store->journal, &options, error_text, sizeof(error_text));
	if (error == BANK_ENOSPC) {
		store->full_errno = errno;
		return error;
	}
	if (error != 0) {
		log_event(LOG_ERR, "journal_failed", "why",
		    LOG_TEXT(error_text), NULL);
		return BANK_EIO;
	}
	return store->threads ? journal_serve(store->journal) : 0;
}

static int
seal(struct store *store, uint8_t digest[LOT_DIGEST])
{
	struct lot_head head = {
		.number = store->lot_number + 1,
		.host = store->options.host,
		.seq = store->batch.last_seq,
	};

	memcpy(head.boot, store->boot, LOT_BOOT);
	memcpy(head.before, store->lot_digest, LOT_DIGEST);
	memcpy(head.chain, store->batch.chain, CHAIN_SIZE);
	return lot_seal(&store->lot, &head, &store->connection.chain, digest);
}

static int
insert_entries(struct store *store)
{
	struct store_connection *connection = &store->connection;
	sqlite3_stmt *row;
	int error = 0;

	if (store->waiting_count == 0)
		return 0;
	row = sqlite_connection_statement(connection, SQL_ENTRY_ADD);
	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	for (uint32_t i = 0; error == 0 && i < store->waiting_count; i++) {
		sqlite_entry_bind(row, &store->waiting[i]);
		error = sqlite_fail(
		    store, sqlite_connection_run(connection, SQL_ENTRY_ADD));
	}
	store->waiting_count = 0;
	return error;
}

static int
put_rows(struct store *store)
{
	uint64_t entries = store->batch.last_seq - store->head.last_seq;
	int error = insert_entries(store);

	if (error == 0 && entries > 0)
		error = sqlite_write_back(store, entries);
	return error;
}

static int
answer_of(struct store *store, int answer)
{
	switch (answer) {
	case JOURNAL_MINE:
		return 0;
	case JOURNAL_BEHIND:
		return BANK_EAGAIN;
	case JOURNAL_FULL:
		store->full_errno = errno;
		return BANK_ENOSPC;
	case JOURNAL_FORK:
		return BANK_EFORK;
	default:
		store->failed = true;
		return BANK_EIO;
	}
}

/* Rows that fail beside a lot that is in the journal: the next start's. */
static int
propose(struct store *store)
{
	int answer, rows, error = journal_begin(store->journal, &store->lot);

	if (error != 0) {
		store->failed = true;
		return BANK_EIO;
	}
	rows = put_rows(store);
	while ((answer = journal_wait(store->journal)) == JOURNAL_AWAY) {
		if (store->follower.waits != NULL)
			store->follower.waits(store->follower.context);
	}
	answer = answer_of(store, answer);
	if (answer == 0 && rows != 0) {
		store->failed = true;
		return BANK_EIO;
	}
	return answer;
}

/*
 * More than a lot may hold, such as the customers of a first start: bank.db
 * takes it at once, synced, and the lot says only that it did.  It stands in
 * bank.db too, for a start that finds it missing in the journal.
 */
static int
leap(struct store *store, uint8_t digest[LOT_DIGEST])
{
	struct record record = { .kind = RECORD_LEAP };
	uint8_t before[LOT_DIGEST];
	int error = put_rows(store);

	assert(!store->serving);
	lot_clear(&store->lot);
	if (error == 0)
		error = record_add(&store->lot, &record);
	if (error == 0)
		error = seal(store, digest);
	if (error == 0)
		error = sqlite_fail(store,
		    sqlite_connection_put_meta_bytes(&store->connection, "leap",
			store->lot.bytes, store->lot.length));
	if (error != 0)
		return error;
	memcpy(before, store->lot_digest, LOT_DIGEST);
	store->lot_number++;
	memcpy(store->lot_digest, digest, LOT_DIGEST);
	error = sqlite_end_write(store);
	if (error != 0) {
		store->lot_number--;
		memcpy(store->lot_digest, before, LOT_DIGEST);
		return error;
	}
	error = journal_begin(store->journal, &store->lot);
	if (error == 0)
		error = answer_of(store, journal_wait(store->journal));
	if (error != 0)
		store->failed = true;
	return error == 0 ? 0 : BANK_EIO;
}

int
sqlite_propose(struct store *store)
{
	uint8_t digest[LOT_DIGEST];
	int error;

	if (store->takes_over)
		return put_rows(store);
	if (store->lot.records == 0)
		return 0;
	if ((error = have_journal(store)) != 0)
		return error;
	error = seal(store, digest);
	if (error == BANK_ERANGE && !store_is_shared(store))
		return leap(store, digest);
	if (error == 0)
		error = sqlite_room_for_lot(store);
	if (error == 0)
		error = propose(store);
	if (error != 0)
		return error;
	store->lot_number++;
	memcpy(store->lot_digest, digest, LOT_DIGEST);
	return 0;
}

/* -- carrying -- */

static int
put_place(struct store *store)
{
	struct store_connection *connection = &store->connection;
	int error;

	error = sqlite_fail(store,
	    sqlite_connection_put_meta(
		connection, "lot", (int64_t)store->lot_number));
	if (error == 0)
		error = sqlite_fail(store,
		    sqlite_connection_put_meta_bytes(
			connection, "digest", store->lot_digest, LOT_DIGEST));
	if (error == 0 && store->begins && store->journal != NULL)
		error = sqlite_fail(store,
		    sqlite_connection_put_meta_text(connection, "journal",
			store->options.journal != NULL ? "hosts" : "begun"));
	return error;
}

int
sqlite_commit_carried(struct store *store)
{
	int error;

	if (!store->carries)
		return 0;
	error = put_place(store);
	if (error == 0)
		error = sqlite_fail(store,
		    sqlite_connection_run(&store->connection, SQL_COMMIT));
	if (error != 0 && store->carried_lots > 0) {
		/* It is rolled back, with lots that the journal has: a start
		 * may try again with more room. */
		store->failed = true;
		return store->takes_over ? error : BANK_EIO;
	}
	if (error != 0) {
		sqlite_roll_back(store);
		return error;
	}
	if (store->journal != NULL)
		store->begins = false;
	store->carries = false;
	store->carried_lots = 0;
	store->carried_from = store->head.last_seq;
	store->committed_lot = store->lot_number;
	return sqlite_after_commit(store);
}

/* Rows may ride on only while somebody sees to it that they end. */
int
sqlite_carry(struct store *store)
{
	store->carried_lots++;
	if (store->serving ||
	    (store->takes_over && store_behind(store) != STORE_FAR_BEHIND))
		return 0;
	return sqlite_commit_carried(store);
}

enum store_behind
store_behind(const struct store *store)
{
	if (!store->carries)
		return STORE_UP_TO_DATE;
	return store->head.last_seq - store->carried_from < CARRIED_MAX
	    ? STORE_BEHIND
	    : STORE_FAR_BEHIND;
}

void
store_place(const struct store *store, struct journal_place *place)
{
	place->number = store->lot_number;
	memcpy(place->digest, store->lot_digest, LOT_DIGEST);
}

int
store_share(struct store *store)
{
	int error = store->hosts ? 0 : sqlite_write(store);

	if (error == 0 && !store->hosts)
		error = sqlite_fail(store,
		    sqlite_connection_put_meta_text(
			&store->connection, "journal", "hosts"));
	if (error == 0 && !store->hosts)
		error = sqlite_end_write(store);
	store->hosts = store->hosts || error == 0;
	return error;
}

void
store_status(const struct store *store, struct store_status *status)
{
	*status = (struct store_status) { .lot = store->lot_number };
	status->behind = store->lot_number - store->committed_lot;
	if (store->journal != NULL)
		journal_status(store->journal, &status->journal);
}

int
store_publish(struct store *store)
{
	return store->failed ? BANK_EIO : sqlite_commit_carried(store);
}

int
store_serve(struct store *store, bool threads)
{
	int error = store->failed ? BANK_EIO : sqlite_commit_carried(store);

	if (error == 0)
		error = sqlite_fail(store,
		    sqlite3_exec(store->connection.db,
			"PRAGMA synchronous = NORMAL", NULL, NULL, NULL));
	store->threads = threads;
	if (error == 0 && threads && store->journal != NULL)
		error = journal_serve(store->journal);
	if (error == 0 && threads)
		error = sqlite_checkpointer_start(store);
	store->serving = error == 0;
	return error;
}
