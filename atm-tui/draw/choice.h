/* SPDX-License-Identifier: ISC */
/*
 * A choice between a few things, numbered from 1: a menu of libmenu, each
 * item in a box where there is room, or, in the large theme, with its number
 * drawn from blocks.  A digit or a touch chooses at once,
 * arrows move, Enter chooses what has the focus.
 */
#ifndef ATM_CHOICE_H
#define ATM_CHOICE_H

#include <menu.h>

#include "draw.h"

#define CHOICE_ITEMS 9
#define CHOICE_CELLS (2 * CHOICE_ITEMS)

struct chrome;

/* Results besides the index (from 0) of what was chosen. */
enum { CHOICE_MOVED = -1, CHOICE_UNKNOWN = -2 };
/* Whether one was chosen; says so where the key is none of the menu's. */
bool choice_made(struct chrome *chrome, int index);

struct choice {
	const char *labels[CHOICE_ITEMS]; /* English; shown through _() */
	int count;
	int left; /* how many stand in the left column where there are two */
	int focus;
	/* As drawn last. */
	MENU *menu;
	ITEM *items[CHOICE_CELLS + 1];
	int cell_of[CHOICE_ITEMS];
	char range[8]; /* "1-7", for the key line */
	WINDOW *pad;
	struct rect places[CHOICE_ITEMS]; /* on the body */
};

/* Draws into the rows from y on; sets the cursor on the focus, and hints. */
void choice_draw(struct choice *choice, struct chrome *chrome, int y);
int choice_key(struct choice *choice, int key);
int choice_mouse(const struct choice *choice, int y, int x);
/* Frees what libmenu has of it. */
void choice_close(struct choice *choice);

#endif
