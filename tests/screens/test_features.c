/* SPDX-License-Identifier: ISC */
/*
 * The screens beyond S1 to S9: cash, statement, services, sign-up, notices,
 * on the real programs.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "expected.h"
#include "fixture.h"

static void
to_amount(struct term *kiosk, const char *item)
{
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, item);
	assert_true(term_wait(kiosk, "2. Checking"));
	term_send(kiosk, "2");
}

static void
test_deposit(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "chris", CHRIS);
	to_amount(kiosk, "4");
	assert_true(term_wait(kiosk, "How much would you like to deposit?"));
	term_send(kiosk, "250.5");
	assert_true(term_wait(kiosk, "$250.50"));
	term_send(kiosk, "\r");
	assert_true(
	    term_wait(kiosk, "Deposit $250.50 into your checking account?"));
	expect_screen(kiosk, "deposit-sure", false);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "your transaction is successful"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "balance: $1,250.50"));
}

static void
test_withdraw(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "chris", CHRIS);
	to_amount(kiosk, "5");
	assert_true(term_wait(kiosk, "Another amount"));
	expect_screen(kiosk, "withdraw", false);
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "Amount"));
	/* What the notes can't make is refused at the field. */
	term_send(kiosk, "30\r");
	assert_true(
	    term_wait(kiosk, "The nearest amounts are $20.00 and $40.00"));
	expect_screen(kiosk, "withdraw-notes", false);
	term_send(kiosk, "\033");
	to_amount(kiosk, "5");
	assert_true(term_wait(kiosk, "3. $60.00"));
	term_send(kiosk, "3");
	assert_true(
	    term_wait(kiosk, "Withdraw $60.00 from your checking account?"));
	term_send(kiosk, " \r"); /* the digit's own Enter is let go by */
	assert_true(term_wait(kiosk, "your transaction is successful"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "withdrawal"));
	expect_screen(kiosk, "statement", false);
	term_send(kiosk, "\033");
	assert_true(term_wait(kiosk, "3. Exit"));
}

static void
test_currency(void **state)
{
	static const char *const euros[] = { "-o", "screen.currency=€ ", NULL };
	struct term *kiosk = fixture_kiosk(*state, 24, 80, euros, NULL);

	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "balance: € 10,000.00"));
	assert_true(term_wait(kiosk, "     €     █ █▀█"));
	term_send(kiosk, " ");
	to_amount(kiosk, "5");
	assert_true(term_wait(kiosk, "1. € 20.00"));
}

static void
test_amounts_and_dates(void **state)
{
	static const char *const euros[] = { "-o", "screen.currency=€ ", "-o",
		"screen.amounts=1.234,50", "-o", "screen.dates=iso", NULL };
	static const char *const plain[] = { "-o", "screen.amounts=1234.50",
		"-o", "screen.dates=month-first", NULL };
	struct term *kiosk = fixture_kiosk(*state, 24, 80, euros, NULL);
	time_t now = time(NULL);
	struct tm *tm = localtime(&now);
	char date[32];

	fixture_log_in(kiosk, "chris", CHRIS);
	strftime(date, sizeof(date), " %m-%d  ", tm);
	assert_true(term_wait(kiosk, date));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "balance: € 10.000,00"));
	term_send(kiosk, " ");
	to_amount(kiosk, "1");
	assert_true(term_wait(kiosk, "to whom"));
	term_send(kiosk, "fey\r1,50\r");
	assert_true(term_wait(kiosk, "Send € 1,50 from"));
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "your transaction is successful"));
	strftime(date, sizeof(date), "%Y-%m-%d ", tm);
	assert_true(term_wait(kiosk, date));
	term_close(kiosk);

	((struct fixture *)*state)->kiosk = NULL;
	kiosk = fixture_kiosk(*state, 24, 80, plain, NULL);
	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "balance: $10000.00"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "-1.50"));
	strftime(date, sizeof(date), "%b %e ", tm);
	assert_true(term_wait(kiosk, date));
}

/* Newest first; older ones are fetched as the customer comes to them. */
static void
test_statement_scrolls(void **state)
{
	static const char one[] = "1\n1\nfey\n1\n";
	char all[120 * sizeof(one) + 32] = "chris\n" CHRIS "\n";
	struct term *kiosk;
	int row, column, ends = 0;

	for (int i = 0; i < 120; i++)
		strcat(all, one);
	fixture_plain(*state, all);
	kiosk = fixture_plain_kiosk(*state);
	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "9,881.00"));
	assert_true(term_find(kiosk, "9,880.00", &row, &column));
	assert_int_equal(row, 5); /* the uppermost */
	assert_non_null(strstr(term_row(kiosk, row + 1), "9,881.00"));
	assert_false(term_find(kiosk, "adjustment", &row, &column));
	do {
		assert_true(++ends < 40);
		term_send(kiosk, "1");
	} while (!term_wait_within(kiosk, "adjustment", 300));
	assert_true(ends > 1); /* a page of 50 at a time */
	assert_false(term_find(kiosk, "9,880.00", &row, &column));
	term_send(kiosk, "\033[5~");
	assert_true(term_wait_gone(kiosk, "adjustment"));
	term_send(kiosk, "7");
	assert_true(term_wait(kiosk, "9,880.00"));
}

