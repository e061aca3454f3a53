/* SPDX-License-Identifier: ISC */
/*
 * The progress of a long start, in the vault.  Keeps the current step; sends
 * nothing itself.
 */
#include "progress.h"

#include <stddef.h>

#include "clock.h"
#include "util.h"

#define EVERY_MS 500

/* The thread's own: others have no sink, and report nothing. */
static _Thread_local struct {
	progress_sink *sink;
	void *context;
	char what[PROGRESS_TEXT_SIZE];
	uint64_t done, of, told_ms;
} progress;

static void
tell(uint64_t now_ms)
{
	progress.told_ms = now_ms;
	progress.sink(
	    progress.context, progress.what, progress.done, progress.of);
}

void
progress_open(progress_sink *sink, void *context)
{
	progress.sink = sink;
	progress.context = context;
	progress.what[0] = '\0';
	progress.done = progress.of = 0;
}

void
progress_step(const char *what, uint64_t of)
{
	if (progress.sink == NULL)
		return;
	string_copy(progress.what, what, sizeof(progress.what));
	progress.done = 0;
	progress.of = of;
	tell(clock_steady_ms());
}

void
progress_done(uint64_t done)
{
	if (progress.sink == NULL)
		return;
	progress.done = done;
	progress_sign();
}

void
progress_sign(void)
{
	uint64_t now_ms;

	if (progress.sink == NULL)
		return;
	now_ms = clock_steady_ms();
	if (now_ms - progress.told_ms >= EVERY_MS)
		tell(now_ms);
}
