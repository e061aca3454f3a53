/* SPDX-License-Identifier: ISC */
/*
 * How many transactions of their own customers have carried out within the
 * last minute: the vault's, in memory.  It takes 8 bytes for each of the
 * minute's transactions and 2 for each account; who does nothing costs
 * nothing, as pages that nobody wrote to are no memory, and after a minute in
 * which nobody did anything all of it is given back.
 */
#ifndef BANKD_RATES_H
#define BANKD_RATES_H

#include <stddef.h>
#include <stdint.h>

struct rates {
	/* The transactions of the last minute, the oldest first: a ring. */
	struct rates_one {
		uint32_t number; /* the customer's account */
		uint32_t second; /* of the steady clock */
	} * ring;
	size_t size, first, count;
	uint16_t *counts; /* of them, by number of account */
	size_t counts_size;
	uint32_t second;
};

/*
 * Sets the time of what follows, and forgets what is more than a minute old:
 * to the second, and a second late rather than early.
 */
void rates_tick(struct rates *rates, uint64_t steady_ms);
/* How many more the customer may carry out now; `rate` is a minute's most. */
uint32_t rates_left(const struct rates *rates, uint32_t number, uint32_t rate);
/* Counts one.  0 or BANK_ENOMEM. */
int rates_add(struct rates *rates, uint32_t number);
/* Takes back the newest that was counted since the last tick. */
void rates_undo(struct rates *rates);
void rates_free(struct rates *rates);

#endif
