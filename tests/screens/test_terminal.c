/* SPDX-License-Identifier: ISC */
/*
 * The kiosk and its terminal: ways out, kiosk mode, sizes, mouse and keypad,
 * looks, time: what holds on every screen.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "../lib/patience.h"
#include "expected.h"
#include "tour.h"

#define ESCAPE_BOUND_MS 30000

static void
test_signals(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT };
	struct fixture *fixture = *state;
	struct term *kiosk;
	int status;

	for (size_t i = 0; i < 3; i++) {
		kiosk = fixture_plain_kiosk(fixture);
		fixture_log_in(kiosk, "chris", CHRIS);
		assert_true(term_alternate(kiosk));
		assert_true(term_mouse(kiosk));
		kill(term_pid(kiosk), signals[i]);
		status = term_wait_end(kiosk);
		assert_true(status != -1 && WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		assert_false(term_alternate(kiosk));
		assert_false(term_mouse(kiosk));
		term_close(kiosk);
		fixture->kiosk = NULL;
	}
}

/* The process is lost; the terminal isn't. */
static void
test_crash(void **state)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS };
	static const char *const quiet[] = {
		"ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0",
		NULL
	};
	struct fixture *fixture = *state;
	struct term *kiosk;
	int status;

	for (size_t i = 0; i < 3; i++) {
		kiosk = fixture_kiosk(fixture, 24, 80, NULL, quiet);
		assert_true(term_wait(kiosk, "press any key"));
		kill(term_pid(kiosk), signals[i]);
		status = term_wait_end(kiosk);
		assert_true(status != -1 && WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		assert_false(term_alternate(kiosk));
		assert_false(term_mouse(kiosk));
		term_close(kiosk);
		fixture->kiosk = NULL;
	}
}

static void
test_hang_up(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);
	int status;

	fixture_log_in(kiosk, "chris", CHRIS);
	term_hang_up(kiosk);
	status = term_wait_end(kiosk);
	assert_true(status != -1 && WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_interrupt_leaves(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);
	int status;

	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "\003");
	status = term_wait_end(kiosk);
	assert_true(status != -1 && WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(term_alternate(kiosk));
}

static void
test_kiosk_mode(void **state)
{
	static const char *const locked[] = { "-k", "-o",
		"kiosk.operator_key=0pen-sesame", NULL };
	struct term *kiosk = fixture_kiosk(*state, 24, 80, locked, NULL);
	int status;

	assert_true(term_wait(kiosk, "press any key"));
	assert_false(term_wait_within(kiosk, "q leave", 100));
	/* Ctrl-C, Ctrl-Z, Ctrl-\, sequences that mean nothing. */
	term_send(kiosk, "\003\032\034\033[99~\033[3;5x\033OX");
	kill(term_pid(kiosk), SIGINT);
	kill(term_pid(kiosk), SIGTSTP);
	kill(term_pid(kiosk), SIGQUIT);
	term_send(kiosk, "q");
	assert_true(term_wait(kiosk, "Please enter your ID"));
	term_send(kiosk, "\003\032\034\033[99~");
	term_send(kiosk, "0pen-sesam");
	assert_true(term_wait(kiosk, "0pen-sesam"));
	term_send(kiosk, "e");
	status = term_wait_end(kiosk);
	assert_true(status != -1 && WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(term_alternate(kiosk));
}

static void
test_resize(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "2. Checking"));
	term_send(kiosk, "1");
	fixture_send_to(kiosk, "fey");
	term_send(kiosk, "12.5");
	assert_true(term_wait(kiosk, "$12.50"));
	term_resize(kiosk, 10, 40);
	assert_true(term_wait(kiosk, "make this window larger"));
	expect_screen(kiosk, "too-small", false);
	term_send(kiosk, "\033"); /* what isn't seen isn't pressed */
	term_resize(kiosk, 10, 41);
	assert_true(term_wait(kiosk, "41x10"));
	term_resize(kiosk, 40, 120);
	assert_true(term_wait(kiosk, "How much would you like to send?"));
	expect_screen(kiosk, "large-transfer", false);
	term_send(kiosk, "0");
	term_resize(kiosk, 24, 80);
	assert_true(term_wait(kiosk, "12.50"));
	term_send(kiosk, "\r\r");
	assert_true(
	    term_wait(kiosk, "Send $12.50 from your savings account to fey?"));
}

