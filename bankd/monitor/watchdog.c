/* SPDX-License-Identifier: ISC */
/*
 * When a process hangs, as numbers.  The monitor's; kills nothing itself.
 */
#include "watchdog.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool
watchdog_parse(struct watchdog_task *task, const char *stat)
{
	/* Behind the name, which may hold anything. */
	const char *rest = strrchr(stat, ')');
	uint64_t user, system;

	*task = (struct watchdog_task) { .state = '?' };
	if (rest == NULL ||
	    sscanf(rest,
		") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64
		" %" SCNu64,
		&task->state, &user, &system) != 3) {
		task->state = '?';
		return false;
	}
	task->cpu_ticks = user + system;
	return true;
}

void
watchdog_start(struct watchdog *watchdog, uint64_t now_ms)
{
	*watchdog = (struct watchdog) { .looked_ms = now_ms };
}

void
watchdog_sign(struct watchdog *watchdog)
{
	watchdog->silent = 0;
}

bool
watchdog_look(struct watchdog *watchdog, const struct watchdog_task *task,
    uint64_t now_ms)
{
	bool late = now_ms - watchdog->looked_ms > WATCHDOG_LATE_MS;
	bool starved =
	    task->state == 'R' && task->cpu_ticks == watchdog->cpu_ticks;

	watchdog->looked_ms = now_ms;
	watchdog->cpu_ticks = task->cpu_ticks;
	if (late || starved || task->state == 'D' || task->state == 't')
		return false;
	return ++watchdog->silent >= WATCHDOG_SECONDS;
}
