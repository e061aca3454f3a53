/* SPDX-License-Identifier: ISC */
/*
 * A trip to the database and back: statements that are sent together, each by
 * itself, and what came of each.
 */
#ifndef BANKD_COURIER_TRIP_H
#define BANKD_COURIER_TRIP_H

#include "courier_database.h"

#define COURIER_VALUES 11
#define COURIER_STATEMENTS 8 /* of one trip */

/* A statement with its values, in binary; all are sent in one trip. */
struct courier_statement {
	const char *sql;
	int count;
	const char *values[COURIER_VALUES];
	int lengths[COURIER_VALUES];
};
struct courier_trip {
	struct courier_statement statements[COURIER_STATEMENTS];
	size_t count;
	uint8_t numbers[COURIER_STATEMENTS * COURIER_VALUES][8];
	size_t numbers_count;
	PGresult *results[COURIER_STATEMENTS]; /* of each, after the trip */
};

/* Another statement of the trip, and its values, one after the other. */
void courier_trip_add(struct courier_trip *trip, const char *sql);
void courier_trip_bytes(
    struct courier_trip *trip, const void *bytes, size_t length);
void courier_trip_number(struct courier_trip *trip, uint64_t number);
void courier_trip_small(struct courier_trip *trip, uint32_t number);
/*
 * Each statement by itself, all on one way.  0: a result for each, which may
 * be an error's; BANK_EAGAIN: no answer, the connection is lost.
 */
int courier_trip_go(
    struct courier_database *database, struct courier_trip *trip);
void courier_trip_end(struct courier_trip *trip);

/* Of the first row of a result in binary; 0 where it is NULL. */
uint64_t courier_trip_get(const PGresult *result, int row, int column);
/* Whether the statement was carried out; else `why` has the server's words. */
bool courier_trip_good(struct courier_database *database,
    const PGresult *result, const char *what);
/* Whether this SQLSTATE is why it was not. */
bool courier_trip_failed_by(const PGresult *result, const char *state);

#endif
