/* SPDX-License-Identifier: ISC */
/*
 * How long commits took: counts in fixed buckets, four to each doubling, so
 * that a quantile is at most a quarter too long.  Pure; the vault counts,
 * bankctl reads the counts again.
 */
#ifndef BANKD_LATENCY_H
#define BANKD_LATENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first takes up to 64 us, the last but one up to 2.1 s, the last all. */
#define LATENCY_PARTS 4 /* of a doubling */
#define LATENCY_BUCKETS (15 * LATENCY_PARTS + 2)
#define LATENCY_TEXT_SIZE 2048

struct latency {
	uint64_t counts[LATENCY_BUCKETS], total_us, longest_us;
};

void latency_add(struct latency *latency, uint64_t us);
/* The most that a bucket takes, in microseconds; UINT64_MAX for the last. */
uint64_t latency_bound_us(size_t bucket);
/* Whether its bound is the first one doubled so many times, or the last. */
bool latency_is_double(size_t bucket);
uint64_t latency_count(const struct latency *latency);
/* The bucket with the commit that `percent` are no slower than; and its bound,
 * 0 where there was none. */
size_t latency_quantile(const struct latency *latency, unsigned percent);
uint64_t latency_quantile_us(const struct latency *latency, unsigned percent);

/*
 * `BOUND:COUNT ...` of the buckets that have any, the last one's bound `inf`,
 * and back: what isn't of that form is passed over.  Without the other two.
 */
void latency_format(
    const struct latency *latency, char text[LATENCY_TEXT_SIZE]);
void latency_parse(struct latency *latency, const char *text);

#endif
