/* SPDX-License-Identifier: ISC */
/*
 * The on-screen keypad: digits at the right of the body, or letters below
 * it, for screens that are touched.  What it takes from the body the screen
 * doesn't have: chrome->area shrinks.
 */
#ifndef ATM_KEYPAD_H
#define ATM_KEYPAD_H

#include <panel.h>
#include <stdbool.h>

#include "draw.h"

struct chrome;

/* The key that opens and closes it: a touch on the key line. */
#define KEYPAD_KEY 0x300000

enum keypad_face { KEYPAD_DIGITS, KEYPAD_SMALL, KEYPAD_CAPITALS };

struct keypad {
	bool open;
	enum keypad_face face;
	PANEL *panel;
	struct rect place; /* on the screen */
};

/*
 * A field that is new to the focus asks for a face.  True where it is another
 * one: the screen must be drawn again, as the keypad's place has changed.
 */
bool keypad_face(struct chrome *chrome, enum keypad_face face);

/* Takes its part of the area while it is open. */
void keypad_place(struct chrome *chrome);
void keypad_draw(struct chrome *chrome);
void keypad_toggle(struct chrome *chrome);
void keypad_close(struct chrome *chrome);

/* Whether the place is on it; *key is then the key, or 0. */
bool keypad_touched(struct chrome *chrome, int y, int x, int *key);

#endif
