/* SPDX-License-Identifier: ISC */
/*
 * Money as int64_t cents, and its two spellings.  Every process; pure.  It is
 * read and written for each line of var/balance and for each reply, so both
 * conversions are written by hand, without locale or printf(3).
 */
#include "money.h"

#include <stdbool.h>
#include <string.h>

#include "error.h"
#include "number.h"

#define CENTS 100
#define WHOLE_DIGITS 13

int
money_parse(const char *text, size_t length, int64_t *cents)
{
	uint64_t whole, part = 0;
	size_t used, decimals;

	used = number_prefix(text, length, &whole);
	if (used == 0 || used > WHOLE_DIGITS)
		return BANK_EINVAL;
	if (used < length) {
		if (text[used++] != '.')
			return BANK_EINVAL;
		decimals = number_prefix(text + used, length - used, &part);
		if (decimals == 0 || decimals > 2 || used + decimals != length)
			return BANK_EINVAL;
		if (decimals == 1)
			part *= 10;
	}
	*cents = (int64_t)(whole * CENTS + part);
	return 0;
}

/* Writes from the end of the buffer backwards, then moves to its front. */
static const char *
format(int64_t cents, bool with_point, char text[MONEY_TEXT_SIZE])
{
	uint64_t rest = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
	uint64_t part = rest % CENTS;
	size_t i = MONEY_TEXT_SIZE;

	text[--i] = '\0';
	if (with_point || part != 0) {
		text[--i] = (char)('0' + part % 10);
		text[--i] = (char)('0' + part / 10);
		text[--i] = '.';
	}
	rest /= CENTS;
	do {
		text[--i] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (cents < 0)
		text[--i] = '-';
	memmove(text, text + i, MONEY_TEXT_SIZE - i);
	return text;
}

const char *
money_format(int64_t cents, char text[MONEY_TEXT_SIZE])
{
	return format(cents, true, text);
}

const char *
money_format_short(int64_t cents, char text[MONEY_TEXT_SIZE])
{
	return format(cents, false, text);
}

const char *
money_format_grouped(int64_t cents, char text[MONEY_GROUPED_SIZE])
{
	char plain[MONEY_TEXT_SIZE], *to = text;
	const char *from = money_format(cents, plain);
	size_t digits;

	if (*from == '-')
		*to++ = *from++;
	for (digits = strcspn(from, "."); digits > 0; digits--) {
		*to++ = *from++;
		if (digits > 1 && digits % 3 == 1)
			*to++ = ',';
	}
	memcpy(to, from, strlen(from) + 1);
	return text;
}
