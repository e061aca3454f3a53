/* SPDX-License-Identifier: ISC */
/*
 * The terminal: only this file starts and ends curses.  Every way out restores
 * the terminal with term_stop().  If the process crashes, a handler writes the
 * same bytes by system calls alone.
 */
#ifndef SHARED_TERM_H
#define SHARED_TERM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Keys: a character is its code point; all other keys are below.  Unknown
 * escape sequences and a terminal's answers to queries are not keys, whenever
 * they come and in however many pieces.
 */
enum term_key {
	TERM_NONE = 0,
	TERM_UP = 0x200000,
	TERM_DOWN,
	TERM_LEFT,
	TERM_RIGHT,
	TERM_HOME,
	TERM_END,
	TERM_PAGE_UP,
	TERM_PAGE_DOWN,
	TERM_TAB,
	TERM_BACK_TAB,
	TERM_ENTER,
	TERM_BACKSPACE,
	TERM_DELETE,
	TERM_ESC,
	TERM_F1,
	TERM_F2,
	TERM_F3,
	TERM_F4,
	TERM_MOUSE,     /* pressed; term_key() sets y and x */
	TERM_INTERRUPT, /* Ctrl-C */
	TERM_SUSPEND,   /* Ctrl-Z */
	TERM_REDRAW,    /* Ctrl-L */
	TERM_OTHER      /* a key without a function; a sign of activity */
};

/*
 * Starts curses on standard input and output.  `locked` (kiosk mode) also
 * ignores the signals of job control.  If the host has no description of $TERM,
 * `tell` is called before the start with a line about the description used
 * instead.  Returns 0, or BANK_ESYS with error[0..size).
 */
int term_start(
    bool locked, void (*tell)(const char *remark), char *error, size_t size);
/* Whether the host has a description of this type that curses can use. */
bool term_is_described(const char *name);
/* Clears the screen and restores the terminal; may be called twice. */
void term_stop(void);

/* Returns the next waiting key, or TERM_NONE; never blocks. */
int term_key(int *y, int *x);
/* Whether the terminal is gone (closed, end of input). */
bool term_gone(void);

/* Adopts the terminal's present size. */
void term_resize(void);
/* Stops the process as Ctrl-Z does; returns when it is continued. */
void term_suspend(void);

#endif
