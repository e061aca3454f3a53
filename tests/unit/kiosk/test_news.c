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

/* And that it did is known. */
static void
test_the_oldest_gives_way(void **state)
{
	struct news news = { .count = 0 };
	struct sentence line = { .words = "read" };

	(void)state;
	news_add(&news, 0, &line, false);
	line.words = "new";
	news_add(&news, 1795183407, &line, true);
	assert_int_equal(news.count, 2);
	assert_int_equal(news.unread, 1);
	assert_string_equal(news.lines[0].what.words, "read");
	assert_string_equal(news.lines[1].what.words, "new");
	assert_int_equal(news.lines[1].when, 1795183407);
	for (int i = 1; i <= NEWS_LINES + 1; i++) {
		assert_int_equal(news.dropped, i > NEWS_LINES - 1);
		snprintf(line.text, sizeof(line.text), "line %d", i);
		news_add(&news, 0, &line, true);
	}
	assert_int_equal(news.count, NEWS_LINES);
	assert_int_equal(news.unread, NEWS_LINES);
	assert_string_equal(news.lines[0].what.text, "line 2");
	assert_string_equal(news.lines[NEWS_LINES - 1].what.text, line.text);
	news_forget(&news);
	assert_int_equal(news.count, 0);
	assert_null(news.lines);
}

/* Each once, wherever it stands. */
static void
test_reading(void **state)
{
	const struct sentence line = { .words = "line" };
	struct news news = { .count = 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		news_add(&news, 0, &line, true);
	news_read(&news, 1);
	news_read(&news, 1);
	assert_int_equal(news.unread, 2);
	assert_false(news.lines[1].unread);
	assert_true(news.lines[0].unread && news.lines[2].unread);
	news_forget(&news);
}

/* A title stands in the list, and is none of what it tells. */
static void
test_a_title_is_no_notice(void **state)
{
	const struct sentence line = { .words = "line" };
	struct news news = { .count = 0 };

	(void)state;
	news_add(&news, 0, &line, true);
	news_add(&news, 0, &line, true);
	news_add_title(&news, &line);
	news_add(&news, 0, &line, true);
	assert_int_equal(news.unread, 3);
	assert_int_equal(news_notices(&news, 1), 1);
	assert_int_equal(news_notices(&news, 2), 1);
	assert_int_equal(news_notices(&news, 3), 2);
	assert_int_equal(news_notices(&news, news.count), 3);
	news_forget(&news);
}

static void
test_what_became_of_it(void **state)
{
	static const struct {
		const char *request, *done, *not_done;
	} rows[] = {
		{ "1 " TXID " 1 fey 1250.5 2",
		    "Your earlier transfer of $1,250.50 to fey was completed",
		    "Your earlier transfer of $1,250.50 to "
		    "fey was not completed" },
		{ "DEPOSIT " TXID " 2 20",
		    "Your earlier deposit of $20.00 was completed",
		    "Your earlier deposit of $20.00 was not completed" },
		{ "WITHDRAW " TXID " 1 0.01",
		    "Your earlier withdrawal of $0.01 was completed",
		    "Your earlier withdrawal of $0.01 was not completed" },
	};
	static const char *const others[] = { "", "1", "1 " TXID " 1 fey",
		"1 " TXID " 1 fey five", "DEPOSIT " TXID " 2",
		"WITHDRAW " TXID " 1 0", "REVERSE " TXID " 1 5", "2" };
	struct sentence what;
	char line[SENTENCE_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		assert_true(news_settled(&what, rows[i].request, true));
		assert_string_equal(
		    sentence_write(&what, "$", line), rows[i].done);
		assert_true(news_settled(&what, rows[i].request, false));
		assert_string_equal(
		    sentence_write(&what, "$", line), rows[i].not_done);
	}
	for (size_t i = 0; i < NELEM(others); i++) {
		assert_false(news_settled(&what, others[i], true));
		assert_string_equal(sentence_write(&what, "$", line), "");
	}
}

static void
test_why_it_is_over(void **state)
{
	(void)state;
	assert_string_equal(
	    news_session_over(BANK_OVER), "Your session has ended");
	assert_string_equal(news_session_over(BANK_UNDONE),
	    "Your session has ended. Your request was not completed.");
	assert_string_equal(news_session_over(BANK_LOST),
	    "Connection lost. Check your statement before trying again.");
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
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_a_title_is_no_notice),
		cmocka_unit_test(test_what_became_of_it),
		cmocka_unit_test(test_why_it_is_over),
		cmocka_unit_test(test_a_certificate_and_a_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
