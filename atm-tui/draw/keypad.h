/* SPDX-License-Identifier: ISC */
/*
 * The on-screen keypad: digits at the right of the body, letters and signs
 * below it in pages, for screens that are touched.  What it takes from the body
 * the screen doesn't have: chrome->area shrinks.
 */
#ifndef ATM_KEYPAD_H
#define ATM_KEYPAD_H

#include <panel.h>
#include <stdbool.h>

#include "draw.h"

struct chrome;

/* The key that opens and closes it: a touch on the key line. */
#define KEYPAD_KEY 0x300000

enum keypad_page {
	KEYPAD_DIGITS,
	KEYPAD_SMALL,
	KEYPAD_CAPITALS,
	KEYPAD_SIGNS,
	KEYPAD_ACCENTS, /* where the locale shows them */
	KEYPAD_ARABIC,  /* in that language alone, as the next */
	KEYPAD_ARABIC_MORE
};

struct keypad {
	bool open;
	bool hidden; /* while nothing can be typed */
	enum keypad_page page;
	PANEL *panel;
	struct rect place; /* on the screen */
};

/*
 * A field that is new to the focus asks for a page.  True where it is another
 * one: the screen must be drawn again, as the keypad's place has changed.
 */
bool keypad_turn(struct chrome *chrome, enum keypad_page page);

/*
 * Where nothing can be typed it gives its room back.  True where that is new,
 * as above.
 */
bool keypad_hide(struct chrome *chrome, bool hidden);

/* Takes its part of the area while it is open. */
void keypad_place(struct chrome *chrome);
void keypad_draw(struct chrome *chrome);
void keypad_toggle(struct chrome *chrome);
void keypad_close(struct chrome *chrome);

/* Whether the place is on it; *key is then the key, or 0. */
bool keypad_touched(struct chrome *chrome, int y, int x, int *key);

#endif
