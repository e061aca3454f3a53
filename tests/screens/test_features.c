/* SPDX-License-Identifier: ISC */
/*
 * The screens beyond S1 to S9: cash, statement, services and sign-up, on
 * the real programs.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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
	assert_true(term_wait(kiosk, "3. $60.00"));
	term_send(kiosk, "3");
	assert_true(
	    term_wait(kiosk, "Withdraw $60.00 from your checking account?"));
	term_send(kiosk, " \r"); /* the digit's own Enter is let go by */
	assert_true(term_wait(kiosk, "your transaction is successful"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "Withdrawn"));
	expect_screen(kiosk, "statement", false);
	term_send(kiosk, "\033");
	assert_true(term_wait(kiosk, "3. Exit"));
}

/* What a demonstration says may be typed. */
static void
test_login_note(void **state)
{
	static const char *const note[] = { "-o",
		"screen.login_note=A demonstration: chris 1234", NULL };
	struct term *kiosk = fixture_kiosk(*state, 20, 60, note, NULL);

	assert_true(term_wait(kiosk, "press any key"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "A demonstration: chris 1234"));
}

/* Whom to call, from the kiosk's own file, once the bank says 423. */
static void
test_branch_line(void **state)
{
	static const char *const line[] = { "-o",
		"screen.branch_line=Call 555-0100, day and night", NULL };
	static const char typed[] = "fey\r" FEY "\r";
	int row, column;
	struct fixture *fixture = *state;
	struct term *kiosk = fixture_kiosk(fixture, 24, 80, line, NULL);

	fixture_configure(fixture, "[login]\nbranch_line = Call 555-0199");
	assert_int_equal(fixture_bankctl(fixture,
			     (const char *const[]) { "lock", "fey", NULL }),
	    0);
	assert_true(term_wait(kiosk, "press any key"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Please enter your ID"));
	assert_false(term_find(kiosk, "555-0100", &row, &column));
	term_send(kiosk, typed);
	assert_true(term_wait(kiosk, "too many attempts, try again later"));
	assert_true(term_wait(kiosk, "Call 555-0100, day and night"));
	assert_int_equal(fixture_bankctl(fixture,
			     (const char *const[]) { "unlock", "fey", NULL }),
	    0);
	term_send(kiosk, typed);
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
	fixture_send_to(kiosk, "fey");
	term_send(kiosk, "1,50\r\r");
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

/* 120 transfers of chris to fey, and those of the demonstration. */
static void
make_history(struct fixture *fixture)
{
	static const char one[] = "1\n1\nfey\n1\n";
	char all[120 * sizeof(one) + 64] = "chris\n" CHRIS "\n";

	for (int i = 0; i < 120; i++)
		strcat(all, one);
	strcat(all, "4\n2\n77.50\n");
	fixture_plain(fixture, all);
}

static struct term *
statement_of_many(void *state)
{
	struct term *kiosk;

	make_history(state);
	kiosk = fixture_plain_kiosk(state);
	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "1-14 of 123"));
	return kiosk;
}

/* Newest first; all of it is fetched, and End goes there at once. */
static void
test_statement_scrolls(void **state)
{
	struct term *kiosk;
	int row, column;

	kiosk = statement_of_many(*state);
	assert_true(term_find(kiosk, "77.50", &row, &column));
	assert_int_equal(row, 5); /* the uppermost */
	assert_non_null(strstr(term_row(kiosk, row), "Deposited"));
	assert_non_null(strstr(term_row(kiosk, row + 1), "9,880.00"));
	assert_true(term_wait(kiosk, "Money in: $11,077.50"));
	assert_true(term_wait(kiosk, "Money out: $120.00"));
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "110-123 of 123"));
	assert_true(term_wait(kiosk, "Bank adjustment"));
	assert_false(term_find(kiosk, "9,880.00", &row, &column));
	term_send(kiosk, "\033[5~");
	assert_true(term_wait(kiosk, "96-109 of 123"));
	term_send(kiosk, "7");
	assert_true(term_wait(kiosk, "1-14 of 123"));
	/* The wheel, by lines; the ends of the bar, by pages; and its middle.
	 */
	term_send(kiosk, "\033[<65;20;10M");
	assert_true(term_wait(kiosk, "2-15 of 123"));
	term_take(kiosk, TERM_WHOLE_MS);
	assert_true(term_find(kiosk, "▼", &row, &column));
	term_click(kiosk, row, column);
	assert_true(term_wait(kiosk, "16-29 of 123"));
	term_click(kiosk, row - 13, column);
	assert_true(term_wait(kiosk, "2-15 of 123"));
	term_click(kiosk, row - 6, column);
	assert_true(term_wait(kiosk, "62-75 of 123"));
	/* The upper half of the table is newer, the lower is older. */
	term_click(kiosk, 6, 20);
	assert_true(term_wait(kiosk, "48-61 of 123"));
	term_click(kiosk, 17, 20);
	assert_true(term_wait(kiosk, "62-75 of 123"));
}