static void
test_services(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "joe", JOE);
	term_send(kiosk, "7");
	assert_true(term_wait(kiosk, "4. Close the account"));
	expect_screen(kiosk, "services", false);
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "Last login"));
	expect_screen(kiosk, "details", false);
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "4. Close the account"));
	/* Asked twice, and refused: there is money in it. */
	term_send(kiosk, "4");
	assert_true(term_wait(kiosk, "Close your account for good?"));
	term_send(kiosk, " \r");
	assert_true(term_wait(kiosk, "Really?"));
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "the account is not empty"));
}

static void
test_password(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "joe", JOE);
	term_send(kiosk, "7");
	assert_true(term_wait(kiosk, "2. Change password"));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "New password again"));
	term_send(kiosk, JOE "\r1111\r1111\r");
	assert_true(term_wait(kiosk, "too easy to guess"));
	expect_screen(kiosk, "password-weak", false);
	/* Both fields of the new one were emptied, the old one is there. */
	term_send(kiosk, JOE "\r" JOE "\r");
	assert_true(term_wait(kiosk, "not the old one"));
	term_send(kiosk, "4711\r");
	term_send(kiosk, "4712\r");
	assert_true(term_wait(kiosk, "the two are not the same"));
	term_send(kiosk, "4711\r");
	assert_true(term_wait(kiosk, "password changed"));
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "3");
	assert_true(term_wait(kiosk, "Goodbye!"));
	term_send(kiosk, " ");
	fixture_log_in(kiosk, "joe", "4711");
}

static void
test_sign_up(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	assert_true(term_wait(kiosk, "press any key"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Open an account"));
	term_send(kiosk, "\r\r");
	assert_true(term_wait(kiosk, "2. Open an account"));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "Password again"));
	term_send(kiosk, "chris\rJörg 日本\r7391\r7391");
	assert_true(term_wait(kiosk, "Jörg 日本"));
	expect_screen(kiosk, "sign-up", false);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "this ID is taken"));
	expect_screen(kiosk, "sign-up-taken", false);
	term_send(kiosk, "jorg\r\r\r\r");
	assert_true(term_wait(kiosk, "account opened"));
	term_send(kiosk, "jorg\r7391\r");
	assert_true(term_wait(kiosk, ", Jörg 日本."));
	expect_screen(kiosk, "menu-wide-name", false);
}

/* A transfer at one kiosk puts a banner on the other. */
static void
notice_by(struct fixture *fixture, const char *by)
{
	const char *const options[] = { "-o", by, NULL };
	struct term *sender, *receiver;

	receiver = fixture_kiosk(fixture, 24, 80, options, NULL);
	fixture_log_in(receiver, "fey", FEY);
	sender = fixture_kiosk(fixture, 24, 80, options, NULL);
	fixture_log_in(sender, "chris", CHRIS);
	term_send(sender, "1");
	assert_true(term_wait(sender, "2. Checking"));
	term_send(sender, "1");
	assert_true(term_wait(sender, "Recipient's ID"));
	term_send(sender, "fey\r5\r");
	assert_true(term_wait(sender, "Enter: yes"));
	term_send(sender, "\r");
	assert_true(term_wait(sender, "your transaction is successful"));
	assert_true(term_wait(receiver, "$5.00"));
	expect_screen(receiver, "banner", false);
	assert_true(term_wait_gone(receiver,
	    "┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━"
	    "━━━━━━━━━━━━━━━━━━━━━━━━"));
	assert_true(term_wait(receiver, "1 new notice (n to read)"));
	term_send(receiver, "n");
	assert_true(term_wait(receiver, "Notices"));
	expect_screen(receiver, "notices", false);
}

static void
test_notice_udp(void **state)
{
	notice_by(*state, "notices.by=udp");
}

static void
test_notice_tls(void **state)
{
	notice_by(*state, "notices.by=tls");
}

#define SCREEN_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_deposit),
		SCREEN_TEST(test_withdraw),
		SCREEN_TEST(test_currency),
		SCREEN_TEST(test_amounts_and_dates),
		SCREEN_TEST(test_statement_scrolls),
		SCREEN_TEST(test_services),
		SCREEN_TEST(test_password),
		SCREEN_TEST(test_sign_up),
		SCREEN_TEST(test_notice_udp),
		SCREEN_TEST(test_notice_tls),
	};

	expected_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
