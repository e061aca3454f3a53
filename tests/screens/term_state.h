/* SPDX-License-Identifier: ISC */
/*
 * Between term.c (child, keys, waits), term_text.c (what is on the screen)
 * and term_svg.c (pictures of it).
 */
#ifndef TESTS_TERM_STATE_H
#define TESTS_TERM_STATE_H

#include <vterm.h>

#include "term.h"

#define TERM_ROW_SIZE 2048
#define TERM_CELL_SIZE 32

struct term {
	VTerm *vterm;
	VTermScreen *screen;
	int fd;
	pid_t pid;
	bool ended, closed; /* child; its side of the terminal */
	int status;
	int rows, columns;
	VTermPos cursor;
	bool alternate, mouse;
	size_t bytes;
	char row[TERM_ROW_SIZE];
};

/* The cell's character as UTF-8, a space where it is empty; its width. */
int term_cell(
    struct term *term, int row, int column, char text[TERM_CELL_SIZE]);

#endif
