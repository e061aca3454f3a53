/* SPDX-License-Identifier: ISC */
/*
 * Looking for work before sleeping: when it pays, and that a turn of the
 * loop then does not sleep.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../bankd/base/busy_poll.h"
#include "../../../shared/base/clock.h"

#define LIMIT_US 300
#define LONG_US 60000000 /* no turn of a test takes so long */

static void
learn(struct busy_poll *poll, int times, uint64_t waited_us, unsigned in_hand)
{
	poll->in_hand = in_hand;
	for (int i = 0; i < times; i++)
		busy_poll_learn(poll, waited_us, LIMIT_US);
}

static void
test_it_pays_after_short_waits(void **state)
{
	struct busy_poll poll = { 0 };

	(void)state;
	assert_false(busy_poll_pays(&poll));
	learn(&poll, 7, LIMIT_US - 1, 1);
	assert_false(busy_poll_pays(&poll));
	learn(&poll, 1, LIMIT_US - 1, 1);
	assert_true(busy_poll_pays(&poll));
	/* However long it went well, five in vain are enough. */
	learn(&poll, 1000, 0, 2);
	learn(&poll, 4, LIMIT_US, 1);
	assert_true(busy_poll_pays(&poll));
	learn(&poll, 1, LIMIT_US, 1);
	assert_false(busy_poll_pays(&poll));
	/* And however long badly, eight good ones. */
	learn(&poll, 1000, LIMIT_US, 1);
	learn(&poll, 8, 0, 1);
	assert_true(busy_poll_pays(&poll));
}

/* As at a front whose customers take their time over each request. */
static void
test_half_of_the_waits_are_not_enough(void **state)
{
	struct busy_poll poll = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		learn(&poll, 1, 0, 1);
		assert_false(busy_poll_pays(&poll));
		learn(&poll, 1, LIMIT_US, 1);
	}
}

static void
test_many_in_hand_share_a_wake_up(void **state)
{
	struct busy_poll poll = { 0 };

	(void)state;
	learn(&poll, 100, 0, 3);
	assert_false(busy_poll_pays(&poll));
}

static void
test_the_processor_is_left_to_others(void **state)
{
	struct busy_poll poll = { 0 };

	(void)state;
	learn(&poll, 16, 0, 1);
	busy_poll_yielded(&poll, 100);
	assert_true(busy_poll_pays(&poll));
	busy_poll_yielded(&poll, 101);
	learn(&poll, 71, 0, 1);
	assert_false(busy_poll_pays(&poll));
	learn(&poll, 1, 0, 1);
	assert_true(busy_poll_pays(&poll));
}

/* A loop with a timer that wakes it, and with work if that is asked for. */
struct fixture {
	struct event_base *base;
	struct event *timer, *work;
	struct busy_poll poll;
	unsigned in_hand;
	bool woken;
};

static void
on_timer(evutil_socket_t fd, short what, void *context)
{
	struct fixture *fixture = context;

	(void)fd;
	(void)what;
	fixture->woken = true;
}

static void
on_work(evutil_socket_t fd, short what, void *context)
{
	struct fixture *fixture = context;

	(void)fd;
	(void)what;
	busy_poll_found(&fixture->poll, fixture->in_hand);
	busy_poll_found(&fixture->poll, 0);
}

static void
wake_after(struct fixture *fixture, long us)
{
	const struct timeval after = { us / 1000000, us % 1000000 };

	fixture->woken = false;
	assert_int_equal(evtimer_add(fixture->timer, &after), 0);
}

static void
open_loop(struct fixture *fixture)
{
	*fixture = (struct fixture) { .in_hand = 1 };
	fixture->base = event_base_new();
	fixture->timer = evtimer_new(fixture->base, on_timer, fixture);
	fixture->work = evtimer_new(fixture->base, on_work, fixture);
}

static void
close_loop(struct fixture *fixture)
{
	event_free(fixture->timer);
	event_free(fixture->work);
	event_base_free(fixture->base);
}

/* So that it pays, by work that is found at once. */
static void
earn(struct fixture *fixture)
{
	for (int i = 0; i < 8; i++) {
		fixture->poll.since_us = clock_steady_us();
		event_active(fixture->work, EV_TIMEOUT, 0);
		assert_int_equal(
		    busy_poll_turn(&fixture->poll, fixture->base, LONG_US), 0);
		assert_true(fixture->poll.found);
	}
}

static void
test_a_turn_that_pays_does_not_sleep(void **state)
{
	struct fixture fixture;

	(void)state;
	open_loop(&fixture);
	wake_after(&fixture, LONG_US);
	earn(&fixture);
	assert_true(busy_poll_pays(&fixture.poll));
	assert_int_equal(
	    busy_poll_turn(&fixture.poll, fixture.base, LONG_US), 0);
	assert_false(fixture.poll.found);
	assert_false(fixture.woken);
	close_loop(&fixture);
}

/* `since_us` of the work before, and what may be looked. */
static void
expect_sleep(uint64_t ago_us, uint64_t limit_us, unsigned in_hand)
{
	struct fixture fixture;

	open_loop(&fixture);
	fixture.in_hand = in_hand;
	earn(&fixture);
	wake_after(&fixture, 1000);
	fixture.poll.since_us = clock_steady_us() - ago_us;
	assert_int_equal(
	    busy_poll_turn(&fixture.poll, fixture.base, limit_us), 0);
	assert_true(fixture.woken);
	close_loop(&fixture);
}

static void
test_a_turn_sleeps(void **state)
{
	(void)state;
	expect_sleep(0, 0, 1);               /* never to look */
	expect_sleep(LIMIT_US, LIMIT_US, 1); /* looked for long enough */
	expect_sleep(0, LONG_US, 3);         /* many in hand */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_pays_after_short_waits),
		cmocka_unit_test(test_half_of_the_waits_are_not_enough),
		cmocka_unit_test(test_many_in_hand_share_a_wake_up),
		cmocka_unit_test(test_the_processor_is_left_to_others),
		cmocka_unit_test(test_a_turn_that_pays_does_not_sleep),
		cmocka_unit_test(test_a_turn_sleeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
