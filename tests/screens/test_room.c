/* SPDX-License-Identifier: ISC */
/*
 * Large terminals: menu, statement, charts and balances take all the room that
 * there is.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "expected.h"
#include "fixture.h"

#define TRANSFERS 60 /* more than has room */

/* A busy past: each transfer of another amount, every third to savings. */
static void
make_past(struct fixture *fixture)
{
	char input[TRANSFERS * 40 + 64] = "chris\n" CHRIS "\n";
	size_t used = strlen(input);

	for (int i = 1; i <= TRANSFERS; i++)
		used += (size_t)snprintf(input + used, sizeof(input) - used,
		    "transfer %s %d.25\n", i % 3 == 0 ? "chris" : "fey",
		    i * 7 % 23 + 1);
	strcat(input, "exit\n");
	fixture_plain(fixture, input);
}

static void
see(struct term *kiosk, const char *size, const char *send, const char *wait,
    const char *screen)
{
	char name[64];

	term_send(kiosk, send);
	assert_true(term_wait(kiosk, wait));
	snprintf(name, sizeof(name), "en-%s/%s", size, screen);
	expect_screen(kiosk, name, false);
}

static void
walk(struct fixture *fixture, int rows, int columns, const char *size)
{
	struct term *kiosk;

	make_past(fixture);
	kiosk = fixture_kiosk(fixture, rows, columns, NULL, NULL);
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Please enter your ID"));
	term_send(kiosk, "chris\r" CHRIS "\r");
	see(kiosk, size, "", "Account services", "menu");
	see(kiosk, size, "2", "┤", "balance");
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Please select"));
	see(kiosk, size, "6", "of 82", "statement");
	see(kiosk, size, "1", "82 of 82", "statement-end");
	see(kiosk, size, "0", "┤", "statement-chart");
}

static void
test_200x60(void **state)
{
	walk(*state, 60, 200, "200x60");
}

static void
test_100x30(void **state)
{
	walk(*state, 30, 100, "100x30");
}

#define ROOM_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(test_200x60),
		ROOM_TEST(test_100x30),
	};

	expected_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
