/* SPDX-License-Identifier: ISC */
/*
 * Lots into the journal, one statement each, so that no lock outlives it.
 *
 *	1 row, no warning, a standby is still named  MINE
 *	no row:  lot n is ours                       a barrier, then MINE
 *	         lot n is another's                  BEHIND
 *	         lot n - 1 isn't what it must be     FORK
 *	anything else is doubt                       AWAY, and a new connection
 */
#include "courier_lots.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "../journal/journal.h"
#include "../journal/lot_row.h"
#include "courier_check.h"

#define OTHERS_MS 200   /* so long another host counts as writing */
#define NO_TURN_MS 2000 /* after one that wasn't given back in time */
#define DISK_FULL "53100"
#define DIGITS 16 /* of a digest, in words */

static const char put_sql[] =
    "INSERT INTO lot (" COURIER_LOTS_COLUMNS ")"
    " SELECT $1::bigint, $2::int, $3::bytea, $4::bigint, $5::bigint,"
    " $6::bytea, $7::bytea, $8::bytea, $9::int, $10::bytea"
    " FROM lot WHERE n = $1::bigint - 1 AND digest = $7::bytea"
    " AND ($11::bool OR current_setting('synchronous_standby_names') <> '')"
    " ON CONFLICT (n) DO NOTHING";
static const char look_sql[] =
    "SELECT n, host, boot, counter, digest FROM lot"
    " WHERE n IN ($1::bigint - 1, $1::bigint) ORDER BY n";
/* The one that we stand on comes first, without its bytes. */
static const char get_sql[] =
    "SELECT n, host, boot, counter, seq, chain, before, digest, version,"
    " CASE WHEN n > $1::bigint THEN data END"
    " FROM lot WHERE n >= $1::bigint ORDER BY n LIMIT 64";
/* For one who walks all of it. */
static const char first_sql[] =
    "SELECT " COURIER_LOTS_COLUMNS " FROM lot ORDER BY n LIMIT 1";
static const char turn_sql[] = "SELECT set_config('lock_timeout', '300', true),"
			       " pg_advisory_lock(1650552427)";
/* Of one who puts without a turn: false where another has it or waits for it.
 */
static const char wanted_sql[] =
    "SELECT pg_try_advisory_xact_lock_shared(1650552427)";
static const char newest_sql[] = "SELECT max(n) FROM lot";
static const char end_turn_sql[] = "SELECT pg_advisory_unlock(1650552427)";

enum { N, HOST, BOOT, COUNTER, SEQ, CHAIN, BEFORE, DIGEST, VERSION_, DATA };

void
courier_lots_answer(struct courier *courier, const struct ipc_message *message,
    int answer, const char *why)
{
	uint8_t byte = (uint8_t)answer;

	(void)ipc_send2(courier->vault, IPC_LOT_ANSWER, message->connection,
	    (struct ipc_part) { &byte, 1 },
	    (struct ipc_part) { why, strlen(why) });
}

static void
away(struct courier *courier, const struct ipc_message *message)
{
	courier->counts->doubts += message->type == IPC_LOT_PUT;
	courier_lots_answer(courier, message,
	    courier->forked ? JOURNAL_FORK : JOURNAL_AWAY,
	    courier->database->why);
}

bool
courier_lots_are_there(
    struct courier *courier, const struct ipc_message *message)
{
	if (!courier->forked && courier_check(courier) == 0)
		return true;
	/* Nothing was sent, so nothing is in doubt. */
	courier_lots_answer(courier, message,
	    courier->forked ? JOURNAL_FORK : JOURNAL_AWAY,
	    courier->database->why);
	return false;
}

/* -- turns -- */

void
courier_lots_end_turn(struct courier *courier)
{
	struct courier_trip trip = { 0 };

	if (!courier->turn)
		return;
	courier->turn = false;
	courier_trip_add(&trip, end_turn_sql);
	(void)courier_trip_go(courier->database, &trip);
	courier_trip_end(&trip);
}

/*
 * 1: we have the turn, and others were first meanwhile; 0: go on; BANK_EAGAIN.
 */
static int
take_turn(struct courier *courier, uint64_t number)
{
	struct courier_trip trip = { 0 };
	uint64_t now_ms = clock_steady_ms();
	int result;

	if (courier->turn || courier->others_ms == 0 ||
	    now_ms - courier->others_ms > OTHERS_MS ||
	    now_ms < courier->no_turn_ms ||
	    config_number(courier->config, STORE_TURN) == 0)
		return 0;
	courier_trip_add(&trip, turn_sql);
	courier_trip_add(&trip, newest_sql);
	if (courier_trip_go(courier->database, &trip) != 0)
		return BANK_EAGAIN;
	courier->turn = PQresultStatus(trip.results[0]) == PGRES_TUPLES_OK;
	courier->turn_ms = clock_steady_ms();
	if (courier->turn)
		courier->counts->turns++;
	else
		courier->no_turn_ms = courier->turn_ms + NO_TURN_MS;
	result = courier_trip_get(trip.results[1], 0, 0) >= number;
	courier_trip_end(&trip);
	return result;
}