/* What happened within a minute has the same date, which is told once. */
static void
test_a_charts_dates(void **state)
{
	struct term *kiosk;
	const char *dates;
	char first[16];
	int row, column;

	kiosk = statement_of_many(*state);
	term_send(kiosk, "g");
	assert_true(term_wait(kiosk, "now, between"));
	term_take(kiosk, TERM_WHOLE_MS);
	assert_true(term_find(kiosk, "┬", &row, &column));
	dates = term_row(kiosk, row + 1);
	dates += strspn(dates, " ");
	snprintf(
	    first, sizeof(first), "%.*s", (int)strlen("20 Nov 14:03"), dates);
	if (strstr(dates + strlen(first), first) != NULL)
		fail_msg("twice: %s", dates);
}

static void
test_statement_filters(void **state)
{
	struct fixture *fixture = *state;
	char command[FIXTURE_PATH + 64], path[FIXTURE_PATH + 16], text[8192];
	const char *options[] = { "-o", command, NULL };
	struct term *kiosk;
	size_t length;
	FILE *file;

	make_history(fixture);
	snprintf(path, sizeof(path), "%s/paper", fixture->directory);
	snprintf(command, sizeof(command), "receipt.command=tee %s", path);
	kiosk = fixture_kiosk(fixture, 24, 80, options, NULL);
	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "of 123"));
	term_send(kiosk, "aa");
	assert_true(term_wait(kiosk, "Statement: checking, everything"));
	assert_true(term_wait(kiosk, "1-2 of 2"));
	term_send(kiosk, "4666"); /* both again; transfers, deposits, ... */
	assert_true(term_wait(kiosk, "both accounts, withdrawals"));
	assert_true(term_wait(kiosk, "There are no such entries."));
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "1-2 of 2"));
	expect_screen(kiosk, "statement-filtered", false);
	term_send(kiosk, "6sTO FEYx");
	assert_true(term_wait(kiosk, "Search: TO FEYx"));
	assert_true(term_wait(kiosk, "There are no such entries."));
	term_send(kiosk, "\177");
	assert_true(term_wait(kiosk, "1-14 of 120"));
	expect_screen(kiosk, "statement-search", false);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "everything, with TO FEY"));
	term_send(kiosk, "2p");
	assert_true(term_wait(kiosk, "2. The whole list: 120 entries"));
	expect_screen(kiosk, "statement-print", false);
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "take your receipt"));
	file = fopen(path, "r");
	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	/* Of the page, from the second on, and no more. */
	assert_null(strstr(text, "9,880.00"));
	assert_non_null(strstr(text, "9,881.00"));
	assert_non_null(strstr(text, "9,894.00"));
	assert_null(strstr(text, "9,895.00"));
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
	/* Not asked: There is money in it. */
	term_send(kiosk, "4");
	assert_true(term_wait(kiosk, "There is money in it"));
	assert_true(
	    term_wait(kiosk, "Your savings account balance: $10,000.00"));
}

/* Nothing but a password of one's own is offered, or the way out. */
static void
test_one_time_password(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);
	char once[16];

	fixture_one_time(*state, "joe", once);
	for (int round = 0; round < 2; round++) {
		assert_true(term_wait(kiosk, "press any key"));
		term_send(kiosk, " ");
		assert_true(term_wait(kiosk, "ID"));
		term_send(kiosk, "joe\r");
		term_send(kiosk, once);
		term_send(kiosk, "\r");
		assert_true(term_wait(kiosk, "One-time password"));
		assert_true(term_wait(kiosk, "ID and password are correct"));
		if (round == 0) {
			expect_screen(kiosk, "password-once", false);
			term_send(kiosk, "\033");
			assert_true(term_wait(kiosk, "Goodbye!"));
			term_send(kiosk, " ");
		}
	}
	term_send(kiosk, "wrong\r4711\r4711\r");
	assert_true(term_wait(kiosk, "the one-time password is incorrect"));
	term_send(kiosk, once);
	term_send(kiosk, "\r4711\r4711\r");
	assert_true(term_wait(kiosk, "password changed"));
	assert_true(term_wait(kiosk, "3. Exit"));
	term_send(kiosk, "3");
	assert_true(term_wait(kiosk, "Goodbye!"));
	term_send(kiosk, " ");
	fixture_log_in(kiosk, "joe", "4711");
}

