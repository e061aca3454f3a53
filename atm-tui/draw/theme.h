/* SPDX-License-Identifier: ISC */
/*
 * Themes: what a thing on the screen means (a role) to how it looks (an
 * attribute of curses).  No other file names a colour.  NO_COLOR or a
 * terminal without colours gives the mono theme, whatever was asked.
 */
#ifndef ATM_THEME_H
#define ATM_THEME_H

#include <curses.h>
#include <stdbool.h>

enum role {
	ROLE_BODY,
	ROLE_HEADER,
	ROLE_RULE,  /* lines, and boxes without the focus */
	ROLE_TITLE, /* the screen's one question */
	ROLE_DIM,   /* what may be overlooked */
	ROLE_FOCUS, /* the one thing that has the focus */
	ROLE_FIELD,
	ROLE_MESSAGE,
	ROLE_GOOD,
	ROLE_BAD,
	ROLE_KEY, /* a key's name on the key line */
	ROLE_CLOCK,
	ROLE_AMOUNT,
	ROLE_DIALOG,
	ROLE_BANNER,
	ROLE_KEYCAP, /* a key of the on-screen keypad */
	ROLE_COUNT
};

/* In the order of atm.ini's `theme`. */
enum theme_id {
	THEME_DEFAULT,
	THEME_LIGHT,
	THEME_HIGH_CONTRAST,
	THEME_MONO,
	THEME_LARGE,
	THEME_COUNT
};

struct theme {
	enum theme_id id;
	int clock;    /* the clock's colour, an index of atm.ini's choices */
	bool utf8;    /* line drawing and symbols, else ASCII */
	bool braille; /* and its dots, which the console has not */
	enum theme_id asked; /* whatever `id` had to become */
	bool large;          /* numbers and amounts of blocks */
	attr_t attributes[ROLE_COUNT];
};

#define THEME_CLOCKS 7 /* colours to choose from */

/* Colours as curses counts them, -1: the terminal's own. */
struct theme_look {
	short foreground, background;
	attr_t attributes;
};
/* Pure; `clock` is below THEME_CLOCKS, `colours` how many there are. */
struct theme_look theme_look(
    enum theme_id id, enum role role, int clock, int colours);

/* After curses has started.  Sets colour pairs and theme->attributes. */
void theme_set(struct theme *theme, enum theme_id id, int clock);

/* The clock's next colour; false where there are no colours. */
bool theme_next_clock(struct theme *theme);

#endif
