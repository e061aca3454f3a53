/* SPDX-License-Identifier: ISC */
/*
 * The policy of restarts: who gets a new start, after which pause, and what
 * the third failure of a minute means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../bankd/monitor/restart.h"

#define GOOD RESTART_GOOD_RUN_MS

static void
test_crashes_are_answered_for_ever(void **state)
{
	struct restart restart = { 0 };
	uint64_t now_ms = 1000;
	int pause_ms, last_ms = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		restart_started(&restart, now_ms);
		pause_ms = restart_ended(&restart, false, ++now_ms);
		assert_in_range(pause_ms, last_ms, RESTART_PAUSE_MAX_MS);
		last_ms = pause_ms;
		now_ms += (uint64_t)pause_ms;
	}
	assert_int_equal(last_ms, RESTART_PAUSE_MAX_MS);
	assert_int_equal(restart.count, 1000);
}

static void
test_the_pause_begins_at_0_and_is_forgotten(void **state)
{
	struct restart restart = { 0 };
	uint64_t now_ms = 1000;

	(void)state;
	for (int round = 0; round < 2; round++) {
		restart_started(&restart, now_ms);
		now_ms += GOOD;
		assert_int_equal(restart_ended(&restart, false, now_ms), 0);
		restart_started(&restart, now_ms);
		assert_int_equal(restart_ended(&restart, false, now_ms), 0);
		restart_started(&restart, now_ms);
		assert_true(restart_ended(&restart, false, now_ms) > 0);
	}
}

/* Three failures `gap_ms` apart: what the third one is answered with. */
static int
third(uint64_t gap_ms, int crashes_between)
{
	struct restart restart = { 0 };
	uint64_t now_ms = 5000;
	int result = 0;

	for (int i = 0; i < RESTART_FAILURES; i++) {
		restart_started(&restart, now_ms);
		result = restart_ended(&restart, true, now_ms);
		if (i + 1 < RESTART_FAILURES)
			assert_true(result >= 0);
		for (int j = 0; j < crashes_between; j++) {
			restart_started(&restart, now_ms);
			assert_true(
			    restart_ended(&restart, false, now_ms) >= 0);
		}
		now_ms += gap_ms;
	}
	return result;
}

static void
test_the_third_failure_of_a_minute_is_the_last(void **state)
{
	(void)state;
	assert_int_equal(third(0, 0), -1);
	assert_int_equal(third(RESTART_WINDOW_MS / 2 - 1, 0), -1);
	assert_true(third(RESTART_WINDOW_MS / 2, 0) >= 0);
	/* Crashes are no failures, and hide none. */
	assert_int_equal(third(1000, 0), -1);
	assert_int_equal(third(1000, 5), -1);
}

static void
test_failures_slide_out_of_the_window(void **state)
{
	struct restart restart = { 0 };
	uint64_t now_ms = 5000;

	(void)state;
	for (int i = 0; i < 20; i++, now_ms += RESTART_WINDOW_MS / 2) {
		restart_started(&restart, now_ms);
		assert_true(restart_ended(&restart, true, now_ms) >= 0);
	}
	now_ms -= RESTART_WINDOW_MS / 2;
	restart_started(&restart, now_ms);
	assert_int_equal(restart_ended(&restart, true, now_ms), -1);
}

/* What `status` tells of one that dies again and again. */
static void
test_failing(void **state)
{
	struct restart restart = { 0 };
	uint64_t now_ms = 5000;

	(void)state;
	restart_started(&restart, now_ms);
	assert_false(restart_is_failing(&restart));
	restart_ready(&restart, now_ms);
	restart_ended(&restart, false, now_ms += 1000);
	assert_int_equal(restart_in_a_row(&restart, now_ms), 1);
	assert_false(restart_is_failing(&restart));
	restart_started(&restart, now_ms);
	restart_ended(&restart, true, now_ms);
	assert_int_equal(restart_in_a_row(&restart, now_ms), 2);
	assert_true(restart_is_failing(&restart));
	restart_started(&restart, now_ms);
	assert_true(restart_is_failing(&restart));
	/* It serves, and what was is told for a minute. */
	restart_ready(&restart, now_ms);
	assert_false(restart_is_failing(&restart));
	now_ms += RESTART_WINDOW_MS - 1;
	assert_int_equal(restart_in_a_row(&restart, now_ms), 2);
	assert_int_equal(restart_in_a_row(&restart, ++now_ms), 0);
	restart_ended(&restart, false, now_ms);
	assert_int_equal(restart_in_a_row(&restart, now_ms), 1);
	assert_false(restart_is_failing(&restart));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crashes_are_answered_for_ever),
		cmocka_unit_test(test_the_pause_begins_at_0_and_is_forgotten),
		cmocka_unit_test(
		    test_the_third_failure_of_a_minute_is_the_last),
		cmocka_unit_test(test_failures_slide_out_of_the_window),
		cmocka_unit_test(test_failing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
