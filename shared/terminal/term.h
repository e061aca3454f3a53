/* SPDX-License-Identifier: ISC */
/*
 * The terminal: curses is started and ended here and nowhere else.  There
 * is one restore, term_stop(), on every way out; where the process crashes,
 * a handler writes the same by system calls alone.
 */
#ifndef SHARED_TERM_H
#define SHARED_TERM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Keys: a character is its code point, everything else one of these.
 * Unknown escape sequences, and what a terminal answers to a question, are
 * no keys at all, whenever and in however many pieces they come.
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
	TERM_MOUSE,     /* pressed: where, by term_key()'s y and x */
	TERM_INTERRUPT, /* Ctrl-C */
	TERM_SUSPEND,   /* Ctrl-Z */
	TERM_REDRAW,    /* Ctrl-L */
	TERM_OTHER      /* a key without a meaning here; still a sign of life */
};

/*
 * Starts curses on standard input and output.  `locked` (kiosk mode) also
 * ignores the signals of job control.  `tell` is called before it, if it is,
 * with a line on the description of another terminal that was taken where the
 * host has none of $TERM.  0, or BANK_ESYS with error[0..size).
 */
int term_start(
    bool locked, void (*tell)(const char *remark), char *error, size_t size);
/* Wipes the screen and restores the terminal; may be called twice. */
void term_stop(void);

/* The next key that is waiting, TERM_NONE after the last; never blocks. */
int term_key(int *y, int *x);
/* Whether the terminal is gone (closed, end of input). */
bool term_gone(void);

/* Takes the terminal's present size over. */
void term_resize(void);
/* Stops the process as Ctrl-Z does; returns when it is continued. */
void term_suspend(void);

#endif
