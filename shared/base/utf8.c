/* SPDX-License-Identifier: ISC */
/*
 * UTF-8 without control characters.  Every process checks input from outside
 * with it; no locale, no allocation.
 */
#include "utf8.h"

#include <stdint.h>

#include "util.h"

/*
 * The sequences of RFC 3629, by lead byte.  The range of the second byte is
 * what rules out overlong forms, surrogates, what is past U+10FFFF, and with
 * C2 the C1 controls.
 */
static const struct sequence {
	uint8_t first, last;
	uint8_t second_low, second_high;
	size_t length;
} sequences[] = {
	{ 0xc2, 0xc2, 0xa0, 0xbf, 2 },
	{ 0xc3, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

size_t
utf8_length(const char *text, size_t length)
{
	const uint8_t *p = (const uint8_t *)text;
	const struct sequence *s = sequences;

	if (length == 0)
		return 0;
	if (p[0] < 0x80)
		return p[0] >= 0x20 && p[0] != 0x7f;
	while (p[0] < s->first || p[0] > s->last)
		if (++s == sequences + NELEM(sequences))
			return 0;
	if (length < s->length || p[1] < s->second_low || p[1] > s->second_high)
		return 0;
	for (size_t i = 2; i < s->length; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return s->length;
}

bool
utf8_is_clean(const char *text, size_t length)
{
	while (length > 0) {
		size_t n = utf8_length(text, length);

		if (n == 0)
			return false;
		text += n;
		length -= n;
	}
	return true;
}
