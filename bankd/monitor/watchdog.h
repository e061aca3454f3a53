/* SPDX-License-Identifier: ISC */
/*
 * When a process hangs: it has given no sign of life for WATCHDOG_SECONDS in
 * which it could have.  Counted in looks, one a second, and not by the clock:
 * a look that comes late counts for nothing, since the machine was asleep or
 * had no time for us, and so none for the process either.  Pure.
 */
#ifndef BANKD_WATCHDOG_H
#define BANKD_WATCHDOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WATCHDOG_SECONDS 30
#define WATCHDOG_LATE_MS 2000 /* since the look before */

struct watchdog {
	uint64_t looked_ms, cpu_ticks; /* at the look before */
	unsigned silent;               /* looks since the last sign */
};

/* What /proc/PID/task/PID/stat tells of its main thread. */
struct watchdog_task {
	char state;         /* as in proc(5); '?' where nothing is known */
	uint64_t cpu_ticks; /* user and system time */
};

/* Reads that file's text; false, and '?', where it is none. */
bool watchdog_parse(struct watchdog_task *task, const char *stat);

/* To be called at a start, and at each sign of life. */
void watchdog_start(struct watchdog *watchdog, uint64_t now_ms);
void watchdog_sign(struct watchdog *watchdog);

/*
 * To be called once a second, at a time of a clock that never steps.  Returns
 * whether the process hangs.  It could not have given a sign while the kernel
 * waited for a disk (D: killing it would help nobody, as it could not even
 * die), while a debugger held it (t), and while it was ready to run (R) and
 * got no processor time.
 */
bool watchdog_look(struct watchdog *watchdog, const struct watchdog_task *task,
    uint64_t now_ms);

#endif
