/* SPDX-License-Identifier: ISC */
/*
 * Escape sequences in what a terminal sends, character by character: keys,
 * and answers to questions of whatever program asked before us (colours,
 * attributes, the cursor's place), which may come late and in pieces and are
 * nothing that anybody typed.  Pure; the forms are those of ECMA-48:
 *
 *	Esc x                  a key with Alt
 *	Esc [ digits ... x     CSI, and Esc O x: keys, DA, CPR
 *	Esc ] ... BEL or Esc \ OSC, and DCS (P), SOS (X), PM (^), APC (_)
 *
 * and the controls of one character, U+0080 to U+009F, that mean the same.
 * Another control character ends a sequence, and is itself again.
 */
#ifndef SHARED_ESCAPE_H
#define SHARED_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum escape_state {
	ESCAPE_TEXT,  /* no sequence */
	ESCAPE_BEGUN, /* Esc alone so far */
	ESCAPE_CONTROL,
	ESCAPE_STRING,
	ESCAPE_STRING_END /* Esc within a string: `\` ends it */
};

/* Initialize with zeros. */
struct escape {
	enum escape_state state;
	unsigned length; /* of a control sequence, without its last character */
};

/*
 * Takes a character.  Returns false if it belongs to no sequence.  Returns true
 * if it does; the sequence is complete if the state is then ESCAPE_TEXT.
 */
bool escape_take(struct escape *escape, uint32_t c);

/*
 * Removes all sequences from `length` bytes of UTF-8, in place; returns the new
 * length.
 */
size_t escape_strip(char *text, size_t length);

#endif
