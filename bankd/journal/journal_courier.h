/* SPDX-License-Identifier: ISC */
/*
 * The journal in a database that many hosts share, by way of the courier, a
 * process of its own: the engine's calls are messages to it, one at a time,
 * and its answers.  What leaves here is sealed (lot_seal.h).
 *
 * Couriers come and go.  The link is a socket on which the descriptor of the
 * newest courier's socket comes (ipc_pass.h): the monitor's, or bankctl's,
 * which start couriers.
 */
#ifndef BANKD_JOURNAL_COURIER_H
#define BANKD_JOURNAL_COURIER_H

#include <stddef.h>
#include <stdint.h>

#include "../base/ipc.h"
#include "journal_engine.h"

struct journal_link;
struct journal_link_options {
	int fd; /* owned from now on: couriers' descriptors come on it */
	unsigned poll_ms, stale_ms;
};
/* NULL without memory.  To be freed after the journals opened with it. */
struct journal_link *journal_courier_link(
    const struct journal_link_options *options);
void journal_courier_free(struct journal_link *link);

/*
 * A journal_open whose `engine` is a link.  0, wherever the database is;
 * BANK_EFORK, BANK_ENOMEM, BANK_ECRYPTO.  Without a secret it asks of whatever
 * bank's journal is there, and gives and takes no lot.  Looking
 * from no place at all, a digest of zeros, it begins with the first lot there.
 */
journal_open journal_courier_open;

/*
 * For bankctl and `bankd -t`.  Asks one thing of a courier and waits, at most
 * until `by_ms` of clock_steady_ms(), for an answer other than AWAY: an enum
 * journal_answer; why[0..JOURNAL_WHY) has its words.  `each` gets the rows.
 */
struct journal_question {
	enum ipc_type type;
	const void *body;
	size_t length;
	void (*each)(void *context, const char *text, size_t length);
	void *context;
	uint64_t by_ms;
};
int journal_courier_ask(struct journal *journal,
    const struct journal_question *question, char why[JOURNAL_WHY]);
/* The journal begins with what bank.db has: the place that it was opened at.
 * `seq` and `chain` are its head.  As journal_courier_ask(). */
struct journal_beginning {
	uint64_t seq, by_ms;
	const uint8_t *chain;
};
int journal_courier_begin(struct journal *journal,
    const struct journal_beginning *beginning, char why[JOURNAL_WHY]);

#endif
