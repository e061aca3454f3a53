/* SPDX-License-Identifier: ISC */
/*
 * A terminal for tests: a real program on a pseudo-terminal, its output in
 * libvterm.  Every wait is for a condition and has a bound; nothing sleeps.
 */
#ifndef TESTS_TERM_H
#define TESTS_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* The bound of every wait, as tests/lib/patience.h has it. */
#define TERM_WAIT_MS 10000
#define TERM_WHOLE_MS 200 /* nothing more of a screen comes */

struct term;

struct term_look {
	bool bold, reverse, underline;
	unsigned fg, bg; /* 0xrrggbb */
};

/*
 * Runs argv in a terminal of rows x columns.  `environment` are further
 * NAME=value strings, ended by NULL; the child otherwise has TERM, LANG, TZ
 * and PATH alone.  Ends the test program where that can't be done.
 */
struct term *term_open(const char *const argv[],
    const char *const environment[], int rows, int columns);
/* Kills the child if it still runs, and frees. */
void term_close(struct term *term);
pid_t term_pid(const struct term *term);

void term_send(struct term *term, const char *bytes);
/* Whether the child has read all of it. */
bool term_has_read(const struct term *term);
void term_click(struct term *term, int row, int column);
void term_resize(struct term *term, int rows, int columns);
/* Closes the terminal's other end, as a line that drops. */
void term_hang_up(struct term *term);

/* One row as UTF-8 without the spaces at its end; valid until the next. */
const char *term_row(struct term *term, int row);
/* The whole screen as malloc'd text; `looks` adds a map of them below. */
char *term_dump(struct term *term, bool looks);
struct term_look term_look(struct term *term, int row, int column);
bool term_find(struct term *term, const char *text, int *row, int *column);
void term_cursor(const struct term *term, int *row, int *column);
bool term_alternate(const struct term *term); /* the alternate screen */
bool term_mouse(const struct term *term);     /* mouse reports are on */
size_t term_bytes(const struct term *term);   /* received so far */

/* Until the text stands on the screen, or no longer; false at the bound. */
bool term_wait(struct term *term, const char *text);
bool term_wait_gone(struct term *term, const char *text);
bool term_wait_bytes(struct term *term, size_t more_than);
/* Whether it comes in such a moment, as for a try of several. */
bool term_wait_within(struct term *term, const char *text, int milliseconds);
/* Until the child ends; its status as waitpid(2) gives it, -1 at the bound. */
int term_wait_end(struct term *term);
/* Takes what comes for some milliseconds, all of them. */
void term_take(struct term *term, int milliseconds);

/* The screen as a picture. */
void term_svg(struct term *term, FILE *out, const char *title);

#endif
