/* SPDX-License-Identifier: ISC */
/*
 * Lots that bank.db doesn't have, put on it at an open: because they rode in a
 * transaction that was never committed, because bank.db's log was lost, or
 * because bank.db was put back from a copy.  By the rules that made them, and
 * with every proof that an entry has to pass.
 */
#include "sqlite_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/progress.h"
#include "../../../shared/base/util.h"
#include "../../journal/journal_file.h"

static int
refuse(const struct lots_opening *opening, uint64_t number, int error,
    const char *reason)
{
	(void)snprintf(opening->error, opening->size,
	    "%s/" JOURNAL_DIRECTORY ": lot %" PRIu64 ": %s", opening->directory,
	    number, reason);
	return error;
}

static struct ledger_account *
copy_of(struct store *store, uint32_t number, int *error)
{
	struct sqlite_row *row;

	if (number == 0 || number > store->batch.accounts) {
		*error = BANK_EDAMAGED;
		return NULL;
	}
	row = sqlite_row(store, number);
	if (*error == 0)
		*error = sqlite_copy_row(store, row);
	return row->copy;
}

static struct proof_account
proof_of(const struct ledger_account *account)
{
	struct proof_account proof = { .last_seq = account->last_seq };

	memcpy(proof.cents, account->cents, sizeof(proof.cents));
	return proof;
}

static int
put_on_entry(struct store *store, struct record *record)
{
	struct ledger_entry *entry = &record->entry, withdrawal, *back = NULL;
	struct ledger_account *debit, *credit;
	struct proof_account before[2];
	int error = 0;

	debit = copy_of(store, entry->debit.number, &error);
	credit = copy_of(store, entry->credit.number, &error);
	if (error == 0 && entry->seq != store->batch.last_seq + 1)
		error = BANK_EDAMAGED;
	if (error == 0 && entry->reverses != 0) {
		error = store_find_seq(store, entry->reverses, &withdrawal);
		back = &withdrawal;
	}
	if (error != 0)
		return error == BANK_ENOTFOUND ? BANK_EDAMAGED : error;
	string_copy(entry->debit.id, debit->id, sizeof(entry->debit.id));
	string_copy(entry->credit.id, credit->id, sizeof(entry->credit.id));
	before[0] = proof_of(debit);
	before[1] = proof_of(credit);
	if (proof_money(entry, &before[0], &before[1], back) != PROOF_NONE)
		return BANK_EDAMAGED;
	/* As the rules would: the newest entry is the append's to set. */
	ledger_replay(debit, entry, NULL);
	if (credit != debit)
		ledger_replay(credit, entry, back);
	debit->last_seq = before[0].last_seq;
	credit->last_seq = before[1].last_seq;
	return store_append(store, entry, debit, credit);
}

static int
put_on_account(struct store *store, struct record *record)
{
	const struct ledger_account *told = &record->account;
	struct ledger_account *account;
	int error;

	if (told->number != store->batch.accounts + 1)
		return BANK_EDAMAGED;
	error = store_account_new(store, told->id, record->name, record->hash,
	    told->opened_ms, &account);
	if (error == 0 && account->line != told->line)
		error = BANK_EDAMAGED;
	return error == BANK_EEXIST || error == BANK_EINVAL ? BANK_EDAMAGED
							    : error;
}

static int
put_on_hash(struct store *store, struct record *record)
{
	int error = 0;
	const struct ledger_account *account =
	    copy_of(store, record->account.number, &error);

	return error != 0 ? error
			  : store_set_hash(store, account, record->hash);
}

static int
put_on_row(struct store *store, struct record *record)
{
	int error = 0;
	const struct ledger_account *told = &record->account;
	struct ledger_account *account = copy_of(store, told->number, &error);

	if (error != 0)
		return error;
	account->opened_ms = told->opened_ms;
	account->closed_ms = told->closed_ms;
	account->last_login_ms = told->last_login_ms;
	memcpy(account->own_limit, told->own_limit, sizeof(told->own_limit));
	return 0;
}

static int
put_on_settled(struct store *store, struct record *record)
{
	int error = 0;
	const struct ledger_account *account =
	    copy_of(store, record->account.number, &error);

	return error != 0
	    ? error
	    : store_settle(store, account, record->txid, record->time_ms);
}

static int
put_on_attempt(struct store *store, struct record *record)
{
	return store_attempt_put(store, &record->attempt);
}

