/* SPDX-License-Identifier: ISC */
/*
 * The kiosk in Arabic, which is written from right to left: touch, keys,
 * digits, and what is sent where the terminal turns it over.  Whole screens are
 * in the tours.
 */
#include <ctype.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../shared/base/file.h"
#include "../lib/patience.h"
#include "arabic.h"
#include "fixture.h"

#define TAKE_MS 30
#define MESSAGE "شكرا fey على الغداء"
#define PATIENCE 500 /* tries, of some milliseconds each */
#define PAPER_SIZE 65536

static const char *const arabic[] = { "-o", "screen.language=ar", NULL };

static void
to_login(struct term *kiosk)
{
	assert_true(term_wait(kiosk, "██"));
	term_send(kiosk, " ");
	assert_true(term_wait_gone(kiosk, "██"));
}

/* Touched where it is seen: the first item is at the right. */
static void
test_touch(void **state)
{
	struct term *kiosk = fixture_kiosk(*state, 24, 80, arabic, NULL);
	int row, column;

	to_login(kiosk);
	term_send(kiosk, "chris\r" CHRIS "\r");
	assert_true(term_wait(kiosk, ".7 "));
	assert_true(term_find(kiosk, ".5 ", &row, &column));
	assert_true(column < 40);
	term_click(kiosk, row, column);
	assert_true(term_wait_gone(kiosk, ".7 "));
	assert_true(term_find(kiosk, ".2 ", &row, &column));
	assert_true(column > 40);
	term_send(kiosk, "2");
	assert_true(term_wait(kiosk, "$60.00 .3"));
	/* An arrow goes where it points. */
	term_send(kiosk, "\033[D\r");
	assert_true(term_wait_gone(kiosk, "$60.00"));
	assert_true(term_wait(kiosk, "$100.00"));
}

/* What is none of the kiosk's: a name, and what stands on a key. */
static const char *const latin[] = { "kiosk-1", "F1", "F2", "F3" };

static const char *
latin_digit(const char *screen)
{
	for (size_t i, length; *screen != '\0'; screen += length) {
		length = 1;
		for (i = 0; i < sizeof(latin) / sizeof(latin[0]); i++)
			if (strncmp(screen, latin[i], strlen(latin[i])) == 0)
				length = strlen(latin[i]);
		if (length == 1 && isdigit((unsigned char)*screen))
			return screen;
	}
	return NULL;
}

static void
no_latin_digit(struct term *kiosk)
{
	char *screen = term_dump(kiosk, false);
	struct patience bound;

	patience_begin(&bound, TERM_WAIT_MS);
	while (latin_digit(screen) != NULL) {
		if (patience_is_over(&bound)) {
			fprintf(stderr, "%s\n", screen);
			fail_msg("%.20s", latin_digit(screen));
		}
		free(screen);
		term_take(kiosk, TAKE_MS);
		screen = term_dump(kiosk, false);
	}
	free(screen);
}

static void
test_arabic_digits(void **state)
{
	static const struct {
		const char *keys, *english;
	} stops[] = {
		{ "", "press any key" },
		{ " ", "Please enter your ID" },
		{ "\r", "Open an account" },
		{ "chris\r", "Your ID is" },
		{ CHRIS "\r", "Transfer money" },
		{ "?", "Keys on this" },
		{ " 1", "select an account" },
		{ "1", "Another ID" },
		{ "2", "Recipient's ID" },
		{ "fey\r", "to send?" },
		{ "", "At most" },
		/* What an Arabic keyboard types is a digit too. */
		{ "\xd9\xa3.\xd9\xa2\xd9\xa5", "to send?" },
		{ "\r", "add a message?" },
		{ "\r", "Enter: yes" },
		{ "\r", "your transaction is successful" },
		{ "", "Reference" },
		{ "2", "Transfer money" },
		{ "2", "Your checking account balance" },
		{ " 42", "Available" },
		{ "7\r", "Enter: yes" },
		{ "\r", "your transaction is successful" },
		{ " 52", "Another amount" },
		{ "3", "Enter: yes" },
		{ " \r", "Please take your cash" },
		{ " 6", "Withdrawn" },
		{ "p", "like to print?" },
		{ "\033", "Withdrawn" },
		{ "\033", "Transfer money" },
		{ "7", "Close the account" },
		{ "1", "Last login" },
		{ "", "a minute" },
		{ " 2", "Old password" },
		{ CHRIS "\r", "Password" },
		{ "1\r1\r", "use at least" },
		{ "\033", "Old password" },
		{ "\033", "Close the account" },
		{ "\033", "Transfer money" },
		{ "3", "Goodbye!" },
		{ " ", "press any key" },
	};
	static const char *const options[] = { "-o", "screen.language=ar", "-o",
		"screen.digits=arabic", "-o", "receipt.directory=/", NULL };
	struct fixture *fixture = *state;
	struct term *kiosk;

	fixture_set_limits(fixture);
	fixture_configure(fixture, "[limits]\nrate = 20\n");
	kiosk = fixture_kiosk(fixture, 24, 80, options, NULL);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		term_send(kiosk, stops[i].keys);
		assert_true(arabic_wait(kiosk, stops[i].english));
		no_latin_digit(kiosk);
	}
	term_resize(kiosk, 10, 40);
	assert_true(arabic_wait(kiosk, "make this window"));
	no_latin_digit(kiosk);
	term_resize(kiosk, 24, 80);
	fixture_stop_bank(fixture);
	assert_true(arabic_wait(kiosk, "out of service"));
	no_latin_digit(kiosk);
}

