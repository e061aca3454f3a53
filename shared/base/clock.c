/* SPDX-License-Identifier: ISC */
/*
 * The only file that asks the kernel for the time.
 */
#include "clock.h"

#include <time.h>

static uint64_t
clock_us(clockid_t clock)
{
	struct timespec now;

	/* This can't fail for these two clocks. */
	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t
clock_real_ms(void)
{
	return clock_us(CLOCK_REALTIME) / 1000;
}

uint64_t
clock_steady_ms(void)
{
	return clock_us(CLOCK_MONOTONIC) / 1000;
}

uint64_t
clock_steady_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}