static void
click(struct term *kiosk, const char *text)
{
	int row, column;

	assert_true(term_wait(kiosk, text));
	/* The key line is drawn last, and may still be that of before. */
	term_take(kiosk, TERM_WHOLE_MS);
	assert_true(term_find(kiosk, text, &row, &column));
	term_click(kiosk, row, column);
}

/* Presses letters of the keypad, until each shows after its label. */
static void
press_letters(struct term *kiosk, const char *label, const char *keys)
{
	char shown[64];
	int length = snprintf(shown, sizeof(shown), "%s", label), row, column;

	for (; *keys != '\0'; keys++) {
		assert_true(term_find(kiosk,
		    (char[]) { ' ', ' ', *keys, ' ', '\0' }, &row, &column));
		term_click(kiosk, row, column + 2);
		shown[length++] = *keys;
		shown[length] = '\0';
		assert_true(term_wait(kiosk, shown));
	}
}

/* The digits are drawn from blocks: their places are those of a telephone. */
static void
press_digits(struct term *kiosk, const char *keys)
{
	char shown[64] = "┃ ";
	int row, column, digit;

	assert_true(term_find(kiosk, "abc", &row, &column));
	for (; *keys != '\0'; keys++) {
		digit = *keys == '0' ? 10 : *keys - '1';
		term_click(kiosk, row - 16 + 4 * (digit / 3),
		    column + 8 * (digit % 3));
		strcat(shown, "•");
		assert_true(term_wait(kiosk, shown));
	}
}

/* Letters with accents have a page, behind the signs. */
static void
test_touch_accents(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	fixture_log_in(kiosk, "chris", CHRIS);
	click(kiosk, "1. Transfer money");
	click(kiosk, "2. Checking");
	fixture_send_to(kiosk, "fey");
	term_send(kiosk, "5\r");
	assert_true(term_wait(kiosk, "add a message"));
	click(kiosk, "Keypad");
	assert_true(term_wait(kiosk, "ABC"));
	press_letters(kiosk, "Message  ", "a");
	click(kiosk, "ABC");
	click(kiosk, "#+=");
	click(kiosk, "áéñ");
	click(kiosk, " ñ  ");
	assert_true(term_wait(kiosk, "Message  añ"));
	click(kiosk, " Ñ  ");
	assert_true(term_wait(kiosk, "Message  añÑ"));
	click(kiosk, "123");
	assert_true(term_wait(kiosk, "abc"));
}

/* From the welcome to a transfer without touching a key. */
static void
test_touch(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	click(kiosk, "press any key");
	click(kiosk, "Keypad");
	assert_true(term_wait(kiosk, "ABC"));
	expect_screen(kiosk, "keypad-letters", false);
	press_letters(kiosk, "┃ ", "chris");
	click(kiosk, "ABC");
	assert_true(term_wait(kiosk, " Q "));
	click(kiosk, "#+=");
	assert_true(term_wait(kiosk, " & "));
	expect_screen(kiosk, "keypad-signs", false);
	click(kiosk, "│ Enter │");
	assert_true(term_wait(kiosk, "Your ID is chris."));
	assert_true(term_wait(kiosk, "abc"));
	press_digits(kiosk, CHRIS);
	click(kiosk, "│ Enter │");
	click(kiosk, "2. Check account balance");
	assert_true(term_wait(kiosk, "balance: $10,000.00"));
	click(kiosk, "any key back");
	click(kiosk, "1. Transfer money");
	click(kiosk, "2. Checking");
	click(kiosk, "1. To my savings account");
	click(kiosk, "Keypad");
	assert_true(term_wait(kiosk, "abc"));
	expect_screen(kiosk, "keypad-digits", false);
	click(kiosk, "│ Cancel │");
	assert_true(term_wait(kiosk, "1. To my savings account"));
	click(kiosk, "Esc back");
	click(kiosk, "3. Exit");
	assert_true(term_wait(kiosk, "Goodbye!"));
}

