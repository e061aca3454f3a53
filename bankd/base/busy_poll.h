/* SPDX-License-Identifier: ISC */
/*
 * A loop that looks again instead of sleeping while work comes quickly: to
 * be woken costs up to 50 us, more where the processor was given back to a
 * hypervisor, and a customer's request wakes four times.
 *
 * It looks for so long after the last work, and yields in between to whoever
 * wants the processor (sched_yield(2)).  It sleeps where looking doesn't pay:
 * where more than one wait in three is longer, where many requests are in hand
 * and so share what the wake-up costs, where others want the processor.
 * A loop at rest sleeps.
 */
#ifndef BANKD_BUSY_POLL_H
#define BANKD_BUSY_POLL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct busy_poll {
	int gain;          /* of the last waits */
	uint64_t since_us; /* the last work's end; steady clock */
	uint64_t found_us; /* the first work of this turn */
	unsigned in_hand;  /* the most requests since the turn began */
	bool found;        /* work in this turn */
};

/* For each message that is worth looking for: so many requests there are. */
void busy_poll_found(struct busy_poll *poll, unsigned in_hand);

/*
 * One turn of the loop, as event_base_loop(3) once: it may have found
 * nothing.  `limit_us` 0 always sleeps.
 */
int busy_poll_turn(
    struct busy_poll *poll, struct event_base *base, uint64_t limit_us);

/* The rule: whether to look, and what a turn's work and a yield taught. */
bool busy_poll_pays(const struct busy_poll *poll);
void busy_poll_learn(
    struct busy_poll *poll, uint64_t waited_us, uint64_t limit_us);
void busy_poll_yielded(struct busy_poll *poll, uint64_t us);

#endif