/* What the vault has, for the table of hosts. */
static void
note_have(struct courier *courier, uint64_t number)
{
	if (courier->have != 0)
		courier->have = number;
}

/* -- put -- */

void
courier_lots_values(struct courier_trip *trip, const struct lot_row *row)
{
	courier_trip_number(trip, row->number);
	courier_trip_small(trip, row->host);
	courier_trip_bytes(trip, row->boot, LOT_BOOT);
	courier_trip_number(trip, row->counter);
	courier_trip_number(trip, row->seq);
	courier_trip_bytes(trip, row->chain, CHAIN_SIZE);
	courier_trip_bytes(trip, row->before, LOT_DIGEST);
	courier_trip_bytes(trip, row->digest, LOT_DIGEST);
	courier_trip_small(trip, row->version);
	courier_trip_bytes(trip, row->data, row->length);
}

static bool
has_bytes(const PGresult *result, int row, int column, const void *bytes,
    size_t length)
{
	return PQgetlength(result, row, column) == (int)length &&
	    memcmp(PQgetvalue(result, row, column), bytes, length) == 0;
}

static void
say_fork(const PGresult *result, int row, int column, uint64_t number,
    const uint8_t *digest, char why[COURIER_WHY])
{
	char here[2 * LOT_DIGEST + 1], there[2 * LOT_DIGEST + 1] = "none";

	hex_encode(digest, LOT_DIGEST, here);
	if (row < PQntuples(result) &&
	    PQgetlength(result, row, column) == LOT_DIGEST)
		hex_encode((const uint8_t *)PQgetvalue(result, row, column),
		    LOT_DIGEST, there);
	snprintf(why, COURIER_WHY,
	    "fork: lot %" PRIu64 " is %.*s here and %.*s in the database; "
	    "bankd-hosts(7) tells what to do",
	    number, DIGITS, here, DIGITS, there);
}

static void
fork_answer(
    struct courier *courier, const struct ipc_message *message, const char *why)
{
	snprintf(courier->database->why, COURIER_WHY, "%s", why);
	courier_lots_answer(courier, message, JOURNAL_FORK, why);
}

/* No row went in: why? */
static void
settle(struct courier *courier, const struct ipc_message *message,
    const struct lot_row *row)
{
	struct courier_trip trip = { 0 };
	const PGresult *found;
	char why[COURIER_WHY];
	int last;

	courier_trip_add(&trip, look_sql);
	courier_trip_number(&trip, row->number);
	if (courier_trip_go(courier->database, &trip) != 0) {
		away(courier, message);
		return;
	}
	found = trip.results[0];
	last = PQntuples(found) - 1;
	if (!courier_trip_good(courier->database, found, "lot")) {
		courier_database_lose(
		    courier->database, "%s", courier->database->why);
		away(courier, message);
	} else if (last < 0 ||
	    courier_trip_get(found, 0, 0) != row->number - 1 ||
	    !has_bytes(found, 0, 4, row->before, LOT_DIGEST)) {
		say_fork(found, 0, 4, row->number - 1, row->before, why);
		fork_answer(courier, message, why);
	} else if (last == 0) {
		/* It was there for a moment, or no standby was named for one.
		 */
		courier_lots_answer(courier, message, JOURNAL_AWAY,
		    "the database took no lot; it is asked again");
	} else if (courier_trip_get(found, 1, 1) != row->host ||
	    courier_trip_get(found, 1, 3) != row->counter ||
	    !has_bytes(found, 1, 2, row->boot, LOT_BOOT)) {
		courier_lots_answer(courier, message, JOURNAL_BEHIND, "");
	} else if (courier_check_barrier(courier) == 0) {
		courier_lots_answer(courier, message, JOURNAL_MINE, "");
	} else
		away(courier, message);
	courier_trip_end(&trip);
}

static void
refused(struct courier *courier, const struct ipc_message *message,
    const PGresult *result)
{
	if (courier_trip_failed_by(result, DISK_FULL)) {
		courier_lots_answer(courier, message, JOURNAL_FULL,
		    "the database's disk is full");
		return;
	}
	courier_database_lose(courier->database, "%s", courier->database->why);
	away(courier, message);
}

static void
put(struct courier *courier, const struct ipc_message *message,
    const struct lot_row *row)
{
	struct courier_trip trip = { 0 };
	const uint8_t unguarded = !courier_check_is_guarded(courier);
	bool one, turns = config_number(courier->config, STORE_TURN) != 0;
	size_t asked = 0;

	courier_trip_add(&trip, put_sql);
	courier_lots_values(&trip, row);
	courier_trip_bytes(&trip, &unguarded, 1);
	courier_check_ask_guard(&trip);
	if (courier->turn)
		courier_trip_add(&trip, end_turn_sql);
	else if (turns) {
		asked = trip.count;
		courier_trip_add(&trip, wanted_sql);
	}
	courier->turn = false;
	if (courier_trip_go(courier->database, &trip) != 0) {
		away(courier, message);
		return;
	}
	if (!courier_trip_good(courier->database, trip.results[0], "lot")) {
		refused(courier, message, trip.results[0]);
		courier_trip_end(&trip);
		return;
	}
	/* Without turns, who is faster would always be first. */
	if (asked != 0 && courier_trip_get(trip.results[asked], 0, 0) == 0)
		courier->others_ms = clock_steady_ms();
	one = strcmp(PQcmdTuples(trip.results[0]), "1") == 0;
	if (!courier_check_guard(courier, &trip, 1)) {
		away(courier, message);
	} else if (one) {
		courier->counts->put++;
		note_have(courier, row->number);
		courier->newest = row->number;
		courier_lots_answer(courier, message, JOURNAL_MINE, "");
	} else
		settle(courier, message, row);
	courier_trip_end(&trip);
}

