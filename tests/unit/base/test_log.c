/* SPDX-License-Identifier: ISC */
/*
 * The log: what a line looks like, that nothing in a value can break out of
 * it, and that it never grows past its size.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../../shared/base/log.h"
#include "../../../shared/base/util.h"
#include "../../../shared/base/utf8.h"

struct seen {
	int count, priority;
	char line[LOG_LINE_SIZE];
};

static void
keep(void *context, int priority, const char *line)
{
	struct seen *seen = context;

	seen->count++;
	seen->priority = priority;
	assert_true(strlen(line) < LOG_LINE_SIZE);
	string_copy(seen->line, line, sizeof(seen->line));
	errno = EIO;
}

static void
test_event(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	log_open(keep, &seen, LOG_INFO);
	errno = ENOENT;
	log_event(LOG_NOTICE, "login", "id", LOG_TEXT("chris"), "failed",
	    LOG_NUMBER(-2), "amount", LOG_MONEY(-350), NULL);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(seen.line, "login id=chris failed=-2 amount=-3.50");
	assert_int_equal(seen.priority, LOG_NOTICE);
	log_event(LOG_INFO, "start", NULL);
	assert_string_equal(seen.line, "start");
	log_event(LOG_ERR, "x", "least", LOG_NUMBER(INT64_MIN), "sum",
	    LOG_MONEY(INT64_MIN), "none", LOG_TEXT(NULL), "empty", LOG_TEXT(""),
	    NULL);
	assert_string_equal(seen.line,
	    "x least=-9223372036854775808 sum=-92233720368547758.08 none=- "
	    "empty=\"\"");
}

static void
test_level(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	log_open(keep, &seen, LOG_NOTICE);
	log_event(LOG_INFO, "no", NULL);
	assert_int_equal(seen.count, 0);
	log_event(LOG_NOTICE, "yes", NULL);
	assert_int_equal(seen.count, 1);
	log_level(LOG_DEBUG);
	assert_int_equal(log_level_get(), LOG_DEBUG);
	log_event(LOG_DEBUG, "yes", NULL);
	assert_int_equal(seen.count, 2);

	assert_int_equal(log_level_parse("error"), LOG_ERR);
	assert_int_equal(log_level_parse("debug"), LOG_DEBUG);
	assert_int_equal(log_level_parse("loud"), -1);
	assert_int_equal(log_level_parse(""), -1);
	for (int level = LOG_ERR; level <= LOG_DEBUG; level++)
		assert_int_equal(log_level_parse(log_level_name(level)), level);
	assert_string_equal(log_level_name(LOG_EMERG), "error");
	assert_string_equal(log_level_name(99), "debug");
}

static void
test_escapes(void **state)
{
	static const struct {
		const char *text, *value;
	} rows[] = {
		{ "plain-1.2:3/x@y", "plain-1.2:3/x@y" },
		{ "", "\"\"" },
		{ "two words", "\"two words\"" },
		{ "a=b", "\"a=b\"" },
		{ "say \"hi\"", "\"say \\\"hi\\\"\"" },
		{ "back\\slash", "\"back\\\\slash\"" },
		{ "a\nlogin id=fey", "\"a\\x0alogin id=fey\"" },
		{ "\r\t\x1b[2J\x7f", "\"\\x0d\\x09\\x1b[2J\\x7f\"" },
		{ "Jos\xc3\xa9", "\"Jos\xc3\xa9\"" },
		{ "\xff\xc3", "\"\\xff\\xc3\"" },
		{ "\xc2\x9b", "\"\\xc2\\x9b\"" },
		{ "\xed\xa0\x80", "\"\\xed\\xa0\\x80\"" },
		{ "a\xe2\x80\xae"
		  "b",
		    "\"a\\xe2\\x80\\xae"
		    "b\"" },
		{ "\xe2\x82\xac", "\"\xe2\x82\xac\"" },
	};
	char line[128];

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		string_copy(line, "v=", sizeof(line));
		log_escape(line, sizeof(line), rows[i].text);
		assert_memory_equal(line, "v=", 2);
		assert_string_equal(line + 2, rows[i].value);
	}
}

/* Cut between characters, with the quote closed, in any room there is. */
static void
test_cut_to_fit(void **state)
{
	static const char *const texts[] = { "abcdefghij", "ab cdefgh",
		"\n\n\n", "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", "\"\\\"\\" };

	(void)state;
	for (size_t i = 0; i < NELEM(texts); i++) {
		for (size_t size = 1; size < 20; size++) {
			char *line = malloc(size);
			size_t length;

			assert_non_null(line);
			line[0] = '\0';
			log_escape(line, size, texts[i]);
			length = strlen(line);
			assert_true(length < size);
			assert_true(utf8_is_clean(line, length));
			if (line[0] == '"')
				assert_true(
				    length >= 2 && line[length - 1] == '"');
			free(line);
		}
	}
}

static void
test_long_lines(void **state)
{
	struct seen seen = { 0 };
	char text[2 * LOG_LINE_SIZE];

	(void)state;
	log_open(keep, &seen, LOG_INFO);
	for (size_t n = LOG_LINE_SIZE - 40; n < LOG_LINE_SIZE + 10; n++) {
		const char *tail;

		memset(text, 'x', n);
		text[n] = '\0';
		log_event(LOG_INFO, "long", "a", LOG_TEXT(text), "number",
		    LOG_NUMBER(123456789), "b", LOG_TEXT("y"), NULL);
		/* A number is there whole, or not at all. */
		tail = strstr(seen.line, " number=");
		if (tail != NULL)
			assert_memory_equal(tail, " number=123456789", 17);
		text[0] = ' ';
		log_event(LOG_INFO, "long", "a", LOG_TEXT(text), NULL);
		assert_int_equal(seen.line[strlen(seen.line) - 1], '"');
		log_event(LOG_INFO, text, "key", LOG_TEXT(text), NULL);
	}
}

/* Whatever the bytes are: one line, clean, and quotes where they belong. */
static void
test_any_bytes(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
				      : (unsigned)time(NULL);
	struct seen seen = { 0 };
	char text[700], plain[95] = "", *end = plain;

	(void)state;
	for (char c = '!'; c <= '~'; c++)
		if (strchr("\"\\=", c) == NULL)
			*end++ = c;
	print_message("SEED=%u\n", seed);
	srandom(seed);
	log_open(keep, &seen, LOG_INFO);
	for (int i = 0; i < 2000; i++) {
		size_t n = (size_t)random() % sizeof(text), quotes = 0;

		for (size_t j = 0; j < n; j++)
			text[j] = (char)(random() % 255 + 1);
		text[n > 0 ? n - 1 : 0] = '\0';
		log_event(LOG_INFO, "e", "k", LOG_TEXT(text), NULL);
		assert_true(utf8_is_clean(seen.line, strlen(seen.line)));
		assert_memory_equal(seen.line, "e k=", 4);
		for (const char *p = seen.line + 4; *p != '\0'; p++) {
			if (*p == '\\')
				p++;
			else if (*p == '"')
				quotes++;
		}
		if (quotes != 2)
			assert_true(quotes == 0 && text[0] != '\0' &&
			    text[strspn(text, plain)] == '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_cut_to_fit),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
