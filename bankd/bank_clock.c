/* SPDX-License-Identifier: ISC */
/*
 * The bank's time (the vault's): real time that never goes back.
 */
#include "bank_clock.h"

#include "../shared/util.h"

void
bank_clock_start(struct bank_clock *clock, uint64_t newest_ms)
{
	clock->bank_ms = newest_ms;
	clock->steady_ms = clock_steady_ms();
}

uint64_t
bank_clock_advance(
    struct bank_clock *clock, uint64_t real_ms, uint64_t steady_ms)
{
	uint64_t ticked = clock->bank_ms;

	if (steady_ms > clock->steady_ms)
		ticked += steady_ms - clock->steady_ms;
	clock->bank_ms = real_ms > ticked ? real_ms : ticked;
	clock->steady_ms = steady_ms;
	return clock->bank_ms;
}

uint64_t
bank_clock_now(struct bank_clock *clock)
{
	return bank_clock_advance(clock, clock_real_ms(), clock_steady_ms());
}
