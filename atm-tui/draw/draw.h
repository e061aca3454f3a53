/* SPDX-License-Identifier: ISC */
/*
 * Drawing on a window by roles: text that fits its place, boxes, rules.  In a
 * locale without UTF-8 boxes are ASCII.
 */
#ifndef ATM_DRAW_H
#define ATM_DRAW_H

#include <curses.h>
#include <stdbool.h>

#include "theme.h"

/* A place on a window, or on the screen where its user says so. */
struct rect {
	int y, x, h, w;
};
bool draw_rect_holds(const struct rect *rect, int y, int x);

struct speech;

/* A window and how to draw on it; text on it is also heard, or not (NULL). */
struct canvas {
	WINDOW *window;
	const struct theme *theme;
	struct speech *speech;
	bool upright; /* not turned over, whatever the language's direction */
};

/*
 * For what is never turned over, as digits: makes the canvas upright, and
 * returns where a place of `columns` that begins at x begins now.
 */
int draw_upright(struct canvas *canvas, int x, int columns);

/*
 * Text from column x; where it takes more than `columns` it is shortened, and
 * ends with a sign of that.  Returns the columns taken.
 */
int draw_text(const struct canvas *canvas, int y, int x, int columns,
    enum role role, const char *text);
/* In the middle of a line that begins at x and has `columns`. */
void draw_middle(const struct canvas *canvas, int y, int x, int columns,
    enum role role, const char *text);
/* Lines broken between words, the last shortened; returns the lines drawn. */
int draw_lines(const struct canvas *canvas, const struct rect *rect,
    enum role role, const char *text);

/* A box, heavy where it has the focus, so that colour isn't needed. */
void draw_box(const struct canvas *canvas, const struct rect *rect,
    enum role role, bool heavy);
/* The same with a word set into its upper line, legible without the focus. */
void draw_titled_box(const struct canvas *canvas, const struct rect *rect,
    enum role role, bool heavy, const char *title);
void draw_rule(const struct canvas *canvas, int y);
/* Clears a part of the window. */
void draw_blank(
    const struct canvas *canvas, const struct rect *rect, enum role role);

/* Symbols with an ASCII word for each. */
enum symbol {
	SYMBOL_GOOD,
	SYMBOL_BAD,
	SYMBOL_DOT,
	SYMBOL_LINK,
	SYMBOL_MASK,
	SYMBOL_LINES,  /* the keys that scroll by a line */
	SYMBOL_FIELDS, /* to the next field or button */
	SYMBOL_EDIT,   /* within a field */
	SYMBOL_ARROWS, /* the keys that move the focus */
	SYMBOL_ERASE,
	SYMBOL_COUNT
};
const char *draw_symbol(const struct theme *theme, enum symbol symbol);
/* One of the pictures of something that turns. */
const char *draw_spinner(const struct theme *theme, unsigned step);

#endif
