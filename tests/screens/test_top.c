/* SPDX-License-Identifier: ISC */
/*
 * `bankctl top` in a terminal: the whole screen where it stands still, what
 * must come where figures move, and the terminal given back on every way out.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "../lib/contrast.h"
#include "../lib/patience.h"
#include "expected.h"
#include "fixture.h"

#define ROWS 24
#define COLUMNS 80
#define FULL_BLOCK "█"
#define TRY_MS 50
/* Rows of the parts at this size. */
#define CHART_LAST 10
#define COMMITS_TITLE 11
#define COMMITS_FIRST 12
#define COMMITS_LAST 16
#define OWN_BACKGROUND 0x1c1c1c

static struct term *
open_sized(struct fixture *fixture, int rows, int columns,
    const char *const more_environment[])
{
	static char bankctl[FIXTURE_PATH], config[FIXTURE_PATH + 32],
	    asan[FIXTURE_PATH + 32];
	const char *const argv[] = { bankctl, "-c", config, "top", NULL };
	const char *build = getenv("BUILD"), *options = getenv("ASAN_OPTIONS");
	const char *environment[8];
	size_t n = 0;

	snprintf(bankctl, sizeof(bankctl), "%s/bankctl",
	    build != NULL ? build : "build");
	snprintf(
	    config, sizeof(config), "%s/etc/bankd.ini", fixture->directory);
	snprintf(asan, sizeof(asan), "ASAN_OPTIONS=%s",
	    options != NULL ? options : "");
	environment[n++] = asan;
	while (more_environment != NULL && more_environment[n - 1] != NULL) {
		environment[n] = more_environment[n - 1];
		n++;
	}
	environment[n] = NULL;
	fixture->other = term_open(argv, environment, rows, columns);
	return fixture->other;
}

static struct term *
open_top(struct fixture *fixture, const char *const environment[])
{
	return open_sized(fixture, ROWS, COLUMNS, environment);
}

/* One that stands still. */
static struct term *
pause_top(struct term *top)
{
	assert_true(term_wait(top, "serving"));
	assert_true(term_wait(top, "kiosk-1"));
	term_send(top, "p");
	assert_true(term_wait(top, "paused, every 1 s"));
	return top;
}

static struct term *
open_paused(struct fixture *fixture, const char *const environment[])
{
	return pause_top(open_top(fixture, environment));
}

static void
test_screen(void **state)
{
	expect_screen(open_paused(*state, NULL), "top", true);
}

static void
test_large_screen(void **state)
{
	expect_screen(
	    pause_top(open_sized(*state, 43, 132, NULL)), "top-132x43", true);
}

static void
test_small_screen(void **state)
{
	expect_screen(
	    pause_top(open_sized(*state, 16, 60, NULL)), "top-60x16", false);
}

/* Of a terminal without one, by another's description. */
static void
test_without_a_description(void **state)
{
	static const char *const unheard[] = { "TERM=of-no-terminfo", NULL };
	struct term *top = open_paused(*state, unheard);

	term_send(top, "q");
	assert_int_equal(term_wait_end(top), 0);
	assert_true(term_wait(top, "no description of the terminal"));
}

static void
assert_readable(struct term *top, unsigned background)
{
	struct term_look look;

	for (int y = 0; y < ROWS; y++) {
		for (int x = 0; x < COLUMNS; x++) {
			look = term_look(top, y, x);
			assert_true(contrast_of(look.fg, look.bg) >= 4.5);
			assert_true(look.bg == background ||
			    contrast_of(look.bg, background) >= 4.5);
		}
	}
}

/* On its own background, whichever the terminal's is. */
static void
test_contrast(void **state)
{
	struct term *top = open_paused(*state, NULL);

	for (int y = 0; y < ROWS; y++) {
		for (int x = 0; x < COLUMNS; x++)
			assert_int_equal(
			    term_look(top, y, x).bg, OWN_BACKGROUND);
	}
	assert_readable(top, OWN_BACKGROUND);
}

