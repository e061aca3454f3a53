/* SPDX-License-Identifier: ISC */
/*
 * Text for the screens: measuring, cleaning and fitting.  Runs in atm-tui and
 * in bankctl; draws nothing, and keeps only the format of amounts.
 */
#include "text.h"

#include <inttypes.h>
#include <langinfo.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/money.h"
#include "../base/util.h"

static struct {
	char thousands, point;
} marks = { ',', '.' };

static bool (*arabic_digits)(void);

bool
text_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The bytes of the character at text[0..length), 0 if it can't be displayed. */
static size_t
shown_length(const char *text, size_t length, bool utf8)
{
	wchar_t wide;
	mbstate_t state;
	size_t n;

	if (!utf8) /* text_widen() replaces the others by ASCII */
		return (unsigned char)*text >= ' ' && *text != 0x7f ? 1 : 0;
	memset(&state, 0, sizeof(state));
	n = mbrtowc(&wide, text, length, &state);
	if (n == 0 || n == (size_t)-1 || n == (size_t)-2 || wcwidth(wide) < 0)
		return 0;
	return n;
}

char *
text_clean(char *to, size_t size, const char *from, size_t length)
{
	bool utf8 = text_is_utf8();
	size_t n, used = 0, i = 0;

	while (i < length) {
		n = shown_length(from + i, length - i, utf8);
		if (used + (n == 0 ? 1 : n) >= size)
			break;
		if (n == 0) {
			to[used++] = '?';
			i++;
			continue;
		}
		memmove(to + used, from + i, n);
		used += n;
		i += n;
	}
	to[used] = '\0';
	return to;
}

char *
text_value(
    const struct wire_reader *reader, const char *key, char *to, size_t size)
{
	char raw[512];

	to[0] = '\0';
	if (wire_find(reader, key, raw, sizeof(raw)) == 0)
		text_clean(to, size, raw, strlen(raw));
	return to;
}

/* A UTF-8 character in a locale without it: the nearest of ASCII. */
static size_t
to_ascii(wchar_t *wide, const char *text)
{
	/* U+00C0 to U+00FF */
	static const char latin[] = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTs"
				    "aaaaaaaceeeeiiiidnooooo/ouuuuyty";
	size_t n = 1;

	*wide = (unsigned char)*text < 0x80 ? (wchar_t)*text : L'?';
	if (*text == '\xc3' && (text[1] & 0xc0) == 0x80)
		*wide = (wchar_t)latin[text[1] & 0x3f];
	if (*text == '\xc2' && text[1] == '\xa1')
		*wide = L'!';
	while ((text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static size_t
next_wide(wchar_t *wide, const char *text, size_t left, bool utf8)
{
	mbstate_t state;
	size_t n;

	if (!utf8)
		return to_ascii(wide, text);
	memset(&state, 0, sizeof(state));
	n = mbrtowc(wide, text, left, &state);
	if (n != 0 && n != (size_t)-1 && n != (size_t)-2)
		return n;
	*wide = L'?';
	return 1;
}

int
text_widen(const char *text, wchar_t *wide, size_t size, int columns)
{
	size_t n, count = 0, left = strlen(text);
	bool utf8 = text_is_utf8();
	int width, used = 0;

	while (left > 0 && count + 1 < size) {
		n = next_wide(&wide[count], text, left, utf8);
		width = wcwidth(wide[count]);
		if (width < 0) {
			wide[count] = L'?';
			width = 1;
		}
		if (used + width > columns)
			break;
		used += width;
		count++;
		text += n;
		left -= n;
	}
	wide[count] = L'\0';
	return used;
}

int
text_width(const char *text)
{
	wchar_t wide[1024];
	size_t length = 0;

	/* Most texts are ASCII, and tables have many. */
	while (text[length] >= ' ' && text[length] <= '~')
		length++;
	if (length < NELEM(wide) && text[length] == '\0')
		return (int)length;
	return text_widen(text, wide, NELEM(wide), 1 << 20);
}

char *
text_fit(char *to, size_t size, const char *from, int columns)
{
	wchar_t wide[512];
	size_t n, used = 0;
	int width;
	char bytes[MB_LEN_MAX];
	mbstate_t state;

	memset(&state, 0, sizeof(state));
	width = text_widen(from, wide, NELEM(wide), columns);
	for (const wchar_t *w = wide; *w != L'\0'; w++) {
		n = wcrtomb(bytes, *w, &state);
		if (n == (size_t)-1 || used + n >= size)
			break;
		memcpy(to + used, bytes, n);
		used += n;
	}
	while (width++ < columns && used + 1 < size)
		to[used++] = ' ';
	to[used] = '\0';
	return to;
}

int
text_cents(const char *text, int64_t *cents)
{
	bool negative = *text == '-';
	int error;

	text += negative;
	error = money_parse(text, strlen(text), cents);
	if (error == 0 && negative)
		*cents = -*cents;
	return error;
}

void
text_use_marks(char thousands, char point)
{
	marks.thousands = thousands;
	marks.point = point;
}

void
text_use_arabic_digits(bool (*wanted)(void))
{
	arabic_digits = wanted;
}

bool
text_has_arabic_digits(void)
{
	return arabic_digits != NULL && arabic_digits();
}

char *
text_digits(char *text, size_t size)
{
	char copy[512];
	size_t used = 0;

	if (!text_has_arabic_digits())
		return text;
	string_copy(copy, text, sizeof(copy));
	for (const char *at = copy; *at != '\0' && used + 2 < size; at++) {
		/* U+0660 to U+0669 */
		if (*at >= '0' && *at <= '9') {
			text[used++] = '\xd9';
			text[used++] = (char)(0xa0 + *at - '0');
		} else {
			text[used++] = *at;
		}
	}
	text[used] = '\0';
	return text;
}

int
text_latin_digit(int character)
{
	if (character >= 0x660 && character <= 0x669)
		return character - 0x660 + '0';
	if (character >= 0x6f0 && character <= 0x6f9)
		return character - 0x6f0 + '0';
	return character;
}

char *
text_number(char to[TEXT_NUMBER_SIZE], unsigned long number)
{
	snprintf(to, TEXT_NUMBER_SIZE, "%lu", number);
	return text_digits(to, TEXT_NUMBER_SIZE);
}

char *
text_money(char to[TEXT_MONEY_SIZE], const char *currency, int64_t cents)
{
	return text_money_marked(to, currency, cents, marks.thousands);
}

char *
text_money_marked(char to[TEXT_MONEY_SIZE], const char *currency, int64_t cents,
    char thousands)
{
	char digits[24];
	uint64_t value = cents < 0 ? -(uint64_t)cents : (uint64_t)cents;
	size_t length, used;

	snprintf(digits, sizeof(digits), "%" PRIu64, value / 100);
	length = strlen(digits);
	used = (size_t)snprintf(
	    to, TEXT_MONEY_SIZE, "%s%s", cents < 0 ? "-" : "", currency);
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0 && thousands != 0)
			to[used++] = thousands;
		to[used++] = digits[i];
	}
	snprintf(to + used, TEXT_MONEY_SIZE - used, "%c%02d", marks.point,
	    (int)(value % 100));
	return text_digits(to, TEXT_MONEY_SIZE);
}
