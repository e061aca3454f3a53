/* SPDX-License-Identifier: ISC */
/*
 * Makes the past of a demonstration up from habits: on each day each habit may
 * give an event.  Then the balances are reckoned from the end backwards, and an
 * event that somebody could not have paid never happened.
 */
#include "bankctl_fake_plan.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
#define HOUR_MS (UINT64_C(60) * 60 * 1000)

enum {
	CHRIS,
	FEY,
	JOE,
	ACME,
	HILLTOP,
	GROCER,
	CAFE,
	POWER,
	GYM,
	MARIA,
	OMAR,
	BOOKS
};
static_assert(BOOKS + 1 == FAKE_PEOPLE, "a person for each name");

const struct fake_person bankctl_fake_people[FAKE_PEOPLE] = {
	[CHRIS] = { "chris", "Chris Walker", { 1000000, 100000 } },
	[FEY] = { "fey", "Fey Okafor", { 1000000, 100000 } },
	[JOE] = { "joe", "Joe Marino", { 1000000, 100000 } },
	[ACME] = { "acme", "Acme Tool Works", { 25000000, 8412055 } },
	[HILLTOP] = { "hilltop", "Hilltop Estates", { 11200000, 1904210 } },
	[GROCER] = { "grocer", "Green Street Grocer", { 3150000, 9642318 } },
	[CAFE] = { "cafe", "Corner Café", { 480000, 2131275 } },
	[POWER] = { "power", "City Power and Light", { 40000000, 5120990 } },
	[GYM] = { "gym", "Harbour Gym", { 720000, 698500 } },
	[MARIA] = { "maria", "María Delgado", { 512400, 187615 } },
	[OMAR] = { "omar", "Omar Haddad", { 264000, 343020 } },
	[BOOKS] = { "books", "Nightjar Books", { 150000, 460440 } },
};

/* When it may happen: on a day of the month, of the week (0: Sunday), any. */
enum when { ANY_DAY, MONTH_DAY, WEEK_DAY };

static const struct habit {
	unsigned from, to;
	enum wire_account from_which, to_which;
	int64_t least, step; /* cents: least + 0 to steps - 1 times step */
	unsigned steps;
	enum when when;
	int day;
	unsigned percent;           /* how often it does */
	unsigned first_hour, hours; /* and at what time, UTC */
	const char *memo;
} habits[] = {
#define BY WIRE_CHECKING, WIRE_CHECKING
	{ ACME, CHRIS, BY, 64225, 0, 1, WEEK_DAY, 5, 90, 6, 1, "wages" },
	{ ACME, FEY, BY, 70600, 0, 1, WEEK_DAY, 5, 90, 6, 1, "wages" },
	{ ACME, OMAR, BY, 59900, 0, 1, WEEK_DAY, 5, 90, 6, 1, "wages" },
	{ CHRIS, HILLTOP, BY, 85000, 0, 1, MONTH_DAY, 1, 100, 8, 2, "rent" },
	{ FEY, HILLTOP, BY, 92000, 0, 1, MONTH_DAY, 1, 100, 8, 2, "rent" },
	{ JOE, HILLTOP, BY, 61000, 0, 1, MONTH_DAY, 2, 100, 9, 2, "rent" },
	{ CHRIS, POWER, BY, 5400, 37, 60, MONTH_DAY, 12, 100, 10, 3, "power" },
	{ FEY, POWER, BY, 6100, 41, 60, MONTH_DAY, 12, 100, 10, 3, "power" },
	{ CHRIS, GYM, BY, 2900, 0, 1, MONTH_DAY, 5, 100, 7, 1, "membership" },
	{ JOE, GYM, BY, 2900, 0, 1, MONTH_DAY, 5, 100, 7, 1, "membership" },
	{ CHRIS, GROCER, BY, 1840, 13, 480, ANY_DAY, 0, 28, 10, 9, "" },
	{ FEY, GROCER, BY, 2215, 17, 420, ANY_DAY, 0, 30, 10, 9, "" },
	{ JOE, GROCER, BY, 1150, 11, 400, ANY_DAY, 0, 24, 10, 9, "" },
	{ MARIA, GROCER, BY, 1500, 19, 300, ANY_DAY, 0, 26, 10, 9, "" },
	{ CHRIS, CAFE, BY, 340, 15, 60, ANY_DAY, 0, 36, 7, 10, "" },
	{ JOE, CAFE, BY, 340, 15, 60, ANY_DAY, 0, 42, 7, 10, "" },
	{ MARIA, CAFE, BY, 340, 15, 60, ANY_DAY, 0, 34, 7, 10, "" },
	{ CHRIS, BOOKS, BY, 890, 100, 32, WEEK_DAY, 6, 45, 11, 6, "" },
	{ FEY, BOOKS, BY, 890, 100, 32, WEEK_DAY, 6, 30, 11, 6, "" },
	{ FEY, CHRIS, BY, 1200, 50, 60, WEEK_DAY, 6, 70, 18, 4, "dinner" },
	{ CHRIS, FEY, BY, 900, 50, 60, WEEK_DAY, 0, 55, 18, 4, "tickets" },
	{ JOE, CHRIS, BY, 2000, 500, 6, WEEK_DAY, 3, 40, 17, 4, "thank you" },
	{ CHRIS, JOE, BY, 1500, 500, 5, WEEK_DAY, 4, 30, 17, 4, "for the car" },
	{ OMAR, MARIA, BY, 4500, 100, 40, WEEK_DAY, 2, 45, 16, 4, "lessons" },
	{ MARIA, FEY, BY, 3000, 250, 12, WEEK_DAY, 1, 30, 16, 4, "flowers" },
	{ CHRIS, CHRIS, WIRE_CHECKING, WIRE_SAVINGS, 10000, 0, 1, MONTH_DAY, 8,
	    100, 9, 2, "savings" },
	{ FEY, FEY, WIRE_CHECKING, WIRE_SAVINGS, 15000, 0, 1, MONTH_DAY, 8, 100,
	    9, 2, "savings" },
	{ JOE, JOE, WIRE_SAVINGS, WIRE_CHECKING, 20000, 5000, 3, MONTH_DAY, 28,
	    100, 9, 2, "" },
	{ CHRIS, FAKE_MACHINE, BY, 4000, 2000, 4, WEEK_DAY, 6, 75, 9, 8, "" },
	{ FEY, FAKE_MACHINE, BY, 2000, 2000, 5, WEEK_DAY, 5, 70, 12, 8, "" },
	{ JOE, FAKE_MACHINE, BY, 2000, 2000, 3, WEEK_DAY, 4, 70, 12, 8, "" },
	{ FAKE_MACHINE, JOE, BY, 18000, 1000, 9, WEEK_DAY, 1, 85, 8, 3, "" },
	{ FAKE_MACHINE, CAFE, BY, 24000, 2000, 12, ANY_DAY, 0, 80, 20, 2, "" },
	{ FAKE_MACHINE, GROCER, BY, 60000, 2000, 40, ANY_DAY, 0, 85, 20, 2,
	    "" },
#undef BY
};