static void
test_contrast_of_eight_colours(void **state)
{
	static const char *const eight[] = { "TERM=xterm", NULL };
	struct term *top = open_paused(*state, eight);

	assert_readable(top, 0x000000);
	expect_screen(top, "top-8", true);
}

static void
test_no_color(void **state)
{
	static const char *const no_color[] = { "NO_COLOR=1", NULL };

	expect_screen(open_paused(*state, no_color), "top-no-color", true);
}

static void
test_ascii(void **state)
{
	static const char *const ascii[] = { "LANG=C", NULL };

	expect_screen(open_paused(*state, ascii), "top-ascii", false);
}

static void
send_money(struct fixture *fixture)
{
	struct term *kiosk = fixture_plain_kiosk(fixture);

	fixture_log_in(kiosk, "chris", CHRIS);
	term_send(kiosk, "1");
	assert_true(term_wait(kiosk, "2. Checking"));
	term_send(kiosk, "1");
	fixture_send_to(kiosk, "fey");
	term_send(kiosk, "5\r\r");
	assert_true(term_wait(kiosk, "Enter: yes"));
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "your transaction is successful"));
}

/*
 * Waits for a bar in one of these rows, left of this column; its column, or
 * -1 at the bound.  Before it there are characters of one byte alone.
 */
static int
wait_for_bar(struct term *top, int first_row, int last_row, int before)
{
	struct patience bound;

	patience_begin(&bound, TERM_WAIT_MS);
	while (!patience_is_over(&bound)) {
		for (int row = first_row; row <= last_row; row++) {
			const char *line = term_row(top, row);
			const char *bar = strstr(line, FULL_BLOCK);

			if (bar != NULL && bar - line < before)
				return (int)(bar - line);
		}
		term_take(top, TRY_MS);
	}
	return -1;
}

/* A transfer shows in figures, chart, histogram and events. */
static void
test_figures_move(void **state)
{
	static const char *const words[] = { "log", "debug", NULL };
	struct fixture *fixture = *state;
	struct term *top;
	int column;

	assert_int_equal(fixture_bankctl(fixture, words), 0);
	send_money(fixture);
	top = open_top(fixture, NULL);
	assert_true(term_wait(top, "Commits   p50 "));
	assert_true(term_wait(top, "sessions 1"));
	assert_true(term_wait(top, "last minute 1"));
	assert_true(wait_for_bar(top, COMMITS_FIRST, COMMITS_LAST, 40) >= 20);
	assert_true(term_wait(top, "now 0, peak 0"));
	term_close(fixture->kiosk);
	fixture->kiosk = NULL;
	send_money(fixture);
	assert_true(term_wait(top, "transaction kind=transfer"));
	assert_true(term_wait_gone(top, "peak 0"));
	assert_true(term_wait(top, "last minute 2"));
	/* The chart moves on, to the left. */
	column = wait_for_bar(top, CHART_LAST, CHART_LAST, COLUMNS);
	assert_true(column > 0);
	assert_true(wait_for_bar(top, CHART_LAST, CHART_LAST, column) >= 0);
	assert_true(term_wait(top, "now 0, peak "));
}

/* The row that begins with what the title says of half; 0: none, as the
 * figures have moved between. */
static int
row_of_half(struct term *top)
{
	char half[32];

	snprintf(half, sizeof(half), "%.20s",
	    term_row(top, COMMITS_TITLE) + strlen(" Commits   p50 "));
	half[strcspn(half, ",")] = '\0';
	for (int row = COMMITS_FIRST; row <= COMMITS_LAST; row++) {
		if (strncmp(term_row(top, row) + 1, half, strlen(half)) == 0)
			return row;
	}
	return 0;
}