/* Help, language and theme are one key on every screen; what can be typed. */
static void
test_common_keys(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);
	struct term_look before, after;
	int row, column;

	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Open an account"));
	term_send(kiosk, "?"); /* no part of an ID */
	assert_true(term_wait(kiosk, "Keys on this screen"));
	term_send(kiosk, " ");
	assert_true(term_wait_gone(kiosk, "Keys on this screen"));
	term_send(kiosk, "tL\r?tL");
	assert_true(term_wait(kiosk, "┃ •••"));
	assert_true(term_find(kiosk, "tL", &row, &column));
	term_send(kiosk, "\033OP");
	assert_true(term_wait(kiosk, "Keys on this screen"));
	click(kiosk, "F2 ");
	assert_true(term_wait(kiosk, "Escriba su identificador"));
	before = term_look(kiosk, 5, 5);
	term_send(kiosk, "\033OR");
	do {
		term_take(kiosk, 20);
		after = term_look(kiosk, 5, 5);
	} while (after.bg == before.bg);
	term_send(kiosk, "\033");
	assert_true(term_wait(kiosk, "Esc cancelar"));
	term_send(kiosk, "\033");
	assert_true(term_wait(kiosk, "pulse una tecla"));
	term_send(kiosk, "LL"); /* past Arabic */
	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "6");
	assert_true(term_wait(kiosk, "Balance"));
	term_send(kiosk, "L");
	assert_true(term_wait(kiosk, "Saldo"));
}

static void
test_looks(void **state)
{
	static const char *const options[] = { "-o", "screen.theme=light",
		NULL };
	static const char *const no_color[] = { "NO_COLOR=1", NULL };
	static const char *const ascii[] = { "LANG=C", "LC_ALL=C", NULL };
	struct fixture *fixture = *state;
	struct term *kiosk;

	kiosk = fixture_plain_kiosk(fixture);
	fixture_log_in(kiosk, "chris", CHRIS);
	expect_screen(kiosk, "looks-default", true);
	fixture_end_kiosk(kiosk);
	term_close(kiosk);
	fixture->kiosk = NULL;
	kiosk = fixture_kiosk(fixture, 24, 80, options, NULL);
	fixture_log_in(kiosk, "chris", CHRIS);
	expect_screen(kiosk, "looks-light", true);
	fixture_end_kiosk(kiosk);
	term_close(kiosk);
	fixture->kiosk = NULL;
	/* NO_COLOR wins over what is configured. */
	kiosk = fixture_kiosk(fixture, 24, 80, options, no_color);
	fixture_log_in(kiosk, "chris", CHRIS);
	expect_screen(kiosk, "looks-no-color", true);
	fixture_end_kiosk(kiosk);
	term_close(kiosk);
	fixture->kiosk = NULL;
	kiosk = fixture_kiosk(fixture, 24, 80, NULL, ascii);
	fixture_log_in(kiosk, "chris", CHRIS);
	expect_screen(kiosk, "looks-ascii", false);
	fixture_end_kiosk(kiosk);
}