/* Of two numbers the first one is at the right, as all that is read first. */
static void
test_order_of_numbers(void **state)
{
	struct term *kiosk = fixture_kiosk(*state, 24, 80, arabic, NULL);
	int hour, minute, second, day, month;

	to_login(kiosk);
	assert_int_equal(sscanf(term_row(kiosk, 0), " %d:%d:%d  %d/%d ", &hour,
			     &minute, &second, &day, &month),
	    5);
	term_send(kiosk, "chris\r" CHRIS "\r");
	assert_true(arabic_wait(kiosk, "Transfer money"));
	assert_true(term_wait(kiosk, ".chris ،"));
}

static void
to_message(struct term *kiosk)
{
	to_login(kiosk);
	term_send(kiosk, "chris\r" CHRIS "\r");
	assert_true(arabic_wait(kiosk, "Transfer money"));
	term_send(kiosk, "11");
	assert_true(arabic_wait(kiosk, "Another ID"));
	term_send(kiosk, "2");
	assert_true(arabic_wait(kiosk, "Recipient's ID"));
	term_send(kiosk, "fey\r5\r");
	assert_true(arabic_wait(kiosk, "add a message?"));
}

/* Letters of Arabic, and a digit, without a keyboard. */
static void
test_touch_letters(void **state)
{
	static const char *const touched[] = { "لوحة المفاتيح", "ABC",
		"#+=", "áéñ", "ضصث", "  ق  ", "  ه  ", "  و  ", "  ة  ", "جدذ",
		"  ٥  ", " إدخال " };
	struct fixture *fixture = *state;
	struct term *kiosk = fixture_kiosk(fixture, 24, 80, arabic, NULL);
	char *books;

	to_message(kiosk);
	for (size_t i = 0; i < sizeof(touched) / sizeof(touched[0]); i++)
		arabic_touch(kiosk, touched[i]);
	assert_true(arabic_wait(kiosk, "Enter: yes"));
	term_send(kiosk, "\r");
	assert_true(arabic_wait(kiosk, "your transaction is successful"));
	books = fixture_told(fixture, "export chris");
	assert_non_null(strstr(books, ",قهوة5,"));
	free(books);
}

/* Until the cursor stands so many columns after where the text begins. */
static void
expect_cursor(struct term *kiosk, const char *seen, int columns)
{
	int row, column, cursor_row = -1, cursor_column = -1;

	assert_true(term_wait(kiosk, seen));
	for (int i = 0; i < PATIENCE; i++) {
		assert_true(term_find(kiosk, seen, &row, &column));
		term_cursor(kiosk, &cursor_row, &cursor_column);
		if (cursor_row == row && cursor_column == column + columns)
			return;
		term_take(kiosk, 10);
	}
	fail_msg("the cursor is at %d,%d, not %d,%d", cursor_row, cursor_column,
	    row, column + columns);
}

/* It stands at the right and is joined while it is typed. */
static void
test_typed_message(void **state)
{
	struct term *kiosk = fixture_kiosk(*state, 24, 80, arabic, NULL);

	to_message(kiosk);
	term_send(kiosk, "شكرا");
	expect_cursor(kiosk, "  ﺍﺮﻜﺷ ┃", 1);
	/* To the right is back, over what was typed last. */
	term_send(kiosk, "\033[C");
	expect_cursor(kiosk, "  ﺍﺮﻜﺷ ┃", 2);
	term_send(kiosk, "\177");
	expect_cursor(kiosk, "  ﺎﻜﺷ ┃", 2);
	term_send(kiosk, "\033[F\177\177 غدا 7");
	expect_cursor(kiosk, "  7 ﺍﺪﻏ ﺵ ┃", 1);
	/* More than has room: the end of it is seen. */
	term_send(kiosk, " ا ا ا ا ا ا ا ا ا ا ا ا ا ا ق");
	expect_cursor(kiosk, "┃  ﻕ ﺍ ﺍ", 2);
	term_send(kiosk, "\033[H");
	expect_cursor(kiosk, "ﺍ ﺍ 7 ﺍﺪﻏ ﺵ ┃", 10);
	term_send(kiosk, "\r");
	assert_true(arabic_wait(kiosk, "Enter: yes"));
	assert_true(term_wait(kiosk, "ﺍ ﺍ 7 ﺍﺪﻏ ﺵ :"));
}

