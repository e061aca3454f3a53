/* SPDX-License-Identifier: ISC */
/*
 * What the bank tells unasked, in words, and the list of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "../../../atm-tui/bank/news.h"
#include "../../../shared/base/util.h"

#define TXID "0123456789abcdef0123456789abcdef"

static void
test_the_oldest_gives_way(void **state)
{
	struct news news = { .count = 0 };
	char line[32];

	(void)state;
	news_add(&news, "read", false);
	news_add(&news, "new", true);
	assert_int_equal(news.count, 2);
	assert_int_equal(news.unread, 1);
	assert_string_equal(news.lines[0], "read");
	for (int i = 1; i <= NEWS_LINES + 1; i++) {
		snprintf(line, sizeof(line), "line %d", i);
		news_add(&news, line, true);
	}
	assert_int_equal(news.count, NEWS_LINES);
	assert_int_equal(news.unread, NEWS_LINES);
	assert_string_equal(news.lines[0], "line 2");
	assert_string_equal(news.lines[NEWS_LINES - 1], line);
}

static void
test_what_became_of_it(void **state)
{
	static const struct {
		const char *request, *done, *not_done;
	} rows[] = {
		{ "1 " TXID " 1 fey 1250.5 2",
		    "Carried out: your earlier transfer of $1,250.50 to fey",
		    "Not carried out: your earlier transfer of $1,250.50 to "
		    "fey" },
		{ "DEPOSIT " TXID " 2 20",
		    "Carried out: your earlier deposit of $20.00",
		    "Not carried out: your earlier deposit of $20.00" },
		{ "WITHDRAW " TXID " 1 0.01",
		    "Carried out: your earlier withdrawal of $0.01",
		    "Not carried out: your earlier withdrawal of $0.01" },
	};
	static const char *const others[] = { "", "1", "1 " TXID " 1 fey",
		"1 " TXID " 1 fey five", "DEPOSIT " TXID " 2",
		"WITHDRAW " TXID " 1 0", "REVERSE " TXID " 1 5", "2" };
	char line[NEWS_LINE_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		assert_true(news_settled(line, rows[i].request, true, "$"));
		assert_string_equal(line, rows[i].done);
		assert_true(news_settled(line, rows[i].request, false, "$"));
		assert_string_equal(line, rows[i].not_done);
	}
	for (size_t i = 0; i < NELEM(others); i++) {
		assert_false(news_settled(line, others[i], true, "$"));
		assert_string_equal(line, "");
	}
}

static void
test_why_it_is_over(void **state)
{
	(void)state;
	assert_string_equal(
	    news_session_over(BANK_OVER), "Your session has ended");
	assert_string_equal(news_session_over(BANK_LOST),
	    "Link lost: see your statement before you repeat anything");
}

static void
test_a_certificate_and_a_clock(void **state)
{
	/* 2026-11-20 14:03:27 and a year later */
	const struct channel_validity validity = {
		.found = true, .begins = 1795183407, .ends = 1826719407
	};
	char certificate[NEWS_LINE_SIZE], clock[NEWS_LINE_SIZE];

	(void)state;
	setenv("TZ", "UTC", 1);
	assert_true(news_is_early(&validity, validity.begins - 1));
	assert_false(news_is_early(&validity, validity.begins));
	news_validity(certificate, clock, &validity, validity.begins - 60);
	assert_string_equal(certificate,
	    "The bank's certificate is valid from 20 Nov 2026 14:03");
	assert_string_equal(
	    clock, "This machine's clock says 20 Nov 2026 14:02");
	news_validity(certificate, clock, &validity, validity.ends + 60);
	assert_string_equal(certificate,
	    "The bank's certificate was valid until 20 Nov 2027 14:03");
	assert_string_equal(
	    clock, "This machine's clock says 20 Nov 2027 14:04");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_oldest_gives_way),
		cmocka_unit_test(test_what_became_of_it),
		cmocka_unit_test(test_why_it_is_over),
		cmocka_unit_test(test_a_certificate_and_a_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