/* splitmix64 */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static bool
is_due(const struct habit *habit, uint64_t day_ms)
{
	const time_t day = (time_t)(day_ms / 1000);
	struct tm tm;

	gmtime_r(&day, &tm);
	return habit->when == ANY_DAY ||
	    (habit->when == MONTH_DAY && tm.tm_mday == habit->day) ||
	    (habit->when == WEEK_DAY && tm.tm_wday == habit->day);
}

/* What the habit gives on a day; takes as many numbers whatever comes. */
static bool
make_event(const struct habit *habit, uint64_t day_ms, uint64_t *random,
    struct fake_event *event)
{
	const bool happens = next_random(random) % 100 < habit->percent;
	const uint64_t steps = next_random(random) % habit->steps;
	const uint64_t after_ms =
	    next_random(random) % (habit->hours * HOUR_MS);

	*event = (struct fake_event) {
		.time_ms = day_ms + habit->first_hour * HOUR_MS + after_ms,
		.from = habit->from,
		.to = habit->to,
		.from_which = habit->from_which,
		.to_which = habit->to_which,
		.cents = habit->least + (int64_t)steps * habit->step,
		.memo = habit->memo,
	};
	return happens && is_due(habit, day_ms);
}

static int
in_order(const void *a, const void *b)
{
	const struct fake_event *one = a, *other = b;

	return (one->time_ms > other->time_ms) -
	    (one->time_ms < other->time_ms);
}

/* Takes the event back; false where its payee never had the money. */
static bool
undo(struct fake_plan *plan, const struct fake_event *event)
{
	int64_t *to = &plan->opening[event->to][event->to_which];

	if (event->to != FAKE_MACHINE && *to < event->cents)
		return false;
	*to -= event->cents;
	plan->opening[event->from][event->from_which] += event->cents;
	return true;
}

/* From the last to the first; leaves what is possible, and the opening. */
static void
reckon_back(struct fake_plan *plan)
{
	size_t kept = plan->count;

	for (size_t i = 0; i < FAKE_PEOPLE; i++)
		memcpy(plan->opening[i], bankctl_fake_people[i].end,
		    sizeof(plan->opening[i]));
	for (size_t i = plan->count; i-- > 0;)
		if (undo(plan, &plan->events[i]))
			plan->events[--kept] = plan->events[i];
	plan->count -= kept;
	memmove(plan->events, plan->events + kept,
	    plan->count * sizeof(plan->events[0]));
}

int
bankctl_fake_plan(
    struct fake_plan *plan, uint64_t seed, unsigned days, uint64_t end_ms)
{
	const uint64_t today_ms = end_ms - end_ms % DAY_MS;
	struct fake_event event;
	size_t size = 0;

	memset(plan, 0, sizeof(*plan));
	plan->begin_ms = today_ms - days * DAY_MS;
	for (unsigned day = 0; day <= days; day++)
		for (size_t i = 0; i < NELEM(habits); i++) {
			if (!make_event(&habits[i],
				plan->begin_ms + day * DAY_MS, &seed, &event) ||
			    event.time_ms >= end_ms)
				continue;
			if (array_room(plan->events, size, plan->count + 1) !=
			    0) {
				free(plan->events);
				return BANK_ENOMEM;
			}
			plan->events[plan->count++] = event;
		}
	if (plan->count > 0)
		qsort(plan->events, plan->count, sizeof(plan->events[0]),
		    in_order);
	reckon_back(plan);
	return 0;
}
