/* SPDX-License-Identifier: ISC */
/*
 * The bounds of waits: asks how busy the machine is only when one is late.
 */
#include "patience.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SLOW_OTHERWISE 2.0
#define PROBE_MS 20 /* of processor time */
#define MOST 50.0   /* so that what hangs is told in the end */

static double
milliseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double
slow(void)
{
	const char *text = getenv("SLOW");

	return text == NULL ? SLOW_OTHERWISE : atof(text);
}

/*
 * How many times longer work takes here and now than its processor time:
 * under a quota too, of which no load average tells.
 */
static double
probe(void)
{
	double wall = milliseconds(CLOCK_MONOTONIC);
	double work = milliseconds(CLOCK_THREAD_CPUTIME_ID);

	while (milliseconds(CLOCK_THREAD_CPUTIME_ID) - work < PROBE_MS)
		continue;
	return (milliseconds(CLOCK_MONOTONIC) - wall) / PROBE_MS;
}

/* How many want a processor or a disk, for each processor. */
static double
crowd(void)
{
	cpu_set_t ours;
	double load;

	if (getloadavg(&load, 1) != 1 ||
	    sched_getaffinity(0, sizeof(ours), &ours) != 0)
		return 1;
	return load / CPU_COUNT(&ours);
}

static double
slowness(double by)
{
	return by < 1 ? 1 : by > MOST ? MOST : by;
}

void
patience_begin(struct patience *patience, long base_ms)
{
	patience->began_ms = (long)milliseconds(CLOCK_MONOTONIC);
	patience->base_ms = (long)((double)base_ms * slow());
	patience->most_ms = patience->base_ms;
}

int
patience_left_ms(struct patience *patience)
{
	long passed = (long)milliseconds(CLOCK_MONOTONIC) - patience->began_ms;
	double most, crowded;

	if (passed >= patience->most_ms) {
		most = probe();
		crowded = crowd();
		most = slowness(most > crowded ? most : crowded);
		most *= (double)patience->base_ms;
		if ((long)most > patience->most_ms)
			patience->most_ms = (long)most;
	}
	return passed < patience->most_ms ? (int)(patience->most_ms - passed)
					  : 0;
}

bool
patience_is_over(struct patience *patience)
{
	return patience_left_ms(patience) == 0;
}

int
patience_poll(struct pollfd *fds, nfds_t count, long base_ms)
{
	struct patience patience;
	int left, ready;

	patience_begin(&patience, base_ms);
	do {
		left = patience_left_ms(&patience);
		ready = poll(fds, count, left);
	} while (ready == 0 && left > 0);
	return ready;
}

void
patience_alarm(long base_ms)
{
	double most = (double)base_ms * slow() * slowness(crowd());

	alarm((unsigned)(most / 1e3) + 1);
}