static int
put_on_kiosk(struct store *store, struct record *record)
{
	return store_kiosk_put(store, &record->kiosk);
}

static int
put_on_time(struct store *store, struct record *record)
{
	struct store_head *batch = &store->batch;
	int error = sqlite_write(store);

	if (record->time_ms > batch->newest_ms)
		batch->newest_ms = record->time_ms;
	if (error != 0 || record->time_ms <= batch->lease_ms)
		return error;
	batch->lease_ms = record->time_ms;
	return sqlite_fail(store,
	    sqlite_connection_put_meta(
		&store->connection, "newest", (int64_t)batch->lease_ms));
}

/* Here only where bank.db is older than the leap: nobody has its effects. */
static int
put_on_leap(struct store *store, struct record *record)
{
	(void)store;
	(void)record;
	return BANK_ENOTFOUND;
}

static int (*const put_on[RECORD_KINDS])(struct store *, struct record *) = {
	[RECORD_ENTRY] = put_on_entry,
	[RECORD_ACCOUNT] = put_on_account,
	[RECORD_HASH] = put_on_hash,
	[RECORD_ROW] = put_on_row,
	[RECORD_SETTLED] = put_on_settled,
	[RECORD_ATTEMPT] = put_on_attempt,
	[RECORD_KIOSK] = put_on_kiosk,
	[RECORD_TIME] = put_on_time,
	[RECORD_LEAP] = put_on_leap,
};

static int
put_on_records(struct store *store, struct lot_view *view)
{
	struct lot_record bytes;
	struct record record;
	int error = 0;

	while (error == 0 && lot_next(view, &bytes)) {
		error = record_read(&bytes, &record);
		if (error == 0)
			error = put_on[record.kind](store, &record);
	}
	if (error == 0 &&
	    (store->batch.last_seq != view->head.seq ||
		memcmp(store->batch.chain, view->head.chain, CHAIN_SIZE) != 0))
		error = BANK_EDAMAGED;
	return error;
}

static const char *
why_not(int error)
{
	if (error == BANK_EDAMAGED)
		return "does not follow from bank.db; restore a backup";
	if (error == BANK_EINVAL)
		return "a newer bankd made it; install that one";
	if (error == BANK_ENOTFOUND)
		return "changed more than a lot holds, and bank.db is older "
		       "than that: restore a newer copy of bank.db";
	return bank_strerror(error);
}

static int
take_over(struct store *store, struct lot_view *view,
    const struct lots_opening *opening)
{
	int error;

	error = put_on_records(store, view);
	if (error == 0) {
		store->lot_number = view->head.number;
		memcpy(store->lot_digest, view->digest, LOT_DIGEST);
		error = store_commit(store);
	} else
		store_abort(store);
	return error == 0
	    ? 0
	    : refuse(opening, view->head.number, error, why_not(error));
}

/* A leap's lot that bank.db has and the journal doesn't: goes in again. */
static int
repeat_leap(struct store *store, struct journal_place *place)
{
	sqlite3_stmt *row;
	struct lot_view view;
	int size, error = BANK_ENOTFOUND;

	if (sqlite_connection_get_meta(&store->connection, "leap", &row) ==
	    SQLITE_ROW) {
		size = sqlite3_column_bytes(row, 0);
		lot_clear(&store->lot);
		if (size > 0 && lot_add(&store->lot, 0, (size_t)size) != NULL) {
			memcpy(store->lot.bytes, sqlite3_column_blob(row, 0),
			    (size_t)size);
			memset(store->lot.bytes + size, 0,
			    store->lot.size - (size_t)size);
			error = lot_read(store->lot.bytes, store->lot.size,
			    &store->connection.chain, &view);
		}
	}
	sqlite3_reset(row);
	if (error != 0 || view.head.number != place->number)
		return BANK_ENOTFOUND;
	store->lot.length = view.length;
	place->number--;
	memcpy(place->digest, view.head.before, LOT_DIGEST);
	return 0;
}

static int
open_file(struct store *store, const struct lots_opening *opening,
    struct journal_file_options *options)
{
	struct journal_place place = options->place;
	struct lot_view view;
	int answer, error;

