/* SPDX-License-Identifier: ISC */
/*
 * Escape sequences, one character at a time.  Runs in atm-tui and bankctl.
 */
#include "escape.h"

#include <string.h>

#define BELL 0x07
#define ESC 0x1b
#define STRING_TERMINATOR 0x9c
/* A control of one character is Esc and the character lower by this. */
#define C1_FIRST 0x80
#define C1_LAST 0x9f
#define C1_SHIFT 0x40

/* Takes the character after Esc. */
static bool
begin(struct escape *escape, uint32_t c)
{
	escape->length = 0;
	escape->state = ESCAPE_TEXT;
	if (c == ESC)
		escape->state = ESCAPE_BEGUN;
	else if (c < ' ')
		return false;
	else if (c == '[' || c == 'O')
		escape->state = ESCAPE_CONTROL;
	else if (c < 0x80 && strchr("]P_^X", (int)c) != NULL)
		escape->state = ESCAPE_STRING;
	return true;
}

static bool
take_control(struct escape *escape, uint32_t c)
{
	if (c >= ' ' && c < '@') {
		escape->length++;
		return true;
	}
	escape->state = c == ESC ? ESCAPE_BEGUN : ESCAPE_TEXT;
	return c == ESC || (c >= '@' && c <= '~');
}

static bool
take_string(struct escape *escape, uint32_t c)
{
	if (c == ESC)
		escape->state = ESCAPE_STRING_END;
	else if (c < ' ' || c == STRING_TERMINATOR)
		escape->state = ESCAPE_TEXT;
	return c >= ' ' || c == ESC || c == BELL;
}

bool
escape_take(struct escape *escape, uint32_t c)
{
	switch (escape->state) {
	case ESCAPE_TEXT:
		if (c >= C1_FIRST && c <= C1_LAST)
			return begin(escape, c - C1_SHIFT);
		if (c == ESC)
			escape->state = ESCAPE_BEGUN;
		return c == ESC;
	case ESCAPE_BEGUN:
		return begin(escape, c);
	case ESCAPE_CONTROL:
		return take_control(escape, c);
	case ESCAPE_STRING:
		return take_string(escape, c);
	case ESCAPE_STRING_END:
		if (c != '\\')
			return begin(escape, c);
		escape->state = ESCAPE_TEXT;
		return true;
	}
	return false;
}

size_t
escape_strip(char *text, size_t length)
{
	struct escape escape = { ESCAPE_TEXT, 0 };
	size_t kept = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		/* A byte of a longer character is never a control. */
		if (!escape_take(&escape, byte < 0x80 ? byte : 0xff))
			text[kept++] = text[i];
	}
	return kept;
}
