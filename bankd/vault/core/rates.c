/* SPDX-License-Identifier: ISC */
/*
 * Transactions of the last minute (the vault's): a ring of all of them, and
 * a count for each account that has some.
 */
#include "rates.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../../shared/base/error.h"
#include "../../base/options.h"

#define MS 1000
#define MINUTE_S 60
#define RING_LEAST 256
#define COUNTS_LEAST 1024

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

/* The first half of the new ring is the old one, from its oldest on. */
static int
grow_ring(struct rates *rates)
{
	size_t size = rates->size == 0 ? RING_LEAST : 2 * rates->size;
	struct rates_one *ring;

	if (rates->count < rates->size)
		return 0;
	if ((ring = reallocarray(NULL, size, sizeof(*ring))) == NULL)
		return BANK_ENOMEM;
	for (size_t i = 0; i < rates->count; i++)
		ring[i] = *at(rates, i);
	free(rates->ring);
	rates->ring = ring;
	rates->size = size;
	rates->first = 0;
	return 0;
}

/* Pages of calloc(3) take no memory until they are written to. */
static int
grow_counts(struct rates *rates, uint32_t number)
{
	size_t size = COUNTS_LEAST;
	uint16_t *counts;

	if (number < rates->counts_size)
		return 0;
	while (size <= number)
		size *= 2;
	if ((counts = calloc(size, sizeof(*counts))) == NULL)
		return BANK_ENOMEM;
	if (rates->counts_size > 0)
		memcpy(counts, rates->counts,
		    rates->counts_size * sizeof(*counts));
	free(rates->counts);
	rates->counts = counts;
	rates->counts_size = (uint32_t)size;
	return 0;
}

int
rates_add(struct rates *rates, uint32_t number)
{
	if (grow_ring(rates) != 0 || grow_counts(rates, number) != 0)
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
