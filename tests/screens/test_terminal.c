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
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "../lib/patience.h"
#include "expected.h"
#include "fixture.h"

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
	assert_true(term_wait(kiosk, "Password"));
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
	assert_true(term_wait(kiosk, "Recipient's ID"));
	term_send(kiosk, "fey\r12.5");
	assert_true(term_wait(kiosk, "$12.50"));
	term_resize(kiosk, 10, 40);
	assert_true(term_wait(kiosk, "make this window larger"));
	expect_screen(kiosk, "too-small", false);
	term_send(kiosk, "\033"); /* what isn't seen isn't pressed */
	term_resize(kiosk, 10, 41);
	assert_true(term_wait(kiosk, "41x10"));
	term_resize(kiosk, 40, 120);
	assert_true(term_wait(kiosk, "Recipient's ID"));
	expect_screen(kiosk, "large-transfer", false);
	term_send(kiosk, "0");
	term_resize(kiosk, 24, 80);
	assert_true(term_wait(kiosk, "12.50"));
	term_send(kiosk, "\r");
	assert_true(
	    term_wait(kiosk, "Send $12.50 from your savings account to fey?"));
}

static void
click(struct term *kiosk, const char *text)
{
	int row, column;

	assert_true(term_wait(kiosk, text));
	assert_true(term_find(kiosk, text, &row, &column));
	term_click(kiosk, row, column);
}

/* Presses keys of the keypad's letters, until each shows in its field. */
static void
press(struct term *kiosk, const char *keys, bool secret)
{
	char shown[64] = "┃ ";
	size_t length = strlen(shown);
	int row, column;

	for (; *keys != '\0'; keys++) {
		assert_true(term_find(kiosk,
		    (char[]) { ' ', ' ', *keys, ' ', '\0' }, &row, &column));
		term_click(kiosk, row, column + 2);
		length +=
		    (size_t)snprintf(shown + length, sizeof(shown) - length,
			"%.*s", secret ? 3 : 1, secret ? "•" : keys);
		assert_true(term_wait(kiosk, shown));
	}
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
	press(kiosk, "chris", false);
	assert_true(term_wait(kiosk, "chris"));
	click(kiosk, "│                                  │");
	press(kiosk, CHRIS, true);
	assert_true(term_wait(kiosk, "••••"));
	click(kiosk, "│ Enter │");
	click(kiosk, "2. Check account balance");
	assert_true(term_wait(kiosk, "balance: $10,000.00"));
	click(kiosk, "any key back");
	click(kiosk, "1. Transfer money");
	click(kiosk, "2. Checking");
	click(kiosk, "Keypad");
	assert_true(term_wait(kiosk, "ABC"));
	click(kiosk, "│                                  │");
	assert_true(term_wait(kiosk, "abc"));
	expect_screen(kiosk, "keypad-digits", false);
	click(kiosk, "Cancel");
	click(kiosk, "3. Exit");
	assert_true(term_wait(kiosk, "Goodbye!"));
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
		{ "2", "Recipient's ID", NULL },
		{ "fey\r250.50\r", "Enter: yes", "sure" },
		{ "\r", "your transaction is successful", "result" },
		{ " ", "Check", NULL },
		{ "3", "Goodbye!", NULL },
	};
	struct term *kiosk =
	    fixture_kiosk(fixture, rows, columns, large, environment);
	char name[64];

	assert_true(term_wait(kiosk, "press any key"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Password"));
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
	assert_true(term_wait(kiosk, "Asking for your account's details..."));
	term_send(kiosk, "fey\r5\r");
	assert_true(term_wait(kiosk, "Enter: yes"));
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "The bank is carrying it out..."));
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
		SCREEN_TEST(test_looks),
		SCREEN_TEST(test_large),
		SCREEN_TEST(test_large_small),
		SCREEN_TEST(test_large_no_color),
		SCREEN_TEST(test_themes),
		SCREEN_TEST(test_idle),
		SCREEN_TEST(test_spinner),
		SCREEN_TEST(test_money_is_named_first),
		SCREEN_TEST(test_escape),
		SCREEN_TEST(test_tick),
	};

	expected_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
