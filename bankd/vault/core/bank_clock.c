/* SPDX-License-Identifier: ISC */
/*
 * The bank's time (the vault's): real time that never goes back.
 */
#include "bank_clock.h"

#include "../../../shared/base/log.h"
#include "../../../shared/base/clock.h"

#define BEHIND_MS 2000 /* more than a clock is slewed by */

void
bank_clock_start(struct bank_clock *clock, uint64_t newest_ms)
{
	clock->bank_ms = newest_ms;
	clock->steady_ms = clock_steady_ms();
	clock->behind = false;
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

/* First its own time until now, which would be added to the other one. */
void
bank_clock_take_over(struct bank_clock *clock, uint64_t newest_ms)
{
	(void)bank_clock_advance(clock, clock_real_ms(), clock_steady_ms());
	if (newest_ms > clock->bank_ms)
		clock->bank_ms = newest_ms;
}

/* Once when it was set back, and once when it has caught up. */
static void
tell(struct bank_clock *clock, uint64_t real_ms)
{
	uint64_t behind_ms = clock->bank_ms - real_ms;

	if (!clock->behind && behind_ms > BEHIND_MS) {
		clock->behind = true;
		log_event(LOG_WARNING, "clock_behind", "seconds",
		    LOG_NUMBER(behind_ms / 1000), "help",
		    LOG_TEXT("the bank's own time goes on; set the clock"),
		    NULL);
	} else if (clock->behind && behind_ms == 0) {
		clock->behind = false;
		log_event(LOG_NOTICE, "clock_caught_up", NULL);
	}
}

uint64_t
bank_clock_now(struct bank_clock *clock)
{
	uint64_t real_ms = clock_real_ms();

	bank_clock_advance(clock, real_ms, clock_steady_ms());
	tell(clock, real_ms);
	return clock->bank_ms;
}