static void
test_password(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "joe", JOE);
	term_send(kiosk, "7");
	assert_true(term_wait(kiosk, "2. Change password"));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "Old password"));
	term_send(kiosk, JOE "\r1111\r1111\r");
	assert_true(term_wait(kiosk, "too easy to guess"));
	expect_screen(kiosk, "password-weak", false);
	/* Both fields of the new one were emptied, the old one is there. */
	term_send(kiosk, JOE "\r" JOE "\r");
	assert_true(term_wait(kiosk, "use a new"));
	term_send(kiosk, "4711\r");
	term_send(kiosk, "4712\r");
	assert_true(term_wait(kiosk, "the two passwords are not the same"));
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
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "2. Open an account"));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "New ID"));
	term_send(kiosk, "chris\rJörg 日本");
	assert_true(term_wait(kiosk, "Jörg 日本"));
	expect_screen(kiosk, "sign-up", false);
	term_send(kiosk, "\r7391\r7391\r");
	assert_true(term_wait(kiosk, "this ID is taken"));
	expect_screen(kiosk, "sign-up-taken", false);
	term_send(kiosk, "jorg\r\r7391\r7391\r");
	assert_true(term_wait(kiosk, "account opened"));
	assert_true(term_wait(kiosk, "Your account is open."));
	assert_true(term_wait(kiosk, "Your ID is jorg."));
	term_send(kiosk, "7391\r");
	assert_true(term_wait(kiosk, ", Jörg 日本."));
	expect_screen(kiosk, "menu-wide-name", false);
}

/* Whom one has paid before, where the bank tells it. */
static void
test_recipients_name(void **state)
{
	struct term *kiosk;
	int row, column;

	fixture_configure(*state, "[bank]\nshow_names = masked\n");
	fixture_plain(*state, "+\nana\nAna María\n7391\n7391\n");
	fixture_plain(*state, "chris\n" CHRIS "\n1\n1\nana\n5\n");
	kiosk = fixture_plain_kiosk(*state);
	fixture_log_in(kiosk, "chris", CHRIS);
	to_amount(kiosk, "1");
	assert_true(term_wait(kiosk, "2. To ana"));
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "to send?"));
	term_send(kiosk, "5\rrent\r");
	assert_true(term_wait(kiosk, "The recipient's name: A•• M••••"));
	/* Nobody is told the name of a stranger. */
	term_send(kiosk, "\033");
	assert_true(term_wait(kiosk, "add a message"));
	term_close(kiosk);
	((struct fixture *)*state)->kiosk = NULL;
	kiosk = fixture_plain_kiosk(*state);
	fixture_log_in(kiosk, "fey", FEY);
	to_amount(kiosk, "1");
	fixture_send_to(kiosk, "ana");
	term_send(kiosk, "5\r\r");
	assert_true(term_wait(kiosk, "Enter: yes"));
	assert_false(term_find(kiosk, "name:", &row, &column));
}

/* At most 64 bytes, in whole letters: what is more isn't taken. */
static void
test_a_long_message(void **state)
{
#define EIGHT "éñüáóíçø"
#define MOST "x" EIGHT EIGHT EIGHT "éñüáóíç"
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "chris", CHRIS);
	to_amount(kiosk, "1");
	fixture_send_to(kiosk, "fey");
	term_send(kiosk, "5\r");
	assert_true(term_wait(kiosk, "add a message"));
	term_send(kiosk, MOST EIGHT "\r");
	assert_true(term_wait(kiosk, "Message: " MOST));
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "your transaction is successful"));
	assert_true(term_wait(kiosk, "Message: " MOST));
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
		SCREEN_TEST(test_a_charts_dates),
		SCREEN_TEST(test_statement_filters),
		SCREEN_TEST(test_services),
		SCREEN_TEST(test_password),
		SCREEN_TEST(test_one_time_password),
		SCREEN_TEST(test_sign_up),
		SCREEN_TEST(test_login_note),
		SCREEN_TEST(test_branch_line),
		SCREEN_TEST(test_recipients_name),
		SCREEN_TEST(test_a_long_message),
	};

	expected_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
