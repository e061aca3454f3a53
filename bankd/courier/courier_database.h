/* SPDX-License-Identifier: ISC */
/*
 * The courier's one connection to PostgreSQL: made without waiting, given up
 * as soon as an answer is late or doubtful, made anew.  Only this file and
 * courier_trip.c ask libpq for more than the rows of a result.
 *
 *	away --tick--> connecting --> preparing --> ready
 *	  ^                |              |           |
 *	  +---- pause -----+--------------+-----------+  courier_database_lose()
 */
#ifndef BANKD_COURIER_DATABASE_H
#define BANKD_COURIER_DATABASE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COURIER_WHY 512
enum courier_link { COURIER_AWAY, COURIER_CONNECTING, COURIER_READY };
/* Of the servers of a list the last kind is told: that is to be mended. */
enum courier_reason { COURIER_STANDBY, COURIER_GONE, COURIER_REFUSES };

struct courier_database {
	const char *connection; /* of bankd.ini */
	unsigned host, patience_ms;
	uint64_t whose; /* this host and no other, even of the same number */
	/* While an answer is awaited; called when fd has something to read. */
	int other_fd;
	void (*other)(void *context);
	void *context;

	enum courier_link link;
	PGconn *pg;
	PQconninfoOption *options; /* the connection's, parsed */
	int attempts, attempt;     /* hosts that it names; the one tried now */
	PostgresPollingStatusType wants;
	uint64_t by_ms;             /* when the attempt is over */
	uint64_t again_ms;          /* not before that the next one */
	unsigned slow;              /* rounds of attempts since it was ready */
	enum courier_reason reason; /* the kind of `why` */
	int stays;                  /* for so many attempts more */
	bool warned;                /* a WARNING came in the newest trip */
	char why[COURIER_WHY];      /* why it is away; "" while it never was */
	char refused[COURIER_WHY];  /* why one that was reached was given up */
	char place[256];            /* host and port of the newest connection */
};

/* Parses the string: 0, or BANK_ECONFIG with why. */
int courier_database_init(struct courier_database *database);
/* The file of this key of the connection string, or "". */
const char *courier_database_option(
    const struct courier_database *database, const char *keyword);
/*
 * Goes on connecting, or begins to.  1: it is connected now, and nothing was
 * asked of it yet; 0: it is under way, or away.
 */
int courier_database_step(struct courier_database *database);
/* What the loop has to wait for; 0: nothing of it.  Sets *timeout_ms lower. */
short courier_database_events(
    const struct courier_database *database, int *timeout_ms);
/* Sets `why`, cleaned for a log. */
void courier_database_explain(struct courier_database *database,
    const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Closes it, with the reason, which is cleaned for a log; the next attempt is
 * at another host of the list. */
void courier_database_lose(struct courier_database *database,
    const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
