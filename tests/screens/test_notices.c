/* SPDX-License-Identifier: ISC */
/*
 * Notices on the screens, on the real programs.
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
	fixture_send_to(sender, "fey");
	term_send(sender, "5\r\r");
	assert_true(term_wait(sender, "Enter: yes"));
	term_send(sender, "\r");
	assert_true(term_wait(sender, "your transaction is successful"));
	assert_true(term_wait(receiver, "$5.00"));
	expect_screen(receiver, "banner", false);
	assert_true(term_wait_gone(receiver, "● You have received"));
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

/* What a screen says below its header; malloc'd. */
static char *
below_header(struct term *kiosk)
{
	char *screen = term_dump(kiosk, false), *below;

	below = strchr(strchr(screen, '\n') + 1, '\n') + 1;
	memmove(screen, below, strlen(below) + 1);
	return screen;
}

/* A notice comes at a question and at an answer: both can still be read. */
static void
test_a_notice_covers_nothing(void **state)
{
	static const struct {
		const char *keys, *words;
	} stops[] = {
		{ "1", "2. Checking" },
		{ "1", "Another ID" },
		{ "2", "Recipient's ID" },
		{ "fey\r5\r\r", "Enter: yes" },
		{ "\r", "your transaction is successful" },
		{ "x", "3. Exit" },
		{ "9", "incorrect input" },
	};
	char amount[64], *before, *after;
	struct term *kiosk = fixture_kiosk(*state, 20, 60, NULL, NULL);

	fixture_log_in(kiosk, "chris", CHRIS);
	for (unsigned i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		term_send(kiosk, stops[i].keys);
		assert_true(term_wait(kiosk, stops[i].words));
		/* Once it is whole: as it was a moment ago. */
		for (before = below_header(kiosk);; before = after) {
			term_take(kiosk, 100);
			after = below_header(kiosk);
			if (strcmp(after, before) == 0)
				break;
			free(before);
		}
		free(after);
		snprintf(amount, sizeof(amount),
		    "fey\n" FEY "\n1\n1\nchris\n%u\n", 1000 + i);
		fixture_plain(*state, amount);
		snprintf(amount, sizeof(amount),
		    "● You have received $1,00%u.00 from fey", i);
		assert_true(term_wait(kiosk, amount));
		after = below_header(kiosk);
		/* The menu counts notices. */
		if (strstr(before, "7. Account services") == NULL)
			assert_string_equal(after, before);
		assert_non_null(strstr(after, stops[i].words));
		free(before);
		free(after);
	}
}

#define SCREEN_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_notice_udp),
		SCREEN_TEST(test_notice_tls),
		SCREEN_TEST(test_a_notice_covers_nothing),
	};

	expected_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