/* Half of the commits end in a row of their own, and it alone is marked. */
static void
test_half_of_the_commits(void **state)
{
	static const char *const deposit[] = { "deposit", "joe", "1", "1",
		"--reason", "x", NULL };
	struct fixture *fixture = *state;
	struct patience bound;
	struct term *top;
	int half = 0;

	for (int i = 0; i < 5; i++)
		assert_int_equal(fixture_bankctl(fixture, deposit), 0);
	top = open_top(fixture, NULL);
	assert_true(term_wait(top, "Commits   p50 "));
	patience_begin(&bound, TERM_WAIT_MS);
	while ((half = row_of_half(top)) == 0 && !patience_is_over(&bound))
		term_take(top, TRY_MS);
	assert_int_not_equal(half, 0);
	for (int row = COMMITS_FIRST; row <= COMMITS_LAST; row++)
		assert_int_equal(term_look(top, row, 1).bold, row == half);
}

static void
add_kiosk(struct fixture *fixture, const char *name)
{
	char path[FIXTURE_PATH + 64];
	const char *const words[] = { "kiosk", "add", "--key", path, name,
		"--reason", "x", NULL };

	snprintf(path, sizeof(path), "%s/%s.key", fixture->directory, name);
	assert_int_equal(fixture_bankctl(fixture, words), 0);
}

