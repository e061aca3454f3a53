/* SPDX-License-Identifier: ISC */
/*
 * The screens of the flow S1 to S9, each against its expected picture, at
 * 80x24 and at 60x20, on the real programs.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "expected.h"
#include "fixture.h"

static void
test_welcome(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);
	struct term_look before, after;
	int row, column;

	assert_true(term_wait(kiosk, "press any key or touch the screen"));
	assert_true(term_wait(kiosk, " on a beautiful "));
	assert_true(term_wait(kiosk, "connected"));
	expect_screen(kiosk, "welcome", false);
	assert_true(term_find(kiosk, "██", &row, &column));
	before = term_look(kiosk, row, column);
	term_send(kiosk, "c");
	do {
		assert_true(term_wait_bytes(kiosk, term_bytes(kiosk)));
		after = term_look(kiosk, row, column);
	} while (after.fg == before.fg);
}

static void
test_login(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);
	int row, column;

	assert_true(term_wait(kiosk, "press any key"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Open an account"));
	expect_screen(kiosk, "login", false);
	term_send(kiosk, "chris\r9999");
	assert_true(term_wait(kiosk, "••••"));
	expect_screen(kiosk, "login-typed", false);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "ID or password is incorrect"));
	expect_screen(kiosk, "login-refused", false);
	term_cursor(kiosk, &row, &column);
	assert_int_equal(row, 7); /* in the field of the ID, at its start */
	assert_int_equal(column, 7);
	/* What is typed now replaces the ID. */
	term_send(kiosk, "fey\r" FEY "\r");
	assert_true(term_wait(kiosk, "ID and password are correct"));
	assert_true(term_wait(kiosk, ", fey."));
}

static void
test_menu(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);
	int row, column;

	fixture_log_in(kiosk, "chris", CHRIS);
	expect_screen(kiosk, "menu", false);
	term_send(kiosk, "8");
	assert_true(term_wait(kiosk, "incorrect input"));
	expect_screen(kiosk, "menu-incorrect", false);
	/* The cursor is on what has the focus. */
	term_send(kiosk, "\033[B");
	assert_true(term_wait_gone(kiosk, "incorrect input"));
	expect_screen(kiosk, "menu-moved", false);
	assert_true(term_find(kiosk, "2. Check", &row, &column));
	term_cursor(kiosk, &row, &column);
	assert_int_equal(column, 10);
	assert_int_equal(row, 11);
}

static void
test_menu_classic(void **state)
{
	static const char *const classic[] = { "-o", "screen.menu=classic",
		NULL };
	struct term *kiosk = fixture_kiosk(*state, 24, 80, classic, NULL);

	fixture_log_in(kiosk, "chris", CHRIS);
	assert_true(term_wait(kiosk,
	    "Please select one of the following actions (enter 1, 2, or 3):"));
	expect_screen(kiosk, "menu-classic", false);
	term_send(kiosk, "4");
	assert_true(term_wait(kiosk, "incorrect input"));
}

/* Account, form, question, result: and the money has moved. */
static void
test_transfer(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "1");
	assert_true(
	    term_wait(kiosk, "Please select an account (enter 1 or 2):"));
	expect_screen(kiosk, "account", false);
	term_send(kiosk, "3");
	assert_true(term_wait(kiosk, "incorrect input"));
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "1. To my checking account"));
	expect_screen(kiosk, "transfer", false);
	/* What makes no amount is refused as it is typed. */
	fixture_send_to(kiosk, "fey");
	term_send(kiosk, "2x5-0.5.009");
	assert_true(term_wait(kiosk, "$250.50"));
	assert_true(term_wait(kiosk, "Available in your savings account"));
	expect_screen(kiosk, "transfer-typed", false);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "add a message?"));
	term_send(kiosk, "\r");
	assert_true(
	    term_wait(kiosk, "Send $250.50 from your savings account to fey?"));
	expect_screen(kiosk, "transfer-sure", false);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "your transaction is successful"));
	expect_screen(kiosk, "result", false);
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "2. Check account balance"));
	term_send(kiosk, "2");
	assert_true(
	    term_wait(kiosk, "Your savings account balance: $9,749.50"));
	assert_true(
	    term_wait(kiosk, "Your checking account balance: $1,000.00"));
	assert_true(term_wait(kiosk, "┤"));
	expect_screen(kiosk, "balance", false);
}

