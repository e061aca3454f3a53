/* SPDX-License-Identifier: ISC */
/*
 * The direction in which screens are drawn, and the order of letters.  Part
 * of atm-tui; one direction per process, as there is one language.
 */
#include "bidi.h"

#include <fribidi/fribidi.h>
#include <stdio.h>

#include "../../shared/terminal/term.h"

#define LONGEST 512

static enum bidi in_use;

void
bidi_use(enum bidi bidi)
{
	static const char *const sequences[] = {
		[BIDI_NONE] = "\033[0 k\033[8h",
		[BIDI_HERE] = "\033[8l",
		[BIDI_TERMINAL] = "\033[2 k\033[8h",
	};

	if (bidi == in_use)
		return;
	in_use = bidi;
	fputs(sequences[bidi], stdout);
	fflush(stdout);
}

bool
bidi_is_mirrored(void)
{
	return in_use == BIDI_HERE;
}

int
bidi_key(int key)
{
	if (in_use == BIDI_NONE)
		return key;
	return key == TERM_LEFT ? TERM_RIGHT
	    : key == TERM_RIGHT ? TERM_LEFT
				: key;
}

static bool
is_right_to_left(wchar_t character)
{
	return FRIBIDI_IS_RTL(fribidi_get_bidi_type((FriBidiChar)character));
}

bool
bidi_is_right_to_left(const wchar_t *text)
{
	while (*text != L'\0' && !is_right_to_left(*text))
		text++;
	return *text != L'\0';
}

/* Signs stand where Arabic has them also beside its digits alone. */
static bool
has_right_to_left(const wchar_t *text)
{
	for (; *text != L'\0'; text++)
		if (is_right_to_left(*text) ||
		    fribidi_get_bidi_type((FriBidiChar)*text) ==
			FRIBIDI_TYPE_AN)
			return true;
	return false;
}

/*
 * A word of digits and signs, as an amount or a date, begins here; a letter
 * may be joined to its front, as "and" is.
 */
static bool
begins_number(const wchar_t *text, size_t at)
{
	bool digits = false;

	if (at > 0 && text[at - 1] != L' ' && !is_right_to_left(text[at - 1]))
		return false;
	for (; text[at] != L'\0' && text[at] != L' '; at++) {
		if (FRIBIDI_IS_LETTER(
			fribidi_get_bidi_type((FriBidiChar)text[at])))
			return false;
		digits = digits || (text[at] >= L'0' && text[at] <= L'9');
	}
	return digits;
}

static bool
begins_word(const wchar_t *text, size_t at)
{
	return text[at] != L' ' && (at == 0 || text[at - 1] == L' ');
}

void
bidi_arrange(wchar_t *text)
{
	FriBidiChar logical[3 * LONGEST] = { 0 }, visual[3 * LONGEST];
	FriBidiParType base = FRIBIDI_PAR_RTL;
	size_t length = wcslen(text), count = 0, used = 0;
	bool number, after_number = false;

	if (length >= LONGEST || !has_right_to_left(text))
		return;
	for (size_t i = 0; i < length; i++) {
		number = begins_number(text, i);
		/* Of a date and a time the first one is read first. */
		if (number && after_number)
			logical[count++] = FRIBIDI_CHAR_RLM;
		if (number)
			logical[count++] = FRIBIDI_CHAR_LRM;
		if (number || begins_word(text, i))
			after_number = number;
		logical[count++] = (FriBidiChar)text[i];
	}
	if (fribidi_log2vis(logical, (FriBidiStrIndex)count, &base, visual,
		NULL, NULL, NULL) == 0)
		return;
	/* Two letters that are written as one leave a place without any. */
	for (size_t i = 0; i < count; i++)
		if (visual[i] != FRIBIDI_CHAR_FILL &&
		    visual[i] != FRIBIDI_CHAR_LRM &&
		    visual[i] != FRIBIDI_CHAR_RLM)
			text[used++] = (wchar_t)visual[i];
	text[used] = L'\0';
}
