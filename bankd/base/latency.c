/* SPDX-License-Identifier: ISC */
/*
 * Counts of commits by how long they took.  Counting is in the vault's loop:
 * one increment.
 */
#include "latency.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/number.h"

#define FIRST_US UINT64_C(64)
#define LAST (LATENCY_BUCKETS - 1)

uint64_t
latency_bound_us(size_t bucket)
{
	uint64_t doubled_us, part;

	if (bucket == 0)
		return FIRST_US;
	if (bucket >= LAST)
		return UINT64_MAX;
	doubled_us = FIRST_US << (bucket - 1) / LATENCY_PARTS;
	part = (bucket - 1) % LATENCY_PARTS + 1;
	return doubled_us + doubled_us / LATENCY_PARTS * part;
}

bool
latency_is_double(size_t bucket)
{
	return bucket % LATENCY_PARTS == 0 || bucket == LAST;
}

void
latency_add(struct latency *latency, uint64_t us)
{
	size_t bucket = 0;

	while (us > latency_bound_us(bucket))
		bucket++;
	latency->counts[bucket]++;
	latency->total_us += us;
	if (us > latency->longest_us)
		latency->longest_us = us;
}

uint64_t
latency_count(const struct latency *latency)
{
	uint64_t count = 0;

	for (size_t i = 0; i < LATENCY_BUCKETS; i++)
		count += latency->counts[i];
	return count;
}

size_t
latency_quantile(const struct latency *latency, unsigned percent)
{
	uint64_t count = latency_count(latency), below = 0;
	size_t i = 0;

	for (; i < LAST; i++) {
		below += latency->counts[i];
		if (below * 100 >= count * percent)
			break;
	}
	return i;
}

uint64_t
latency_quantile_us(const struct latency *latency, unsigned percent)
{
	return latency_count(latency) == 0
	    ? 0
	    : latency_bound_us(latency_quantile(latency, percent));
}

void
latency_format(const struct latency *latency, char text[LATENCY_TEXT_SIZE])
{
	size_t length = 0;
	char bound[24];

	text[0] = '\0';
	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		if (latency->counts[i] == 0)
			continue;
		snprintf(bound, sizeof(bound), "%" PRIu64, latency_bound_us(i));
		length +=
		    (size_t)snprintf(text + length, LATENCY_TEXT_SIZE - length,
			"%s%s:%" PRIu64, length > 0 ? " " : "",
			i < LAST ? bound : "inf", latency->counts[i]);
	}
}

static size_t
bucket_of(const char *text)
{
	uint64_t bound = 0;
	size_t i = 0;

	if (strncmp(text, "inf:", 4) == 0)
		return LAST;
	(void)number_prefix(text, strlen(text), &bound);
	while (i < LAST && latency_bound_us(i) != bound)
		i++;
	return i < LAST ? i : LATENCY_BUCKETS;
}

void
latency_parse(struct latency *latency, const char *text)
{
	const char *count;
	size_t bucket;

	memset(latency, 0, sizeof(*latency));
	while (*text != '\0') {
		bucket = bucket_of(text);
		count = text + strcspn(text, ": ");
		if (*count == ':' && bucket < LATENCY_BUCKETS)
			(void)number_prefix(count + 1, strlen(count + 1),
			    &latency->counts[bucket]);
		text += strcspn(text, " ");
		text += strspn(text, " ");
	}
}