	error = journal_file_open(
	    &store->journal, options, opening->error, opening->size);
	if (error != BANK_EDAMAGED || store->looking ||
	    repeat_leap(store, &options->place) != 0)
		return error;
	error = journal_file_open(
	    &store->journal, options, opening->error, opening->size);
	if (error != 0)
		return error;
	answer = journal_next(store->journal, &view);
	if (answer == 1)
		return refuse(opening, place.number, BANK_EDAMAGED,
		    "is of another history than bank.db's");
	error =
	    answer < 0 ? answer : journal_begin(store->journal, &store->lot);
	if (error == 0)
		answer = journal_wait(store->journal);
	lot_clear(&store->lot);
	if (error != 0 || answer != JOURNAL_MINE)
		return refuse(opening, place.number,
		    answer == JOURNAL_FULL ? BANK_ENOSPC : BANK_EIO,
		    strerror(errno));
	return 0;
}

static int
take_over_all(
    struct store *store, const struct lots_opening *opening, uint64_t *lots)
{
	struct lot_view view;
	int found, error = 0;

	while ((found = journal_next(store->journal, &view)) == 1) {
		if (*lots == 0 && store->looking) {
			store->detached = true;
			error = sqlite_fail(store,
			    sqlite_connection_detach(&store->connection));
		}
		if (error == 0)
			error = take_over(store, &view, opening);
		if (error != 0)
			return error;
		progress_done(++*lots);
	}
	return found;
}

static int
get_place(struct store *store)
{
	struct store_connection *connection = &store->connection;
	const unsigned char *text;
	sqlite3_stmt *row;
	int error = 0;

	store->lot_number =
	    (uint64_t)sqlite_connection_meta_number(connection, "lot", &error);
	if (error != 0)
		return error;
	if (sqlite_connection_get_meta(connection, "digest", &row) ==
		SQLITE_ROW &&
	    sqlite3_column_bytes(row, 0) == LOT_DIGEST)
		memcpy(
		    store->lot_digest, sqlite3_column_blob(row, 0), LOT_DIGEST);
	else
		error = BANK_EDAMAGED;
	sqlite3_reset(row);
	if (sqlite_connection_get_meta(connection, "journal", &row) ==
	    SQLITE_ROW) {
		text = sqlite3_column_text(row, 0);
		store->begins =
		    text != NULL && strcmp((const char *)text, "new") == 0;
	} else
		error = BANK_EDAMAGED;
	sqlite3_reset(row);
	store->committed_lot = store->lot_number;
	return error;
}

/* Whether a journal that may not be there yet isn't. */
static bool
is_missing(const struct lots_opening *opening)
{
	struct segment_path path =
	    segment_other(opening->directory, JOURNAL_DIRECTORY);

	return access(path.text, F_OK) == -1 && errno == ENOENT;
}

int
sqlite_open_journal(struct store *store, enum store_end *end,
    const struct lots_opening *opening)
{
	struct journal_file_options options = { .directory = opening->directory,
		.looking = store->looking };
	uint64_t lots = 0;
	int error = get_place(store);

	if (error != 0)
		return refuse(opening, 0, error,
		    "bank.db doesn't say which lot it has; restore a backup");
	if (RAND_bytes(store->boot, sizeof(store->boot)) != 1)
		return BANK_ECRYPTO;
	if (store->begins && is_missing(opening))
		return 0;
	options.place.number = store->lot_number;
	memcpy(options.place.digest, store->lot_digest, LOT_DIGEST);
	options.begins = store->begins && !store->looking;
	options.stopped = *end == STORE_STOPPED;
	error = open_file(store, opening, &options);
	if (error != 0)
		return error;
	progress_step(JOURNAL_DIRECTORY ": taking over lots", 0);
	store->takes_over = true;
	error = take_over_all(store, opening, &lots);
	if (error == 0 && (error = sqlite_commit_carried(store)) != 0)
		(void)refuse(
		    opening, store->lot_number, error, bank_strerror(error));
	store->takes_over = false;
	if (error != 0 || lots == 0)
		return error;
	/* The two files are of another moment than bank.db. */
	*end = STORE_BROKEN;
	if (!store->looking)
		log_event(LOG_NOTICE, "lots_taken_over", "lots",
		    LOG_NUMBER((long long)lots), "from",
		    LOG_NUMBER((long long)(store->lot_number - lots + 1)), "to",
		    LOG_NUMBER((long long)store->lot_number), NULL);
	return 0;
}
