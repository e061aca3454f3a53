/* SPDX-License-Identifier: ISC */
/*
 * Drawing on a window by roles: text cut to its place, boxes, rules.  In a
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
};

/* Text from column x, cut at `columns`; returns the columns taken. */
int draw_text(const struct canvas *canvas, int y, int x, int columns,
    enum role role, const char *text);
/* In the middle of a line that begins at x and has `columns`. */
void draw_middle(const struct canvas *canvas, int y, int x, int columns,
    enum role role, const char *text);
/* Several lines broken between words; returns the lines drawn. */
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
	SYMBOL_ARROWS,
	SYMBOL_ERASE,
	SYMBOL_COUNT
};
const char *draw_symbol(const struct theme *theme, enum symbol symbol);
/* One of the pictures of something that turns. */
const char *draw_spinner(const struct theme *theme, unsigned step);

#endif
