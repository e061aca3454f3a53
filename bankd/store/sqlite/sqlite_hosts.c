/* SPDX-License-Identifier: ISC */
/*
 * A store among many hosts: others' lots taken over while it serves, and what
 * it must know of the journal that they share.  Of a store with a journal of
 * its own there is nothing to take over, and all of it is fresh and firm.
 *
 * The vault's thread of money, between two batches.
 */
#include "sqlite_hosts.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../../shared/base/array.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "sqlite_lots.h"
#include "sqlite_state.h"
#include "sqlite_takeover.h"

#define TAKE_BACK_MOST 1000 /* rows of attempts in one batch */

void
store_follow(struct store *store, const struct store_follower *follower)
{
	store->follower = *follower;
}

bool
store_is_shared(const struct store *store)
{
	return store->options.journal != NULL;
}

/* After its commit: whoever follows finds it in the state. */
static int
hand_on(struct store *store, struct lot_view view)
{
	struct lot_record bytes;
	struct record record;
	int error = 0;

	if (store->follower.taken == NULL)
		return 0;
	while (error == 0 && lot_next(&view, &bytes)) {
		error = record_read(&bytes, &record);
		if (error == 0)
			store->follower.taken(store->follower.context, &record);
	}
	if (error == 0)
		store->follower.taken(store->follower.context, NULL);
	OPENSSL_cleanse(record.hash, sizeof(record.hash));
	return error;
}

/* What was given is given once, so an error here is the process's end. */
static int
take_over(struct store *store, const struct lot_view *view)
{
	int error = sqlite_take_over_lot(store, *view);

	if (error == BANK_ENOSPC && store_make_room(store) == 0)
		error = sqlite_take_over_lot(store, *view);
	if (error == 0)
		error = hand_on(store, *view);
	store->failed = error != 0;
	return error;
}

static int
error_of(int answer)
{
	switch (answer) {
	case JOURNAL_NONE:
		return 0;
	case JOURNAL_AWAY:
		return BANK_EAWAY;
	case JOURNAL_FORK:
		return BANK_EFORK;
	default:
		return answer < 0 ? answer : BANK_EIO;
	}
}

int
store_take_over(struct store *store, unsigned most)
{
	struct lot_view view;
	unsigned count = 0;
	int answer = JOURNAL_NONE, error;

	if (store->failed)
		return BANK_EIO;
	if (!store_is_shared(store))
		return 0;
	while (count < most &&
	    (answer = journal_next(store->journal, &view)) == JOURNAL_LOT) {
		if ((error = take_over(store, &view)) != 0)
			return error;
		count++;
	}
	return answer == JOURNAL_LOT || answer == JOURNAL_NONE
	    ? (int)count
	    : error_of(answer);
}

bool
store_fresh(const struct store *store)
{
	return !store_is_shared(store) || journal_fresh(store->journal);
}

int
store_firm(struct store *store)
{
	return store_is_shared(store) ? error_of(journal_firm(store->journal))
				      : 0;
}

unsigned
store_poll_ms(const struct store *store)
{
	return store_is_shared(store) ? journal_poll_ms(store->journal) : 0;
}

const char *
store_why(const struct store *store)
{
	return store->journal != NULL ? journal_why(store->journal) : "";
}

int
store_tell(struct store *store, uint32_t number, const char *text)
{
	struct record record = { .kind = RECORD_TELL,
		.account.number = number };

	if (!store_is_shared(store))
		return 0;
	string_copy(record.text, text, sizeof(record.text));
	return sqlite_note(store, &record);
}

/* -- attempts that were never compared -- */

int
sqlite_hosts_open(struct store *store)
{
	static const char table[] =
	    "CREATE TABLE IF NOT EXISTS pending ("
	    " host INTEGER NOT NULL, total BLOB NOT NULL, key BLOB NOT NULL,"
	    " owner INTEGER NOT NULL, count INTEGER NOT NULL,"
	    " PRIMARY KEY (host, total, key)) STRICT, WITHOUT ROWID;";

	return sqlite_fail(
	    store, sqlite3_exec(store->connection.db, table, NULL, NULL, NULL));
}