/* Each with its name, when it was last seen, and from where. */
static void
test_kiosks(void **state)
{
	static const char *const names[] = { "a-kiosk-with-a-long-name", "b",
		"c", "d", "e", "f" };
	struct fixture *fixture = *state;
	struct term *top = open_top(fixture, NULL);

	assert_true(term_wait(top, "kiosk-1   never       -"));
	send_money(fixture);
	assert_true(term_wait(top, " s         127.0.0.1"));
	assert_true(term_wait_gone(top, "never"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add_kiosk(fixture, names[i]);
	assert_true(term_wait(top, "and 3 more: bankctl kiosk list"));
	assert_true(term_wait(top, "a-kiosk-… never"));
	term_resize(top, 43, 132);
	assert_true(term_wait(top, "a-kiosk-with-a-long-name "));
	assert_true(term_wait_gone(top, "more: bankctl"));
}

/* What waits for an operator, and what the bank has not sent. */
static void
test_backlog(void **state)
{
	static const char *const deposit[] = { "deposit", "chris", "1", "500",
		"--reason", "x", NULL };
	struct fixture *fixture = *state;
	struct term *top;

	fixture_configure(fixture, "[operators]\nfour_eyes_over = 100\n");
	top = open_top(fixture, NULL);
	assert_true(term_wait(top, "lots 0  unsent 0 B  requests 0  cases 0"));
	(void)fixture_bankctl(fixture, deposit);
	assert_true(term_wait(top, "requests 1  cases 0"));
}

/* Of a long line the end is cut, and a sign says so. */
static void
test_cut_lines(void **state)
{
	static const char *const words[] = { "log", "debug", NULL };
	struct fixture *fixture = *state;
	struct term *top = open_top(fixture, NULL);
	int row, column;

	assert_int_equal(fixture_bankctl(fixture, words), 0);
	send_money(fixture);
	assert_true(term_wait(top, "…"));
	assert_true(term_find(top, "…", &row, &column));
	assert_int_equal(column, COLUMNS - 2);
	assert_true(row > COMMITS_LAST + 1);
}

static void
test_alarms(void **state)
{
	static const char *const pause[] = { "pause", NULL };
	static const char *const resume[] = { "resume", NULL };
	struct fixture *fixture = *state;
	struct term *top = open_top(fixture, NULL);

	assert_true(term_wait(top, "none"));
	assert_int_equal(fixture_bankctl(fixture, pause), 0);
	assert_true(term_wait(top, "transactions refused, paused"));
	assert_true(term_wait(top, "paused transactions=refused"));
	assert_int_equal(fixture_bankctl(fixture, resume), 0);
	assert_true(term_wait_gone(top, "refused, paused"));
	kill(fixture_child(fixture, "vault"), SIGKILL);
	assert_true(term_wait(top, "vault restarted: 1"));
	assert_true(term_wait(top, "ended process=vault"));
	fixture_stop_bank(fixture);
	assert_true(term_wait(top, "the bank does not run"));
	assert_true(term_wait(top, "  down"));
	fixture_start_bank(fixture);
	assert_true(term_wait(top, "serving, up"));
	assert_true(term_wait_gone(top, "does not run"));
	assert_true(term_wait(top, "none"));
}

static void
test_keys(void **state)
{
	struct term *top = open_top(*state, NULL);

	assert_true(term_wait(top, "every 1 s"));
	term_send(top, "+");
	assert_true(term_wait(top, "every 2 s"));
	term_send(top, "--");
	assert_true(term_wait(top, "every 0.5 s"));
	term_send(top, "---");
	assert_true(term_wait(top, "every 0.2 s"));
	term_send(top, "++++++++++");
	assert_true(term_wait(top, "every 60 s"));
	term_send(top, "p");
	assert_true(term_wait(top, "paused, every 60 s"));
	term_send(top, "p");
	assert_true(term_wait_gone(top, "paused"));
}

static void
test_sizes(void **state)
{
	struct term *top = open_top(*state, NULL);

	assert_true(term_wait(top, "q quit"));
	term_resize(top, 15, 80);
	assert_true(term_wait(top, "too small: 60x16"));
	term_resize(top, 16, 59);
	assert_true(term_wait_gone(top, "q quit"));
	assert_true(term_wait(top, "too small: 60x16"));
	term_resize(top, 16, 60);
	assert_true(term_wait(top, "q quit"));
	assert_true(term_wait(top, "Alarms"));
	assert_true(term_wait(top, "Events"));
	assert_true(term_wait(top, "customers 3"));
	term_resize(top, 60, 200);
	assert_true(term_wait(top, "384 us"));
	assert_true(term_wait(top, "more")); /* the last bucket */
}

static void
assert_ended(struct term *top)
{
	int status = term_wait_end(top);

	assert_true(status != -1 && WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(term_alternate(top));
	assert_false(term_mouse(top));
}

static void
test_ways_out(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT };
	static const char *const keys[] = { "q", "Q", "\003" };
	struct fixture *fixture = *state;
	struct term *top;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		top = open_top(fixture, NULL);
		assert_true(term_wait(top, "q quit"));
		assert_true(term_alternate(top));
		assert_false(term_mouse(top));
		term_send(top, keys[i]);
		assert_ended(top);
		term_close(top);
		top = open_top(fixture, NULL);
		assert_true(term_wait(top, "q quit"));
		kill(term_pid(top), signals[i]);
		assert_ended(top);
		term_close(top);
	}
	top = open_top(fixture, NULL);
	assert_true(term_wait(top, "q quit"));
	term_hang_up(top);
	assert_true(term_wait_end(top) != -1);
}

/* Before the screen is taken it is said in a line. */
static void
test_no_bank(void **state)
{
	struct fixture *fixture = *state;
	struct term *top;
	int status;

	fixture_stop_bank(fixture);
	top = open_top(fixture, NULL);
	assert_true(term_wait(top, "the bank does not run"));
	status = term_wait_end(top);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 69);
	assert_false(term_alternate(top));
}

#define TOP_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TOP_TEST(test_screen),
		TOP_TEST(test_without_a_description),
		TOP_TEST(test_large_screen),
		TOP_TEST(test_small_screen),
		TOP_TEST(test_contrast),
		TOP_TEST(test_contrast_of_eight_colours),
		TOP_TEST(test_no_color),
		TOP_TEST(test_ascii),
		TOP_TEST(test_figures_move),
		TOP_TEST(test_half_of_the_commits),
		TOP_TEST(test_kiosks),
		TOP_TEST(test_backlog),
		TOP_TEST(test_cut_lines),
		TOP_TEST(test_alarms),
		TOP_TEST(test_keys),
		TOP_TEST(test_sizes),
		TOP_TEST(test_ways_out),
		TOP_TEST(test_no_bank),
	};

	expected_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
