/* SPDX-License-Identifier: ISC */
/*
 * Lots to the courier and from it.  A lot in doubt is put again, the same
 * sealed bytes under the same counter, until the answer is certain.
 */
#include "journal_courier_lots.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/array.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "journal_courier_link.h"

int
journal_courier_make_row(struct journal_courier *courier,
    const struct lot_row *given, const uint8_t *bytes, size_t length)
{
	struct lot_row row = *given;
	int error;

	row.host = courier->host;
	row.version = LOT_ROW_VERSION;
	memcpy(row.boot, courier->boot, LOT_BOOT);
	row.counter = ++courier->counter;
	row.length = length + LOT_SEAL_TAG;
	if (LOT_ROW_HEAD + row.length > IPC_MAX_BODY)
		return BANK_ERANGE;
	error = array_room(
	    courier->row, courier->row_size, LOT_ROW_HEAD + row.length);
	if (error != 0)
		return error;
	lot_row_put(&row, courier->row);
	courier->row_length = LOT_ROW_HEAD + row.length;
	return lot_seal_put(
	    &courier->seal, &row, bytes, length, courier->row + LOT_ROW_HEAD);
}

static bool
put(struct journal_courier *courier)
{
	return journal_link_ask(courier, IPC_LOT_PUT,
	    (struct ipc_part) { courier->row, courier->row_length },
	    (struct ipc_part) { 0 });
}

int
journal_courier_propose(struct journal *journal, const struct lot *lot)
{
	struct journal_courier *courier = courier_of(journal);
	struct lot_view view;
	struct lot_row row = { 0 };
	int error;

	error =
	    lot_read(lot->bytes, lot_padded(lot->length), &courier->sha, &view);
	if (error != 0)
		return error;
	row.number = view.head.number;
	row.seq = view.head.seq;
	memcpy(row.chain, view.head.chain, CHAIN_SIZE);
	memcpy(row.before, view.head.before, LOT_DIGEST);
	memcpy(row.digest, view.digest, LOT_DIGEST);
	error =
	    journal_courier_make_row(courier, &row, lot->bytes, lot->length);
	if (error != 0)
		return error;
	courier->asked = 0;
	if (!courier->forked && put(courier))
		(void)ipc_flush(courier->link->ipc);
	return 0;
}

/* For who follows what became of each lot; tests/model does. */
static void
tell_lot(const char *event, uint64_t number, uint32_t host)
{
	log_event(LOG_DEBUG, event, "number", LOG_NUMBER(number), "host",
	    LOG_NUMBER(host), NULL);
}

static int
settled(struct journal_courier *courier, int answer)
{
	struct lot_row row;

	if (answer == JOURNAL_FULL)
		errno = ENOSPC;
	if (answer != JOURNAL_MINE)
		return answer;
	if (lot_row_get(courier->row, courier->row_length, &row) != 0)
		return BANK_EDAMAGED;
	courier->place.number = courier->firm = row.number;
	memcpy(courier->place.digest, row.digest, LOT_DIGEST);
	if (row.number > courier->newest)
		courier->newest = row.number;
	courier->fresh_ms = clock_steady_ms();
	tell_lot("lot_put", row.number, row.host);
	return answer;
}

int
journal_courier_settle(struct journal *journal)
{
	struct journal_courier *courier = courier_of(journal);
	uint64_t by_ms = journal_link_soon();
	struct ipc_message message;
	int answer = JOURNAL_AWAY;
	bool doubted = false;

	if (courier->forked)
		return JOURNAL_FORK;
	do {
		/* One that came later takes the place of one that ended. */
		if ((journal_link_join(courier) &&
			courier->asked == IPC_LOT_PUT) ||
		    put(courier)) {
			if (journal_link_hear(courier, &message, by_ms) == 1)
				answer = journal_link_answer(courier, &message);
		}
		if (answer == JOURNAL_AWAY && !doubted)
			tell_lot("lot_in_doubt", courier->place.number + 1,
			    courier->host);
		doubted = true;
		if (answer == JOURNAL_AWAY && courier->asked == 0)
			journal_link_wait(courier->link, JOURNAL_LINK_AGAIN_MS);
	} while (answer == JOURNAL_AWAY && clock_steady_ms() < by_ms);
	return settled(courier, answer);
}

/* -- taking over -- */

static int
open_lot(struct journal_courier *courier, const struct ipc_message *message,
    struct lot_view *view)
{
	struct lot_row row;
	size_t length, padded;
	int error;

