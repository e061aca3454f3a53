/* SPDX-License-Identifier: ISC */
/*
 * A trip waits for its answers, no longer than `patience`, and hears the
 * monitor meanwhile.  What is late isn't cancelled: a commit that was cancelled
 * would not be durable, and look as if it were.
 */
#include "courier_trip.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

void
courier_trip_add(struct courier_trip *trip, const char *sql)
{
	struct courier_statement *statement = &trip->statements[trip->count++];

	statement->sql = sql;
	statement->count = 0;
}

void
courier_trip_bytes(struct courier_trip *trip, const void *bytes, size_t length)
{
	struct courier_statement *statement =
	    &trip->statements[trip->count - 1];

	statement->values[statement->count] = bytes;
	statement->lengths[statement->count++] = (int)length;
}

void
courier_trip_number(struct courier_trip *trip, uint64_t number)
{
	uint8_t *bytes = trip->numbers[trip->numbers_count++];

	put_u64(bytes, number);
	courier_trip_bytes(trip, bytes, 8);
}

void
courier_trip_small(struct courier_trip *trip, uint32_t number)
{
	uint8_t *bytes = trip->numbers[trip->numbers_count++];

	put_u32(bytes, number);
	courier_trip_bytes(trip, bytes, 4);
}

static bool
send_all(struct courier_database *database, struct courier_trip *trip)
{
	static const int binary[COURIER_VALUES] = { 1, 1, 1, 1, 1, 1, 1, 1, 1,
		1, 1 };
	const struct courier_statement *statement;

	if (PQenterPipelineMode(database->pg) == 0)
		return false;
	for (size_t i = 0; i < trip->count; i++) {
		statement = &trip->statements[i];
		if (PQsendQueryParams(database->pg, statement->sql,
			statement->count, NULL, statement->values,
			statement->lengths, binary, 1) == 0 ||
		    PQpipelineSync(database->pg) == 0)
			return false;
	}
	return true;
}

/* Until the server says something, or reads. */
static bool
wait_for(struct courier_database *database, uint64_t by_ms)
{
	uint64_t now_ms = clock_steady_ms();
	int unsent = PQflush(database->pg);
	struct pollfd pfds[2] = {
		{ .fd = PQsocket(database->pg),
		    .events = (short)(POLLIN | (unsent > 0 ? POLLOUT : 0)) },
		{ .fd = database->other_fd, .events = POLLIN },
	};

	if (unsent < 0 || now_ms >= by_ms)
		return false;
	if (poll(pfds, 2, (int)(by_ms - now_ms)) == -1 && errno != EINTR)
		return false;
	if (pfds[1].revents != 0)
		database->other(database->context);
	return pfds[0].revents == 0 || PQconsumeInput(database->pg) == 1;
}

/* Behind each statement stands a sync of its own. */
static bool
take_all(struct courier_database *database, struct courier_trip *trip)
{
	uint64_t by_ms = clock_steady_ms() + database->patience_ms;
	size_t at = 0;
	PGresult *result;

	while (at < trip->count) {
		while (PQisBusy(database->pg)) {
			if (!wait_for(database, by_ms))
				return false;
		}
		result = PQgetResult(database->pg);
		if (result == NULL && PQstatus(database->pg) == CONNECTION_BAD)
			return false;
		if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
			PQclear(result);
			at++;
		} else if (result != NULL) {
			PQclear(trip->results[at]);
			trip->results[at] = result;
		}
	}
	return PQexitPipelineMode(database->pg) == 1;
}

int
courier_trip_go(struct courier_database *database, struct courier_trip *trip)
{
	uint64_t began_ms = clock_steady_ms();

	database->warned = false;
	if (database->link != COURIER_READY)
		return BANK_EAGAIN;
	if (send_all(database, trip) && take_all(database, trip))
		return 0;
	if (clock_steady_ms() - began_ms >= database->patience_ms)
		courier_database_lose(database, "%s: no answer within %u s",
		    database->place, database->patience_ms / 1000);
	else
		courier_database_lose(database, "%s: %s", database->place,
		    PQerrorMessage(database->pg));
	courier_trip_end(trip);
	return BANK_EAGAIN;
}

void
courier_trip_end(struct courier_trip *trip)
{
	for (size_t i = 0; i < COURIER_STATEMENTS; i++) {
		PQclear(trip->results[i]);
		trip->results[i] = NULL;
	}
	trip->count = trip->numbers_count = 0;
}

uint64_t
courier_trip_get(const PGresult *result, int row, int column)
{
	const uint8_t *bytes = (const uint8_t *)PQgetvalue(result, row, column);

	switch (PQgetlength(result, row, column)) {
	case 1:
		return bytes[0];
	case 4:
		return get_u32(bytes);
	case 8:
		return get_u64(bytes);
	default:
		return 0;
	}
}

bool
courier_trip_good(
    struct courier_database *database, const PGresult *result, const char *what)
{
	ExecStatusType status = PQresultStatus(result);
	const char *message;

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return true;
	message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	courier_database_explain(database, "%s: %s%s%s", database->place, what,
	    what[0] != '\0' ? ": " : "",
	    message != NULL ? message : "no answer");
	return false;
}

bool
courier_trip_failed_by(const PGresult *result, const char *state)
{
	const char *its = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return its != NULL && strcmp(its, state) == 0;
}