/* Numbers and amounts of blocks, where there is room, colours or not. */
static void
see_large(struct fixture *fixture, int rows, int columns,
    const char *const environment[], const char *prefix)
{
	static const char *const large[] = { "-o", "screen.theme=large", NULL };
	static const struct {
		const char *send, *wait, *screen;
	} steps[] = {
		{ "", "3", NULL },
		{ "2", "balance: $10,000.00", "balance" },
		{ " ", "Check", NULL },
		{ "1", "Checking", NULL },
		{ "\033[B", "Checking", "account" },
		{ "2", "Another ID", NULL },
		{ "2", "Recipient's ID", NULL },
		{ "fey\r250.50\r\r", "Enter: yes", "sure" },
		{ "\r", "your transaction is successful", "result" },
		{ " ", "Check", NULL },
		{ "3", "Goodbye!", NULL },
	};
	struct term *kiosk =
	    fixture_kiosk(fixture, rows, columns, large, environment);
	char name[64];

	assert_true(term_wait(kiosk, "press any key"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Please enter your ID"));
	term_send(kiosk, "chris\r" CHRIS "\r");
	assert_true(term_wait(kiosk, "ID and password are correct"));
	snprintf(name, sizeof(name), "%s-menu", prefix);
	expect_screen(kiosk, name, environment != NULL);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		term_send(kiosk, steps[i].send);
		assert_true(term_wait(kiosk, steps[i].wait));
		if (steps[i].screen == NULL)
			continue;
		snprintf(name, sizeof(name), "%s-%s", prefix, steps[i].screen);
		expect_screen(kiosk, name, false);
	}
	fixture_end_kiosk(kiosk);
	term_close(kiosk);
	fixture->kiosk = NULL;
}

static void
test_large(void **state)
{
	see_large(*state, 24, 80, NULL, "large");
}

/* Without room for it, as the other themes. */
static void
test_large_small(void **state)
{
	see_large(*state, 20, 60, NULL, "large-small");
}

static void
test_large_no_color(void **state)
{
	static const char *const no_color[] = { "NO_COLOR=1", NULL };

	see_large(*state, 24, 80, no_color, "large-no-color");
}

/* Each theme there is can be started and shows the welcome. */
static void
test_themes(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);
	size_t bytes;

	assert_true(term_wait(kiosk, "connected"));
	for (int i = 0; i < 5; i++) {
		bytes = term_bytes(kiosk);
		term_send(kiosk, "t");
		assert_true(term_wait_bytes(kiosk, bytes + 200));
		assert_true(term_wait(kiosk, "press any key"));
	}
	fixture_end_kiosk(kiosk);
}

static void
test_idle(void **state)
{
	static const char *const hurry[] = { "-o", "screen.idle_seconds=5",
		"-o", "screen.warn_seconds=5", NULL };
	struct term *kiosk = fixture_kiosk(*state, 24, 80, hurry, NULL);

	fixture_log_in(kiosk, "chris", CHRIS);
	assert_true(term_wait(kiosk, "Do you need more time?"));
	expect_screen(kiosk, "idle", false);
	/* Any key is yes, and nothing else. */
	term_send(kiosk, "3");
	assert_true(term_wait_gone(kiosk, "Do you need more time?"));
	assert_true(term_wait(kiosk, "3. Exit"));
	assert_true(term_wait(kiosk, "Do you need more time?"));
	assert_true(term_wait(kiosk, "press any key or touch the screen"));
	assert_false(term_wait_within(kiosk, "chris", 50));
}

static int
seconds_of_clock(struct term *kiosk)
{
	const char *row = term_row(kiosk, 0);

	return atoi(row + strlen(row) - 2);
}

/* Who listens is not asked: the idle clock begins when the voice ends. */
static void
test_idle_listener(void **state)
{
	struct tour tour = { TOUR_ENGLISH, "idle", 24, 80, *state, NULL };
	int begin, row, column;

	tour_held_script(&tour, "voice", 0);
	tour_kiosk(&tour,
	    (const char *const[]) { "speech.command=@/voice",
		"screen.idle_seconds=5", "screen.warn_seconds=5", NULL });
	fixture_log_in(tour.kiosk, "chris", CHRIS);
	begin = seconds_of_clock(tour.kiosk);
	while ((seconds_of_clock(tour.kiosk) - begin + 60) % 60 < 12)
		term_take(tour.kiosk, 100);
	assert_false(term_find(tour.kiosk, "more time?", &row, &column));
	assert_true(term_find(tour.kiosk, "3. Exit", &row, &column));
	tour_let_go(&tour, "voice");
	assert_true(term_wait(tour.kiosk, "Do you need more time?"));
}