	if (lot_row_get(message->body, message->length, &row) != 0 ||
	    row.length <= LOT_SEAL_TAG)
		return BANK_ESEAL;
	if (row.version > LOT_ROW_VERSION)
		return BANK_EINVAL;
	length = row.length - LOT_SEAL_TAG;
	padded = lot_padded(length);
	error = array_room(courier->bytes, courier->bytes_size, padded);
	if (error == 0)
		error = lot_seal_get(&courier->seal, &row, courier->bytes);
	if (error != 0)
		return error;
	memset(courier->bytes + length, 0, padded - length);
	error = lot_read(courier->bytes, padded, &courier->sha, view);
	if (error != 0)
		return error;
	if (view->head.number != courier->place.number + 1 ||
	    view->head.number != row.number ||
	    memcmp(view->head.before, courier->place.digest, LOT_DIGEST) != 0)
		return BANK_ESEAL;
	return 0;
}

/* What isn't what a host sealed is as if it weren't there. */
static int
take_lot(struct journal_courier *courier, const struct ipc_message *message,
    struct lot_view *view)
{
	int error = open_lot(courier, message, view);

	if (error == 0) {
		courier->place.number = view->head.number;
		memcpy(courier->place.digest, view->digest, LOT_DIGEST);
		if (view->head.number > courier->newest)
			courier->newest = view->head.number;
		tell_lot("lot_taken", view->head.number, view->head.host);
		return JOURNAL_LOT;
	}
	if (error != BANK_ESEAL && error != BANK_EINVAL &&
	    error != BANK_EDAMAGED)
		return error;
	courier->asked = 0;
	snprintf(courier->journal.why, sizeof(courier->journal.why),
	    error == BANK_EINVAL
		? "lot %llu is of a newer bankd: upgrade this host"
		: "lot %llu in the database isn't what a host of this bank "
		  "put there",
	    (unsigned long long)courier->place.number + 1);
	return JOURNAL_AWAY;
}

/* The lot that the journal began with, which is sealed and empty. */
static int
take_first(struct journal_courier *courier, const struct ipc_message *message)
{
	struct lot_row row;
	uint8_t nothing[LOT_SEAL_TAG];

	if (lot_row_get(message->body, message->length, &row) != 0 ||
	    row.length != LOT_SEAL_TAG ||
	    lot_seal_get(&courier->seal, &row, nothing) != 0) {
		courier->asked = 0;
		journal_link_away(
		    courier, "the first lot isn't one of this bank");
		return JOURNAL_AWAY;
	}
	courier->place.number = row.number;
	memcpy(courier->place.digest, row.digest, LOT_DIGEST);
	courier->unplaced = false;
	return 0;
}

bool
journal_courier_get(struct journal_courier *courier)
{
	uint8_t number[8];

	put_u64(number, courier->place.number);
	courier->asked_of = courier->place.number;
	return journal_link_ask(courier, IPC_LOT_GET,
	    (struct ipc_part) { number, 8 },
	    (struct ipc_part) { courier->place.digest, LOT_DIGEST });
}

static int
next_once(struct journal_courier *courier, struct lot_view *view)
{
	struct ipc_message message;
	uint64_t by_ms = journal_link_soon(), asked_ms;
	int answer;

	for (;;) {
		if (!journal_link_join(courier) ||
		    courier->asked != IPC_LOT_GET) {
			if (!journal_courier_get(courier))
				return JOURNAL_AWAY;
		}
		asked_ms = courier->asked_ms;
		if (journal_link_hear(courier, &message, by_ms) != 1)
			return JOURNAL_AWAY;
		if (message.type == IPC_LOT_ROW && courier->unplaced) {
			if ((answer = take_first(courier, &message)) != 0)
				return answer;
			continue;
		}
		if (message.type == IPC_LOT_ROW)
			return take_lot(courier, &message, view);
		answer = journal_link_answer(courier, &message);
		/* Asked before this call, or before lots that it gave. */
		if (answer == JOURNAL_NONE &&
		    (asked_ms + JOURNAL_LINK_WAIT_MS < by_ms ||
			courier->asked_of != courier->place.number))
			continue;
		if (answer == JOURNAL_NONE)
			courier->fresh_ms = asked_ms;
		return answer;
	}
}

int
journal_courier_next(struct journal *journal, struct lot_view *view)
{
	struct journal_courier *courier = courier_of(journal);
	int answer;

	if (courier->forked)
		return JOURNAL_FORK;
	while ((answer = next_once(courier, view)) == JOURNAL_AWAY &&
	    clock_steady_ms() < courier->grace_ms)
		journal_link_wait(courier->link, JOURNAL_LINK_AGAIN_MS);
	if (answer != JOURNAL_AWAY)
		courier->grace_ms = 0;
	return answer;
}
