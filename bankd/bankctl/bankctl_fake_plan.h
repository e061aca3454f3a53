/* SPDX-License-Identifier: ISC */
/*
 * The made-up past of a demonstration: who there is, what they did, and what
 * they began with so that the demonstration's customers end with what its files
 * say.  The same seed and end make the same past.  Pure.
 */
#ifndef BANKD_BANKCTL_FAKE_PLAN_H
#define BANKD_BANKCTL_FAKE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "../../shared/wire/wire.h"

#define FAKE_PEOPLE 12
#define FAKE_FILED 3 /* the first ones stand in the demonstration's files */
#define FAKE_MACHINE FAKE_PEOPLE /* notes, in or out */

struct fake_person {
	const char *id, *name;
	int64_t end[2]; /* cents, by enum wire_account */
};
extern const struct fake_person bankctl_fake_people[FAKE_PEOPLE];

/* Money from one to another, of whom one may be FAKE_MACHINE. */
struct fake_event {
	uint64_t time_ms;
	unsigned from, to; /* indexes of people */
	enum wire_account from_which, to_which;
	int64_t cents;
	const char *memo;
};

struct fake_plan {
	uint64_t begin_ms;
	int64_t opening[FAKE_PEOPLE + 1][2]; /* cents; the last: notes */
	struct fake_event *events;           /* in order of time */
	size_t count;
};

/* `days` of past before end_ms.  0 or BANK_ENOMEM; free() plan->events. */
int bankctl_fake_plan(
    struct fake_plan *plan, uint64_t seed, unsigned days, uint64_t end_ms);

#endif