/* The bank doesn't answer: the screen says what is waited for, and lives. */
static void
test_spinner(void **state)
{
	struct fixture *fixture = *state;
	struct term *kiosk = fixture_plain_kiosk(fixture);
	char clock[16];
	const char *row;

	fixture_log_in(kiosk, "chris", CHRIS);
	fixture_freeze_vault(fixture, true);
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "Asking for your balances..."));
	row = term_row(kiosk, 0);
	snprintf(clock, sizeof(clock), "%s", row + strlen(row) - 8);
	assert_true(term_wait_gone(kiosk, clock)); /* it ticks on */
	fixture_freeze_vault(fixture, false);
	assert_true(term_wait(kiosk, "balance: $10,000.00"));
	assert_true(term_wait_gone(kiosk, "Asking for"));
}

/* Of two questions that wait, money's is named, though it is the younger. */
static void
test_money_is_named_first(void **state)
{
	struct fixture *fixture = *state;
	struct term *kiosk = fixture_plain_kiosk(fixture);

	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "2. Checking"));
	fixture_freeze_vault(fixture, true);
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "Asking for your balances..."));
	term_send(kiosk, "2fey\r5\r\r");
	assert_true(term_wait(kiosk, "Enter: yes"));
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "Processing your transaction..."));
	assert_true(term_wait_gone(kiosk, "Asking for"));
	fixture_freeze_vault(fixture, false);
	assert_true(term_wait(kiosk, "your transaction is successful"));
}

static long
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Esc acts within 50 ms, once at least, as the machine is shared. */
static void
test_escape(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);
	struct patience bound;
	long begin, took;

	patience_begin(&bound, ESCAPE_BOUND_MS);
	do {
		assert_false(patience_is_over(&bound));
		assert_true(term_wait(kiosk, "press any key"));
		term_send(kiosk, " ");
		assert_true(term_wait(kiosk, "Open an account"));
		begin = now_us();
		term_send(kiosk, "\033");
		assert_true(term_wait(kiosk, "press any key"));
		took = now_us() - begin;
	} while (took >= 50000);
}

/* A tick of the clock costs a serial line little: the usual one of ten. */
static void
test_tick(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);
	size_t before, ticks[10], small = 0;

	assert_true(term_wait(kiosk, "connected"));
	term_take(kiosk, 500);
	for (size_t i = 0; i < 10; i++) {
		before = term_bytes(kiosk);
		assert_true(term_wait_bytes(kiosk, before));
		term_take(kiosk, 200);
		ticks[i] = term_bytes(kiosk) - before;
		small += ticks[i] < 200;
	}
	/* One in ten changes the tens too. */
	assert_true(small >= 8);
}

#define SCREEN_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_signals),
		SCREEN_TEST(test_crash),
		SCREEN_TEST(test_hang_up),
		SCREEN_TEST(test_interrupt_leaves),
		SCREEN_TEST(test_kiosk_mode),
		SCREEN_TEST(test_resize),
		SCREEN_TEST(test_touch),
		SCREEN_TEST(test_touch_accents),
		SCREEN_TEST(test_common_keys),
		SCREEN_TEST(test_looks),
		SCREEN_TEST(test_large),
		SCREEN_TEST(test_large_small),
		SCREEN_TEST(test_large_no_color),
		SCREEN_TEST(test_themes),
		SCREEN_TEST(test_idle),
		SCREEN_TEST(test_idle_listener),
		SCREEN_TEST(test_spinner),
		SCREEN_TEST(test_money_is_named_first),
		SCREEN_TEST(test_escape),
		SCREEN_TEST(test_tick),
	};

	expected_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
