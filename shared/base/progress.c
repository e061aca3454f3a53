/* SPDX-License-Identifier: ISC */
/*
 * The progress of a long start, in the vault.  Keeps the current step; sends
 * nothing itself.
 */
#include "progress.h"

#include <pthread.h>
#include <stddef.h>

#include "clock.h"
#include "util.h"

#define EVERY_MS 500

static struct {
	progress_sink *sink;
	void *context;
	pthread_t thread;
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

static bool
is_ours(void)
{
	return progress.sink != NULL &&
	    pthread_equal(progress.thread, pthread_self());
}

void
progress_open(progress_sink *sink, void *context)
{
	progress.sink = sink;
	progress.context = context;
	progress.thread = pthread_self();
	progress.what[0] = '\0';
	progress.done = progress.of = 0;
}

void
progress_step(const char *what, uint64_t of)
{
	if (!is_ours())
		return;
	string_copy(progress.what, what, sizeof(progress.what));
	progress.done = 0;
	progress.of = of;
	tell(clock_steady_ms());
}

void
progress_done(uint64_t done)
{
	if (!is_ours())
		return;
	progress.done = done;
	progress_sign();
}

void
progress_sign(void)
{
	uint64_t now_ms;

	if (!is_ours())
		return;
	now_ms = clock_steady_ms();
	if (now_ms - progress.told_ms >= EVERY_MS)
		tell(now_ms);
}
