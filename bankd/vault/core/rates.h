/* SPDX-License-Identifier: ISC */
/*
 * How many transactions each customer has carried out within the last minute
 * (the vault's, in memory).  A transaction takes 8 bytes for a minute; an
 * account takes 2, once somebody near it was active, for pages that were never
 * written to take no memory.  After a minute without transactions all of it is
 * freed.
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
 * Sets the time of what follows, and forgets transactions older than a minute,
 * up to a second late but never early.
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