static void
send_transfer(struct term *kiosk, const char *recipient, const char *amount)
{
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "2. Checking"));
	term_send(kiosk, "1");
	fixture_send_to(kiosk, recipient);
	term_send(kiosk, amount);
	term_send(kiosk, "\r");
	/* One's own money needs no message. */
	if (strcmp(recipient, "chris") != 0) {
		assert_true(term_wait(kiosk, "add a message?"));
		term_send(kiosk, "\r");
	}
	assert_true(term_wait(kiosk, "Enter: yes"));
	term_send(kiosk, "\r");
}

static void
test_refusals(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "chris", CHRIS);
	send_transfer(kiosk, "nobody", "5");
	assert_true(term_wait(kiosk, "the recipient's ID does not exist"));
	expect_screen(kiosk, "result-no-recipient", false);
	term_send(kiosk, " ");
	send_transfer(kiosk, "fey", "99999");
	assert_true(
	    term_wait(kiosk, "Your account does not have enough funds"));
	expect_screen(kiosk, "result-no-funds", false);
	term_send(kiosk, " ");
	/* To oneself: the other account. */
	send_transfer(kiosk, "chris", "100");
	assert_true(term_wait(kiosk, "your transaction is successful"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "2");
	assert_true(
	    term_wait(kiosk, "Your checking account balance: $1,100.00"));
}

static void
test_form_errors(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "2. Checking"));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "2. Another ID"));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "Recipient's ID"));
	/* Enter with nothing typed goes to the buttons, digits choose. */
	term_send(kiosk, "f\177\r");
	assert_true(term_wait(kiosk, "1. Enter"));
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "please enter an ID"));
	expect_screen(kiosk, "transfer-error", false);
	term_send(kiosk, "fey\r0\r");
	assert_true(term_wait(kiosk, "please enter an amount"));
	/* A step back for each Esc. */
	term_send(kiosk, "\033");
	assert_true(term_wait(kiosk, "Recipient's ID"));
	term_send(kiosk, "\033");
	assert_true(term_wait(kiosk, "2. Another ID"));
	term_send(kiosk, "\033");
	assert_true(term_wait(kiosk, "3. Exit"));
}

static void
test_goodbye(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "joe", JOE);
	term_send(kiosk, "3");
	assert_true(term_wait(kiosk, "Goodbye!"));
	/* Nobody else reads how much there is. */
	assert_true(term_wait(kiosk, "1 show my final balance"));
	assert_false(term_wait_within(kiosk, "10,000.00", 100));
	expect_screen(kiosk, "goodbye", false);
	term_send(kiosk, "1");
	assert_true(
	    term_wait(kiosk, "Your savings account balance: $10,000.00"));
	expect_screen(kiosk, "goodbye-balance", false);
	/* By itself, after five seconds. */
	assert_true(term_wait(kiosk, "press any key or touch the screen"));
}

static void
test_goodbye_shows(void **state)
{
	static const char *const show[] = { "-o", "screen.final_balance=show",
		NULL };
	struct term *kiosk = fixture_kiosk(*state, 24, 80, show, NULL);

	fixture_log_in(kiosk, "joe", JOE);
	term_send(kiosk, "3");
	assert_true(term_wait(kiosk, "Goodbye!"));
	assert_true(
	    term_wait(kiosk, "Your savings account balance: $10,000.00"));
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "press any key or touch the screen"));
}

/* The same flow where there is least room. */
static void
test_small(void **state)
{
	struct term *kiosk = fixture_kiosk(*state, 20, 60, NULL, NULL);

	assert_true(term_wait(kiosk, "press any key"));
	expect_screen(kiosk, "small-welcome", false);
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Please enter your ID"));
	expect_screen(kiosk, "small-login", false);
	term_send(kiosk, "chris\r" CHRIS "\r");
	assert_true(term_wait(kiosk, "3. Exit"));
	expect_screen(kiosk, "small-menu", false);
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "2. Checking"));
	expect_screen(kiosk, "small-account", false);
	term_send(kiosk, "2");
	fixture_send_to(kiosk, "fey");
	term_send(kiosk, "10");
	assert_true(term_wait(kiosk, "$10.00"));
	assert_true(term_wait(kiosk, "Available in your checking"));
	expect_screen(kiosk, "small-transfer", false);
	term_send(kiosk, "\r\r");
	assert_true(term_wait(kiosk, "Enter: yes"));
	expect_screen(kiosk, "small-sure", false);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "successful"));
	expect_screen(kiosk, "small-result", false);
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "balance: $990.00"));
	assert_true(term_wait(kiosk, "┤"));
	expect_screen(kiosk, "small-balance", false);
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "3");
	assert_true(term_wait(kiosk, "Goodbye!"));
	expect_screen(kiosk, "small-goodbye", false);
}

