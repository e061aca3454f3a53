/* SPDX-License-Identifier: ISC */
/*
 * The keys of a screen: told on the key line, where they can be touched, and
 * all of them in the help that `?` opens.
 */
#ifndef ATM_CHROME_KEYS_H
#define ATM_CHROME_KEYS_H

#include "draw.h"

struct chrome;
struct chrome_status;

/*
 * A key of the screen that is drawn.  `key` and `text` are shown as they are,
 * `code` is what a touch gives, 0 for none.
 */
void chrome_hint(
    struct chrome *chrome, const char *key, const char *text, int code);
/*
 * Those of a list that scrolls; whether there is more of it, and whether a
 * touch of the list itself scrolls it, so that the keys need no places.
 */
void chrome_hint_scrolling(
    struct chrome *chrome, bool newer, bool older, bool touched);
/*
 * Those of every screen: help, language, theme, and with a voice what says
 * again; after the screen's own.
 */
void chrome_hint_common(struct chrome *chrome);

/* Which of the keys of every screen this is, or 0, where it is typed text. */
enum { CHROME_HELP = 1, CHROME_LANGUAGE, CHROME_THEME, CHROME_AGAIN };
int chrome_common_key(const struct chrome *chrome, int key);

/* The lowest line of the screen. */
void chrome_draw_keys(
    struct chrome *chrome, const struct chrome_status *status);
/* The key of the hint at a place of the screen, or 0. */
int chrome_touched(const struct chrome *chrome, int y, int x);

/* Draws the keys of this screen as a dialog above it. */
void chrome_help(struct chrome *chrome);
/* The key on a row of that dialog, or 0. */
int chrome_help_touched(const struct chrome *chrome, int y);

struct canvas chrome_on(const struct chrome *chrome, WINDOW *window);

#endif
