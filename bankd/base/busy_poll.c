/* SPDX-License-Identifier: ISC */
/*
 * Looking for work before sleeping: the rule, and a turn of the loop by it.
 */
#include "busy_poll.h"

#include <sched.h>

#include "../../shared/base/clock.h"

#define GAIN_MOST 16
#define GAIN_PAYS 8
#define LOSS 2 /* where it doesn't pay; where it does it's 1 */
#define FEW 2  /* requests in hand */
/* A yield of so long was somebody's who had work to do. */
#define CROWDED_US 100
#define CROWDED_GAIN (-64)

bool
busy_poll_pays(const struct busy_poll *poll)
{
	return poll->gain >= GAIN_PAYS;
}

void
busy_poll_learn(struct busy_poll *poll, uint64_t waited_us, uint64_t limit_us)
{
	if (waited_us < limit_us && poll->in_hand <= FEW) {
		if (poll->gain < GAIN_MOST)
			poll->gain++;
	} else if (poll->gain > 0)
		poll->gain = poll->gain > LOSS ? poll->gain - LOSS : 0;
}

void
busy_poll_yielded(struct busy_poll *poll, uint64_t us)
{
	if (us > CROWDED_US)
		poll->gain = CROWDED_GAIN;
}

void
busy_poll_found(struct busy_poll *poll, unsigned in_hand)
{
	if (!poll->found)
		poll->found_us = clock_steady_us();
	poll->found = true;
	if (in_hand > poll->in_hand)
		poll->in_hand = in_hand;
}

int
busy_poll_turn(
    struct busy_poll *poll, struct event_base *base, uint64_t limit_us)
{
	uint64_t now_us = clock_steady_us();
	bool look = now_us - poll->since_us < limit_us && busy_poll_pays(poll);
	int result;

	poll->found = false;
	poll->in_hand = 0;
	result = event_base_loop(base, look ? EVLOOP_NONBLOCK : EVLOOP_ONCE);
	if (poll->found) {
		busy_poll_learn(
		    poll, poll->found_us - poll->since_us, limit_us);
		poll->since_us = clock_steady_us();
	} else if (look) {
		now_us = clock_steady_us();
		(void)sched_yield();
		busy_poll_yielded(poll, clock_steady_us() - now_us);
	}
	return result;
}
