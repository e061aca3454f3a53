/* SPDX-License-Identifier: ISC */
/*
 * Waiting for Arabic.
 */
#include "arabic.h"

#include <ctype.h>
#include <fribidi/fribidi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../shared/base/file.h"
#include "../lib/patience.h"

#define CATALOGUE_SIZE (1024 * 1024)
#define WORDS 3 /* enough to be known by, few enough to stand in a row */
#define TEXT 256
#define CANDIDATES 64
#define TRY_MS 20

static char *catalogue;

static uint32_t
word(size_t offset)
{
	uint32_t value;

	memcpy(&value, catalogue + offset, sizeof(value));
	return value;
}

static void
read_catalogue(void)
{
	const char *build = getenv("BUILD");
	char path[512];
	size_t length;

	if (catalogue != NULL)
		return;
	snprintf(path, sizeof(path), "%s/locale/ar/LC_MESSAGES/atm-tui.mo",
	    build != NULL ? build : "build");
	assert_int_equal(
	    file_read(path, CATALOGUE_SIZE, &catalogue, &length), 0);
}

/* The first words of a translation, up to what isn't Arabic. */
static size_t
first_words(const char *text, size_t *start)
{
	size_t length = 0, words = 0;

	for (*start = 0; text[*start] != '\0' && (text[*start] & 0x80) == 0;)
		++*start;
	text += *start;
	while ((text[length] & 0x80) != 0 || text[length] == ' ' ||
	    text[length] == ':') {
		if (text[length] == ' ' && ++words == WORDS)
			break;
		if (memcmp(text + length, "\xd8\x8c", 2) == 0 ||
		    memcmp(text + length, "\xd8\x9f", 2) == 0)
			break;
		length++;
	}
	while (length > 0 && strchr(" :", text[length - 1]) != NULL)
		length--;
	return length;
}

/* As it is seen: turned over, its letters joined. */
static void
arrange(const char *text, size_t length, char to[TEXT])
{
	FriBidiChar logical[TEXT], visual[TEXT];
	FriBidiParType base = FRIBIDI_PAR_RTL;
	FriBidiStrIndex count, used = 0;

	count = fribidi_charset_to_unicode(
	    FRIBIDI_CHAR_SET_UTF8, text, (FriBidiStrIndex)length, logical);
	*to = '\0';
	if (fribidi_log2vis(logical, count, &base, visual, NULL, NULL, NULL) ==
	    0)
		return;
	for (FriBidiStrIndex i = 0; i < count; i++)
		if (visual[i] != FRIBIDI_CHAR_FILL &&
		    visual[i] != FRIBIDI_CHAR_LRM &&
		    !FRIBIDI_IS_ISOLATE(fribidi_get_bidi_type(visual[i])))
			visual[used++] = visual[i];
	fribidi_unicode_to_charset(FRIBIDI_CHAR_SET_UTF8, visual, used, to);
}

struct candidates {
	char texts[CANDIDATES][TEXT];
	size_t count;
};

static void
add(struct candidates *candidates, const char *translation)
{
	size_t start, length = first_words(translation, &start);

	if (length == 0 || length >= TEXT / 4 ||
	    candidates->count == CANDIDATES)
		return;
	arrange(translation + start, length,
	    candidates->texts[candidates->count++]);
}

static void
find(struct candidates *candidates, const char *english)
{
	uint32_t count = word(8), originals = word(12), translations = word(16);

	candidates->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const char *text = catalogue + word(translations + 8 * i + 4),
			   *end = text + word(translations + 8 * i);

		if (word(originals + 8 * i) == 0 ||
		    strstr(catalogue + word(originals + 8 * i + 4), english) ==
			NULL)
			continue;
		for (; text < end; text += strlen(text) + 1)
			add(candidates, text);
	}
}

/* `2. Open an account`: without the number, then without its last words. */
static void
find_most(struct candidates *candidates, const char *english)
{
	char text[TEXT];
	size_t length;

	if (isdigit((unsigned char)*english))
		english += strcspn(english, " ") + 1;
	snprintf(text, sizeof(text), "%s", english);
	for (length = strlen(text); length > 0;) {
		find(candidates, text);
		if (candidates->count > 0)
			return;
		while (length > 0 && text[length - 1] != ' ')
			length--;
		while (length > 0 && !isalnum((unsigned char)text[length - 1]))
			length--;
		text[length] = '\0';
	}
}

static bool
is_there(struct term *term, const struct candidates *candidates)
{
	int row, column;

	for (size_t i = 0; i < candidates->count; i++)
		if (term_find(term, candidates->texts[i], &row, &column))
			return true;
	return false;
}

/* An amount is written as in English. */
static bool
wait_for_amount(struct term *term, const char *english)
{
	char amount[TEXT];
	size_t length;

	english = strchr(english, '$');
	length = 1 + strspn(english + 1, "0123456789,.");
	if (!isdigit((unsigned char)english[length - 1]))
		length--;
	snprintf(amount, sizeof(amount), "%.*s", (int)length, english);
	return term_wait(term, amount);
}

/* Somebody's name is the same in each language. */
static bool
has_other_letters(const char *text)
{
	while (*text != '\0' && (*text & 0x80) == 0)
		text++;
	return *text != '\0';
}

bool
arabic_wait(struct term *term, const char *english)
{
	static struct candidates candidates;
	struct patience bound;

	if (*english == '\0')
		return true;
	if (strchr(english, '$') != NULL)
		return wait_for_amount(term, english);
	if (has_other_letters(english))
		return term_wait(term, english);
	read_catalogue();
	find_most(&candidates, english);
	if (candidates.count == 0)
		return term_wait(term, english);
	patience_begin(&bound, TERM_WAIT_MS);
	while (!is_there(term, &candidates)) {
		if (patience_is_over(&bound)) {
			fprintf(stderr,
			    "waited in vain for the Arabic of: %s\n", english);
			return false;
		}
		term_take(term, TRY_MS);
	}
	return true;
}

void
arabic_touch(struct term *term, const char *text)
{
	char seen[TEXT];
	int row, column;

	/* Letters of Arabic begin with these bytes; others aren't turned over.
	 */
	if (strpbrk(text, "\xd8\xd9") != NULL)
		arrange(text, strlen(text), seen);
	else
		snprintf(seen, sizeof(seen), "%s", text);
	assert_true(term_wait(term, seen));
	/* The screen that it belongs to is whole when nothing more comes. */
	term_take(term, TERM_WHOLE_MS);
	assert_true(term_find(term, seen, &row, &column));
	term_click(term, row, column + (*text == ' ' ? 2 : 0));
}

size_t
arabic_columns_after(const char *line, const char *value)
{
	char seen[TEXT];
	const char *at;
	size_t columns = 0;

	assert_true(strlen(line) < TEXT);
	arrange(line, strlen(line), seen);
	at = strstr(seen, value);
	if (at == NULL) {
		fail_msg("no %s in: %s", value, seen);
		return 0;
	}
	for (at += strlen(value); *at != '\0'; at++)
		columns += (*at & 0xc0) != 0x80;
	return columns;
}
