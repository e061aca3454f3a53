/* SPDX-License-Identifier: ISC */
/*
 * The monitor's policy of restarts, as numbers.  Starts nothing itself.
 */
#include "restart.h"

#include <string.h>

void
restart_started(struct restart *restart, uint64_t now_ms)
{
	restart->started_ms = now_ms;
	restart->ready_ms = 0;
}

void
restart_ready(struct restart *restart, uint64_t now_ms)
{
	restart->ready_ms = now_ms;
}

unsigned
restart_in_a_row(const struct restart *restart, uint64_t now_ms)
{
	if (restart->ready_ms != 0 &&
	    now_ms - restart->ready_ms >= RESTART_WINDOW_MS)
		return 0;
	return restart->in_a_row;
}

bool
restart_is_failing(const struct restart *restart)
{
	return restart->ready_ms == 0 && restart->in_a_row > 1;
}

/* Whether this failure is the last of as many as there may be in a window. */
static bool
is_last(struct restart *restart, uint64_t now_ms)
{
	const size_t last = RESTART_FAILURES - 1;

	memmove(restart->failures_ms + 1, restart->failures_ms,
	    last * sizeof(restart->failures_ms[0]));
	restart->failures_ms[0] = now_ms;
	if (restart->failures < RESTART_FAILURES)
		restart->failures++;
	return restart->failures == RESTART_FAILURES &&
	    now_ms - restart->failures_ms[last] < RESTART_WINDOW_MS;
}

int
restart_ended(struct restart *restart, bool counts, uint64_t now_ms)
{
	unsigned pause_ms = restart->pause_ms;

	restart->in_a_row = restart_in_a_row(restart, now_ms) + 1;
	restart->ready_ms = 0;
	if (counts && is_last(restart, now_ms))
		return -1;
	restart->count++;
	if (now_ms - restart->started_ms >= RESTART_GOOD_RUN_MS) {
		restart->pause_ms = 0;
		return 0;
	}
	/* The first death after a good run is answered at once. */
	restart->pause_ms =
	    pause_ms == 0 ? RESTART_PAUSE_FIRST_MS : pause_ms * 2;
	if (restart->pause_ms > RESTART_PAUSE_MAX_MS)
		restart->pause_ms = RESTART_PAUSE_MAX_MS;
	return (int)pause_ms;
}