/* The line of a text that has a word, as it was written. */
static void
line_with(const char *text, const char *word, char line[256])
{
	const char *at = strstr(text, word);

	if (at == NULL) {
		fail_msg("no %s in\n%s", word, text);
		return;
	}
	while (at > text && at[-1] != '\n')
		at--;
	snprintf(line, 256, "%.*s", (int)strcspn(at, "\n"), at);
}

/* Values stand below each other, and amounts have their points so. */
static void
expect_column(const char *paper, const char *const words[][2], size_t count)
{
	size_t columns[8] = { 0 };
	char line[256];

	for (size_t i = 0; i < count; i++) {
		line_with(paper, words[i][0], line);
		columns[i] = arabic_columns_after(line, words[i][1]);
		if (columns[i] != columns[0])
			fail_msg("%s stands at %zu, not at %zu, in\n%s",
			    words[i][1], columns[i], columns[0], paper);
	}
}

static char *
read_paper(const char *directory, const char *kind)
{
	char pattern[2 * FIXTURE_PATH], *text;
	size_t length;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/%s-*", directory, kind);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(
	    file_read(found.gl_pathv[0], PAPER_SIZE, &text, &length), 0);
	globfree(&found);
	return text;
}

static void
test_paper(void **state)
{
	static const char *const pairs[][2] = { { "is\u2069", "***is" },
		{ "$5.00", "$5.00" }, { "$9,995.00", "$9,995.00" },
		{ "fey", "fey" } };
	static const char *const balances[][2] = { { "-5.00", "9,995.00" },
		{ "\u200e1\u2069", "10,000.00" },
		{ "\u200e2\u2069", "1,000.00" } };
	struct fixture *fixture = *state;
	char option[FIXTURE_PATH + 32], *paper;
	const char *const options[] = { "-o", "screen.language=ar", "-o",
		option, NULL };
	struct term *kiosk;

	snprintf(option, sizeof(option), "receipt.directory=%s/var",
	    fixture->directory);
	kiosk = fixture_kiosk(fixture, 24, 80, options, NULL);
	to_login(kiosk);
	term_send(kiosk, "chris\r" CHRIS "\r");
	assert_true(arabic_wait(kiosk, "Transfer money"));
	term_send(kiosk, "11");
	assert_true(arabic_wait(kiosk, "Another ID"));
	term_send(kiosk, "2fey\r5\r" MESSAGE "\r");
	assert_true(arabic_wait(kiosk, "Enter: yes"));
	term_send(kiosk, "\r");
	assert_true(arabic_wait(kiosk, "Receipt?"));
	term_send(kiosk, "1");
	assert_true(arabic_wait(kiosk, "take your receipt"));
	paper = read_paper(option + strlen("receipt.directory="), "receipt");
	/* Its words stand in the order of its own letters. */
	assert_non_null(strstr(paper, "\u2068" MESSAGE "\u2069"));
	expect_column(paper, pairs, sizeof(pairs) / sizeof(pairs[0]));
	free(paper);
	term_send(kiosk, " 6");
	assert_true(arabic_wait(kiosk, "Sent to"));
	term_send(kiosk, "p1");
	assert_true(arabic_wait(kiosk, "take your receipt"));
	paper = read_paper(option + strlen("receipt.directory="), "statement");
	assert_non_null(strstr(paper, "\u2068" MESSAGE "\u2069"));
	expect_column(paper, balances, sizeof(balances) / sizeof(balances[0]));
	free(paper);
}

/* The terminal gets the letters in the order in which they are read. */
static void
test_by_the_terminal(void **state)
{
	static const char *const options[] = { "-o", "screen.language=ar", "-o",
		"screen.right_to_left=terminal", NULL };
	struct term *kiosk = fixture_kiosk(*state, 24, 80, options, NULL);

	to_login(kiosk);
	assert_true(term_wait(kiosk, "اسم المستخدم"));
	term_send(kiosk, "chris\r" CHRIS "\r");
	assert_true(term_wait(kiosk, "1. تحويل"));
}

/* In a locale that can't show it, it isn't offered. */
static void
test_without_utf8(void **state)
{
	static const char *const ascii[] = { "LANG=C", "LC_ALL=C", NULL };
	struct term *kiosk = fixture_kiosk(*state, 24, 80, arabic, ascii);

	assert_true(term_wait(kiosk, "press any key"));
	term_send(kiosk, "LL");
	assert_true(term_wait(kiosk, "press any key"));
}

#define ARABIC_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		ARABIC_TEST(test_touch),
		ARABIC_TEST(test_arabic_digits),
		ARABIC_TEST(test_order_of_numbers),
		ARABIC_TEST(test_touch_letters),
		ARABIC_TEST(test_typed_message),
		ARABIC_TEST(test_paper),
		ARABIC_TEST(test_by_the_terminal),
		ARABIC_TEST(test_without_utf8),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
