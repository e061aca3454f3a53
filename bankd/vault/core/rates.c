/* SPDX-License-Identifier: ISC */
/*
 * Transactions of the last minute (the vault's): a ring of all of them, and
 * a count for each account that has some.
 */
#include "rates.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../../shared/base/array.h"
#include "../../../shared/base/error.h"
#include "../../base/options.h"

#define MS 1000
#define MINUTE_S 60

static_assert(OPTIONS_RATE_MAX <= UINT16_MAX, "a count holds the limit");

static struct rates_one *
at(const struct rates *rates, size_t i)
{
	return &rates->ring[(rates->first + i) & (rates->size - 1)];
}

void
rates_tick(struct rates *rates, uint64_t steady_ms)
{
	rates->second = (uint32_t)(steady_ms / MS);
	if (rates->count == 0)
		return;
	while (rates->count > 0 &&
	    rates->second - at(rates, 0)->second > MINUTE_S) {
		rates->counts[at(rates, 0)->number]--;
		rates->first++;
		rates->count--;
	}
	if (rates->count == 0)
		rates_free(rates);
}

uint32_t
rates_left(const struct rates *rates, uint32_t number, uint32_t rate)
{
	uint32_t done = 0;

	if (number < rates->counts_size)
		done = rates->counts[number];
	return done < rate ? rate - done : 0;
}

/* What stands before the oldest moves behind what was the ring's end. */
static int
grow_ring(struct rates *rates)
{
	size_t size = rates->size;

	if (rates->count < size)
		return 0;
	if (array_room(rates->ring, rates->size, size + 1) != 0)
		return BANK_ENOMEM;
	if (size > 0) {
		rates->first &= size - 1;
		memcpy(rates->ring + size, rates->ring,
		    rates->first * sizeof(*rates->ring));
	}
	return 0;
}

int
rates_add(struct rates *rates, uint32_t number)
{
	size_t counts = (size_t)number + 1;

	if (grow_ring(rates) != 0 ||
	    array_room_zeroed(rates->counts, rates->counts_size, counts) != 0)
		return BANK_ENOMEM;
	*at(rates, rates->count++) =
	    (struct rates_one) { number, rates->second };
	rates->counts[number]++;
	return 0;
}

void
rates_undo(struct rates *rates)
{
	rates->counts[at(rates, --rates->count)->number]--;
}

void
rates_free(struct rates *rates)
{
	free(rates->ring);
	free(rates->counts);
	*rates = (struct rates) { .second = rates->second };
}
