/* SPDX-License-Identifier: ISC */
/*
 * How long commits took: counts in fixed buckets, each twice as wide as the
 * one before.  Pure; the vault counts, bankctl reads the counts again.
 */
#ifndef BANKD_LATENCY_H
#define BANKD_LATENCY_H

#include <stddef.h>
#include <stdint.h>

/* The first takes up to 64 us, the last but one up to 2.1 s, the last all. */
#define LATENCY_BUCKETS 17
#define LATENCY_TEXT_SIZE 512

struct latency {
	uint64_t counts[LATENCY_BUCKETS], total_us, longest_us;
};

void latency_add(struct latency *latency, uint64_t us);
/* The most that a bucket takes, in microseconds; UINT64_MAX for the last. */
uint64_t latency_bound_us(size_t bucket);
uint64_t latency_count(const struct latency *latency);
/* The bound of the bucket with the commit that `percent` are no slower than;
 * 0 where there was none. */
uint64_t latency_quantile_us(const struct latency *latency, unsigned percent);

/*
 * `BOUND:COUNT ...` of the buckets that have any, the last one's bound `inf`,
 * and back: what isn't of that form is passed over.  Without the other two.
 */
void latency_format(
    const struct latency *latency, char text[LATENCY_TEXT_SIZE]);
void latency_parse(struct latency *latency, const char *text);

#endif