void
courier_lots_put(struct courier *courier, const struct ipc_message *message)
{
	struct lot_row row;
	int turn;

	if (lot_row_get(message->body, message->length, &row) != 0) {
		courier_lots_answer(
		    courier, message, JOURNAL_AWAY, "malformed lot");
		return;
	}
	if (!courier_lots_are_there(courier, message))
		return;
	turn = take_turn(courier, row.number);
	if (turn == BANK_EAGAIN)
		away(courier, message);
	else if (turn == 1)
		settle(courier, message, &row);
	else
		put(courier, message, &row);
}

/* -- get -- */

static int
send_lot(struct courier *courier, const struct ipc_message *message,
    const PGresult *found, int at)
{
	uint8_t head[LOT_ROW_HEAD];
	struct lot_row row = {
		.number = courier_trip_get(found, at, N),
		.host = (uint32_t)courier_trip_get(found, at, HOST),
		.counter = courier_trip_get(found, at, COUNTER),
		.seq = courier_trip_get(found, at, SEQ),
		.version = (uint32_t)courier_trip_get(found, at, VERSION_),
		.length = (size_t)PQgetlength(found, at, DATA),
	};
	const struct {
		int column;
		uint8_t *to;
		int length;
	} bytes[] = {
		{ BOOT, row.boot, LOT_BOOT },
		{ CHAIN, row.chain, CHAIN_SIZE },
		{ BEFORE, row.before, LOT_DIGEST },
		{ DIGEST, row.digest, LOT_DIGEST },
	};

	for (size_t i = 0; i < NELEM(bytes); i++) {
		if (PQgetlength(found, at, bytes[i].column) != bytes[i].length)
			return BANK_EDAMAGED;
		memcpy(bytes[i].to, PQgetvalue(found, at, bytes[i].column),
		    (size_t)bytes[i].length);
	}
	if (row.host != (uint32_t)config_number(courier->config, STORE_HOST))
		courier->others_ms = clock_steady_ms();
	courier->newest = row.number;
	courier->counts->got++;
	lot_row_put(&row, head);
	return ipc_send2(courier->vault, IPC_LOT_ROW, message->connection,
	    (struct ipc_part) { head, LOT_ROW_HEAD },
	    (struct ipc_part) { PQgetvalue(found, at, DATA), row.length });
}

static void
send_lots(struct courier *courier, const struct ipc_message *message,
    const PGresult *found, bool placed)
{
	uint64_t number = get_u64(message->body);
	char why[COURIER_WHY];
	int error = 0;

	if (PQntuples(found) == 0 ||
	    (placed &&
		(courier_trip_get(found, 0, N) != number ||
		    !has_bytes(
			found, 0, DIGEST, message->body + 8, LOT_DIGEST)))) {
		say_fork(found, 0, DIGEST, number, message->body + 8, why);
		fork_answer(courier, message, why);
		return;
	}
	courier->newest = number;
	note_have(courier, number);
	for (int i = placed; i < PQntuples(found) && error == 0; i++)
		error = send_lot(courier, message, found, i);
	if (error != 0)
		courier_lots_answer(courier, message, JOURNAL_AWAY,
		    "a lot of the database is malformed");
	else
		courier_lots_answer(courier, message, JOURNAL_NONE, "");
}

void
courier_lots_get(struct courier *courier, const struct ipc_message *message)
{
	static const uint8_t nowhere[LOT_DIGEST];
	const bool first = memcmp(message->body + 8, nowhere, LOT_DIGEST) == 0;
	struct courier_trip trip = { 0 };

	if (!courier_lots_are_there(courier, message))
		return;
	courier_trip_add(&trip, first ? first_sql : get_sql);
	if (!first)
		courier_trip_number(&trip, get_u64(message->body));
	if (courier_trip_go(courier->database, &trip) != 0) {
		away(courier, message);
		return;
	}
	if (courier_trip_good(courier->database, trip.results[0], "lot"))
		send_lots(courier, message, trip.results[0], !first);
	else {
		courier_database_lose(
		    courier->database, "%s", courier->database->why);
		away(courier, message);
	}
	courier_trip_end(&trip);
}

void
courier_lots_firm(struct courier *courier, const struct ipc_message *message)
{
	if (!courier_lots_are_there(courier, message))
		return;
	if (courier_check_barrier(courier) == 0)
		courier_lots_answer(courier, message, JOURNAL_NONE, "");
	else
		away(courier, message);
}