/* What can be typed at a demonstration is no help to who opens an account. */
static void
test_login_note(void **state)
{
	static const char *const options[] = { "-o",
		"screen.login_note=Type anything", NULL };
	struct term *kiosk = fixture_kiosk(*state, 24, 80, options, NULL);
	int row, column;

	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Type anything"));
	term_send(kiosk, "\r2");
	assert_true(term_wait(kiosk, "New ID"));
	term_send(kiosk, "new\r\r7391\r7391\r");
	assert_true(term_wait(kiosk, "Your account is open."));
	assert_true(term_wait(kiosk, "Your ID is new."));
	assert_false(term_find(kiosk, "Type anything", &row, &column));
	term_send(kiosk, "9999\r");
	assert_true(term_wait(kiosk, "ID or password is incorrect"));
	assert_true(term_wait(kiosk, "Type anything"));
}

/* The bank's limits are for what leaves the customer's hands. */
static void
test_no_limit_for_oneself(void **state)
{
	struct fixture *fixture = *state;
	struct term *kiosk;
	int row, column;

	fixture_set_limits(fixture);
	kiosk = fixture_plain_kiosk(fixture);
	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "2. Checking"));
	term_send(kiosk, "1");
	fixture_send_to(kiosk, "fey");
	assert_true(term_wait(kiosk, "At most $5,000.00 at a time"));
	term_send(kiosk, "\033");
	assert_true(term_wait(kiosk, "Recipient's ID"));
	term_send(kiosk, "\033");
	assert_true(term_wait(kiosk, "1. To my checking account"));
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "Available in your savings account"));
	assert_false(term_find(kiosk, "At most", &row, &column));
}

/* The menu tells of what is new, and of nothing else. */
static void
test_notices_that_were_read(void **state)
{
	struct fixture *fixture = *state;
	struct term *kiosk = fixture_plain_kiosk(fixture);
	int row, column;

	fixture_log_in(kiosk, "chris", CHRIS);
	fixture_plain(fixture, "fey\n" FEY "\ntransfer chris 5\n3\n");
	assert_true(term_wait(kiosk, "1 new notice (n to read)"));
	term_send(kiosk, "n");
	assert_true(term_wait(kiosk, "1 to 1 of 1"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "n notices"));
	assert_false(term_find(kiosk, "new notice", &row, &column));
}

static void
test_out_of_service(void **state)
{
	struct fixture *fixture = *state;
	struct term *kiosk = fixture_plain_kiosk(fixture);

	assert_true(term_wait(kiosk, "press any key"));
	fixture_stop_bank(fixture);
	assert_true(term_wait(kiosk, "Sorry, this machine is out of service"));
	assert_true(term_wait(kiosk, "No connection to the bank since"));
	assert_true(term_wait(kiosk, "Next try in"));
	fixture_start_bank(fixture);
	assert_true(term_wait(kiosk, "press any key or touch the screen"));
	/* When it is over: from when to when. */
	assert_true(term_wait(kiosk, "No connection to the bank from "));
	fixture_log_in(kiosk, "chris", CHRIS);
}

#define SCREEN_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_welcome),
		SCREEN_TEST(test_login),
		SCREEN_TEST(test_menu),
		SCREEN_TEST(test_menu_classic),
		SCREEN_TEST(test_transfer),
		SCREEN_TEST(test_refusals),
		SCREEN_TEST(test_form_errors),
		SCREEN_TEST(test_goodbye),
		SCREEN_TEST(test_goodbye_shows),
		SCREEN_TEST(test_small),
		SCREEN_TEST(test_login_note),
		SCREEN_TEST(test_no_limit_for_oneself),
		SCREEN_TEST(test_notices_that_were_read),
		SCREEN_TEST(test_out_of_service),
	};

	expected_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
