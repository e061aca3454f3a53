/* SPDX-License-Identifier: ISC */
/*
 * The bank's time: the real time, but it never goes back, neither at a
 * restart nor when the real clock is set back; then it ticks on at the pace
 * of the steady clock until the real one has caught up.
 */
#ifndef BANKD_BANK_CLOCK_H
#define BANKD_BANK_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct bank_clock {
	uint64_t bank_ms;   /* the bank's time ... */
	uint64_t steady_ms; /* ... when the steady clock said this */
	bool behind;        /* the real clock is, and that was logged */
};

/* `newest_ms`: the newest time that an earlier run gave out. */
void bank_clock_start(struct bank_clock *clock, uint64_t newest_ms);
/* Milliseconds since 1970, in the bank's time; logs a clock set back. */
uint64_t bank_clock_now(struct bank_clock *clock);
/* Another host has given out this time. */
void bank_clock_take_over(struct bank_clock *clock, uint64_t newest_ms);
/* The same with both clocks given: the rule itself, for the tests. */
uint64_t bank_clock_advance(
    struct bank_clock *clock, uint64_t real_ms, uint64_t steady_ms);

#endif
