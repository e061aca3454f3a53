/* SPDX-License-Identifier: ISC */
/*
 * The journal opened beside bank.db: from where bank.db stands, with the lots
 * after that taken over (sqlite_takeover.c).
 */
#include "sqlite_journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/progress.h"
#include "../../journal/journal_file.h"
#include "../../journal/segment.h"
#include "sqlite_lots.h"
#include "sqlite_state.h"
#include "sqlite_takeover.h"

static int
refuse(const struct lots_opening *opening, uint64_t number, int error,
    const char *reason)
{
	(void)snprintf(opening->error, opening->size,
	    "%s/" JOURNAL_DIRECTORY ": lot %" PRIu64 ": %s", opening->directory,
	    number, reason);
	return error;
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
    struct journal_options *options)
{
	struct journal_place place = options->place;
	struct lot_view view;
	int answer, error;

	if (store->options.journal != NULL)
		return store->options.journal(
		    &store->journal, options, opening->error, opening->size);
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
	if (answer == JOURNAL_LOT)
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

/* A full disk may have room at another try. */
static int
commit_taken(struct store *store)
{
	int error;

	store->takes_over = true;
	error = sqlite_commit_carried(store);
	store->takes_over = false;
	return error;
}

static int
take_over_all(
    struct store *store, const struct lots_opening *opening, uint64_t *lots)
{
	struct lot_view view;
	int found, error = 0;

	while ((found = journal_next(store->journal, &view)) == JOURNAL_LOT) {
		if (store->looking && !store->detached) {
			store->detached = true;
			error = sqlite_fail(store,
			    sqlite_connection_detach(&store->connection));
		}
		if (error == 0)
			error = sqlite_take_over_lot(store, view);
		if (error != 0)
			return refuse(opening, view.head.number, error,
			    sqlite_lot_fault(error));
		progress_done(++*lots);
	}
	if (found == JOURNAL_FORK) {
		(void)snprintf(opening->error, opening->size, "%s",
		    journal_why(store->journal));
		return BANK_EFORK;
	}
	/* The two files may be ahead of bank.db, and would seem edited. */
	if (found == JOURNAL_AWAY)
		return refuse(opening, store->lot_number, BANK_EBUSY,
		    journal_why(store->journal));
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
		store->hosts =
		    text != NULL && strcmp((const char *)text, "hosts") == 0;
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
	struct journal_options options = { 0 };
	bool shared = store->options.journal != NULL;
	uint64_t lots = 0;
	int error = get_place(store);

	if (error != 0)
		return refuse(opening, 0, error,
		    "bank.db doesn't say which lot it has; restore a backup");
	if (RAND_bytes(store->boot, sizeof(store->boot)) != 1)
		return BANK_ECRYPTO;
	if (!shared && store->begins && is_missing(opening))
		return 0;
	/* What bank.db has of it is all that can be seen from here. */
	if (!shared && store->hosts)
		return store->looking
		    ? 0
		    : refuse(opening, store->lot_number, BANK_EINVAL,
			  "is in a journal that many hosts share; bankd.ini: "
			  "[store] journal");
	sqlite_lots_options(store, &options);
	options.begins = store->begins && !store->looking;
	options.stopped = *end == STORE_STOPPED;
	error = open_file(store, opening, &options);
	if (error != 0)
		return error;
	/* The files are compared with bank.db before others' lots are. */
	if (shared && options.stopped)
		return 0;
	progress_step(JOURNAL_DIRECTORY ": taking over lots", 0);
	error = take_over_all(store, opening, &lots);
	if (error == 0 && (error = commit_taken(store)) != 0)
		(void)refuse(
		    opening, store->lot_number, error, bank_strerror(error));
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
