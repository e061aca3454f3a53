/* SPDX-License-Identifier: ISC */
/*
 * Languages that are written from right to left.  Either the kiosk turns the
 * screens over and puts letters into the order and form in which they are
 * seen, by fribidi, and tells the terminal to leave them so (ECMA-48's BDSM,
 * CSI 8 l); or the terminal does it, and is told the direction (CSI 2 SP k).
 */
#ifndef ATM_BIDI_H
#define ATM_BIDI_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

enum bidi {
	BIDI_NONE,    /* from left to right */
	BIDI_HERE,    /* turned over by the kiosk */
	BIDI_TERMINAL /* by the terminal */
};

/* Draws so from now on; tells the terminal where that is another way. */
void bidi_use(enum bidi bidi);
/* Whether what is drawn at the left is seen at the right. */
bool bidi_is_mirrored(void);

/* The key that means it: left and right change places on a mirrored screen. */
int bidi_key(int key);

/* Whether a text has letters that are written from right to left. */
bool bidi_is_right_to_left(const wchar_t *text);

/*
 * Puts a text into the order in which it is seen, joined; it may get shorter.
 * Text without a letter or digit of such a language stays as it is.
 */
void bidi_arrange(wchar_t *text);

#endif
