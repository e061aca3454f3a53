/* SPDX-License-Identifier: ISC */
/*
 * A link that is cut in the middle of a transfer: the kiosk reconnects,
 * resumes the session, asks again, and shows one result, a true one.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define HOLD(pid, frozen) \
	assert_int_equal(kill((pid), (frozen) ? SIGSTOP : SIGCONT), 0)

/* To the last question. */
static struct term *
be_asked(struct fixture *fixture)
{
	struct term *kiosk = fixture_plain_kiosk(fixture);

	fixture_set_limits(fixture);
	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "2. Checking"));
	term_send(kiosk, "1");
	fixture_send_to(kiosk, "fey");
	/* Nothing else is asked of the bank by then. */
	assert_true(term_wait(kiosk, "At most $5,000.00 at a time"));
	term_send(kiosk, "250.50\r\r");
	assert_true(term_wait(kiosk, "Enter: yes"));
	return kiosk;
}

static pid_t
child(struct fixture *fixture, const char *name)
{
	pid_t pid = fixture_child(fixture, name);

	assert_true(pid > 0);
	return pid;
}

/* One transfer, as the bank has it; and the result was told once. */
static void
expect_one_transfer(struct term *kiosk)
{
	int row, column;

	assert_true(term_wait(kiosk, "your transaction is successful"));
	assert_true(term_wait(kiosk, "Reference "));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "2");
	assert_true(
	    term_wait(kiosk, "Your savings account balance: $9,749.50"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "3. Exit"));
	assert_false(term_find(kiosk, "new notice", &row, &column));
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "-250.50"));
	assert_true(term_find(kiosk, "-250.50", &row, &column));
	assert_null(strstr(term_row(kiosk, row + 1), "-250.50"));
}

/* The request has reached the bank; its answer is lost with the link. */
static void
test_answer_lost(void **state)
{
	struct fixture *fixture = *state;
	struct term *kiosk = be_asked(fixture);
	pid_t vault = child(fixture, "vault");

	HOLD(vault, true);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "Processing your transaction..."));
	assert_int_equal(kill(child(fixture, "front"), SIGKILL), 0);
	assert_true(term_wait(kiosk, "connection lost, reconnecting"));
	HOLD(vault, false);
	expect_one_transfer(kiosk);
}

/* The request itself is lost: nobody has read it. */
static void
test_request_lost(void **state)
{
	struct fixture *fixture = *state;
	struct term *kiosk = be_asked(fixture);
	pid_t front = child(fixture, "front");

	HOLD(front, true);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "Processing your transaction..."));
	assert_int_equal(kill(front, SIGKILL), 0);
	expect_one_transfer(kiosk);
}

/* Neither the request nor its answer, but the link before it. */
static void
test_cut_before(void **state)
{
	struct fixture *fixture = *state;
	struct term *kiosk = be_asked(fixture);

	assert_int_equal(kill(child(fixture, "front"), SIGKILL), 0);
	term_send(kiosk, "\r");
	expect_one_transfer(kiosk);
}

/* Nobody listens at the first; the customer needs to know neither. */
static void
test_of_two_hosts(void **state)
{
	struct fixture *fixture = *state;
	struct term *kiosk;
	int row, column;

	fixture->hosts = "127.0.0.2 127.0.0.1";
	kiosk = fixture_plain_kiosk(fixture);
	assert_true(term_wait(kiosk, "kiosk-1 @ 127.0.0.1"));
	fixture_log_in(kiosk, "chris", CHRIS);
	assert_true(term_find(kiosk, "kiosk-1 @ 127.0.0.1", &row, &column));
	assert_int_equal(row, 0);
}

#define SCREEN_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_answer_lost),
		SCREEN_TEST(test_request_lost),
		SCREEN_TEST(test_cut_before),
		SCREEN_TEST(test_of_two_hosts),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