int
sqlite_note_pending(struct store *store, const struct store_attempt *attempt)
{
	struct store_attempt before = *attempt;
	sqlite3_stmt *row;
	int error;

	if (!store_is_shared(store) || store->looking)
		return 0;
	error = store_attempt_get(store, &before);
	if (error != 0 || before.pending == attempt->pending)
		return error;
	row = sqlite_connection_statement(&store->connection, SQL_PENDING_ADD);
	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	sqlite3_bind_int64(
	    row, 1, store->takes_over ? store->lot_host : store->options.host);
	sqlite3_bind_blob(
	    row, 2, attempt->total, STORE_ATTEMPT_KEY, SQLITE_STATIC);
	sqlite3_bind_blob(
	    row, 3, attempt->key, STORE_ATTEMPT_KEY, SQLITE_STATIC);
	sqlite3_bind_int64(row, 4, attempt->owner);
	sqlite3_bind_int64(
	    row, 5, (int64_t)attempt->pending - (int64_t)before.pending);
	error = sqlite_fail(
	    store, sqlite_connection_run(&store->connection, SQL_PENDING_ADD));
	if (error == 0)
		error = sqlite_fail(store,
		    sqlite_connection_run(
			&store->connection, SQL_PENDING_DROP));
	return error;
}

struct pending {
	struct store_attempt attempt;
	uint32_t count; /* of the host */
};

static int
read_pending(
    struct store *store, uint32_t host, struct pending *list, uint32_t *count)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_PENDING_OF);
	int code = SQLITE_DONE;

	*count = 0;
	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	sqlite3_bind_int64(row, 1, host);
	while (*count < TAKE_BACK_MOST &&
	    (code = sqlite3_step(row)) == SQLITE_ROW) {
		struct pending *one = &list[*count];

		if (sqlite3_column_bytes(row, 0) != STORE_ATTEMPT_KEY ||
		    sqlite3_column_bytes(row, 1) != STORE_ATTEMPT_KEY)
			break;
		*one = (struct pending) { 0 };
		memcpy(one->attempt.total, sqlite3_column_blob(row, 0),
		    STORE_ATTEMPT_KEY);
		memcpy(one->attempt.key, sqlite3_column_blob(row, 1),
		    STORE_ATTEMPT_KEY);
		one->attempt.owner = (uint32_t)sqlite3_column_int64(row, 2);
		one->count = (uint32_t)sqlite3_column_int64(row, 3);
		(*count)++;
	}
	sqlite3_reset(row);
	return code == SQLITE_DONE || code == SQLITE_ROW
	    ? 0
	    : sqlite_fail(store, code);
}

/* As at the start of a bank alone: one of it is taken off the count. */
static int
take_back_one(struct store *store, const struct pending *one)
{
	struct store_attempt attempt = one->attempt;
	int error = store_attempt_get(store, &attempt);

	if (error != 0)
		return error;
	attempt.pending -=
	    attempt.pending < one->count ? attempt.pending : one->count;
	attempt.count -= attempt.count > 0;
	return store_attempt_put(store, &attempt);
}

static int
forget_pending(struct store *store, uint32_t host)
{
	sqlite3_stmt *row;
	int error = sqlite_write(store);

	if (error != 0)
		return error;
	row =
	    sqlite_connection_statement(&store->connection, SQL_PENDING_FORGET);
	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	sqlite3_bind_int64(row, 1, host);
	return sqlite_fail(store,
	    sqlite_connection_run(&store->connection, SQL_PENDING_FORGET));
}

/* One batch of them.  What was trimmed since is in no row any more. */
static int
take_back_some(
    struct store *store, uint32_t host, struct pending *list, uint32_t *count)
{
	int error = read_pending(store, host, list, count);

	for (uint32_t i = 0; error == 0 && i < *count; i++)
		error = take_back_one(store, &list[i]);
	if (error == 0 && *count > 0 && *count < TAKE_BACK_MOST)
		error = forget_pending(store, host);
	if (error == 0 && *count > 0)
		return store_commit(store);
	store_abort(store);
	return error;
}

int
store_take_back(struct store *store, uint32_t host)
{
	struct pending *list = calloc(TAKE_BACK_MOST, sizeof(*list));
	uint32_t count = 1;
	int error = list == NULL ? BANK_ENOMEM : 0;

	while (error == 0 && count > 0) {
		error = take_back_some(store, host, list, &count);
		if (error == BANK_EAGAIN) {
			error = store_take_over(store, UINT32_MAX);
			error = error > 0 ? 0 : error;
		} else if (count < TAKE_BACK_MOST)
			break;
	}
	free(list);
	return error;
}
