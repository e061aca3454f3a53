/* SPDX-License-Identifier: ISC */
/*
 * When a process is taken for one that hangs, and when it isn't: what it
 * said, what the kernel says of it, how late the look itself was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../bankd/monitor/watchdog.h"

#define LOOKS 1000
#define SECOND_MS 1000

static const struct watchdog_task asleep = { 'S', 7 };

/* Looks until it hangs, or LOOKS times: how many looks it took, or 0. */
static unsigned
looks(struct watchdog *watchdog, uint64_t *now_ms, uint64_t step_ms,
    const struct watchdog_task *task)
{
	for (unsigned i = 1; i <= LOOKS; i++)
		if (watchdog_look(watchdog, task, *now_ms += step_ms))
			return i;
	return 0;
}

static void
test_silence(void **state)
{
	struct watchdog watchdog;
	uint64_t now_ms = 5000;

	(void)state;
	watchdog_start(&watchdog, now_ms);
	assert_int_equal(
	    looks(&watchdog, &now_ms, SECOND_MS, &asleep), WATCHDOG_SECONDS);
	watchdog_start(&watchdog, now_ms);
	for (unsigned i = 1; i < WATCHDOG_SECONDS; i++)
		assert_false(
		    watchdog_look(&watchdog, &asleep, now_ms += SECOND_MS));
	watchdog_sign(&watchdog);
	assert_int_equal(
	    looks(&watchdog, &now_ms, SECOND_MS, &asleep), WATCHDOG_SECONDS);
}

/* A machine that was suspended, or has no time for the monitor. */
static void
test_late_looks_count_for_nothing(void **state)
{
	struct watchdog watchdog;
	uint64_t now_ms = 5000;

	(void)state;
	watchdog_start(&watchdog, now_ms);
	assert_int_equal(
	    looks(&watchdog, &now_ms, WATCHDOG_LATE_MS + 1, &asleep), 0);
	assert_false(watchdog_look(&watchdog, &asleep, now_ms += 3600000));
	assert_int_equal(
	    looks(&watchdog, &now_ms, SECOND_MS, &asleep), WATCHDOG_SECONDS);
}

static void
test_what_could_not_have_spoken(void **state)
{
	static const struct watchdog_task tasks[] = {
		{ 'D', 7 }, /* waits for a disk */
		{ 't', 7 }, /* a debugger has it */
		{ 'R', 7 }, /* would run, and gets no time */
	};
	static const struct watchdog_task others[] = { { 'S', 7 }, { 'T', 7 },
		{ '?', 0 } };
	struct watchdog_task spinning = { 'R', 7 };
	struct watchdog watchdog;
	uint64_t now_ms = 5000;
	bool hangs = false;

	(void)state;
	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
		watchdog_start(&watchdog, now_ms);
		watchdog.cpu_ticks = tasks[i].cpu_ticks;
		assert_int_equal(
		    looks(&watchdog, &now_ms, SECOND_MS, &tasks[i]), 0);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		watchdog_start(&watchdog, now_ms);
		assert_int_equal(
		    looks(&watchdog, &now_ms, SECOND_MS, &others[i]),
		    WATCHDOG_SECONDS);
	}
	watchdog_start(&watchdog, now_ms);
	for (unsigned i = 0; i < WATCHDOG_SECONDS; i++, spinning.cpu_ticks++)
		hangs =
		    watchdog_look(&watchdog, &spinning, now_ms += SECOND_MS);
	assert_true(hangs);
}

static void
test_what_the_kernel_says(void **state)
{
	struct watchdog_task task;

	(void)state;
	assert_true(watchdog_parse(&task,
	    "12 (bankd: v) S 3) D 1 2 3 0 -1 4194560 100 0 0 0 12 30 0 0 20 0 "
	    "9 0 55\n"));
	assert_int_equal(task.state, 'D');
	assert_int_equal(task.cpu_ticks, 42);
	assert_false(watchdog_parse(&task, ""));
	assert_int_equal(task.state, '?');
	assert_false(watchdog_parse(&task, "12 (x) S 1 2 3"));
	assert_int_equal(task.state, '?');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_late_looks_count_for_nothing),
		cmocka_unit_test(test_what_could_not_have_spoken),
		cmocka_unit_test(test_what_the_kernel_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
