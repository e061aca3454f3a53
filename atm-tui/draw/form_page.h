/* SPDX-License-Identifier: ISC */
/*
 * What a form is made of.  Its screen sets the lines and buttons; the rest is
 * form.c's.
 */
#ifndef ATM_FORM_PAGE_H
#define ATM_FORM_PAGE_H

#include <form.h>
#include <panel.h>
#include <stdbool.h>
#include <stddef.h>

#include "draw.h"

#define FORM_LINES 4
#define FORM_BUTTONS 4
#define FORM_VALUE_SIZE 132

enum form_kind { FORM_ID, FORM_TEXT, FORM_SECRET, FORM_AMOUNT };

struct form_line {
	const char *label; /* English; shown through _() */
	enum form_kind kind;
	size_t limit;      /* bytes */
	bool optional;     /* may stay empty */
	const char *error; /* English, shown through _(); or NULL */
	bool full;         /* it refused a character that has no room */
	char value[FORM_VALUE_SIZE];
	FIELD *field;
	struct rect place; /* on the body */
};

struct form_page {
	struct form_line lines[FORM_LINES];
	int count;
	const char *buttons[FORM_BUTTONS]; /* [0] submits; the last cancels */
	int button_count;
	int focus;    /* a line, or count + button */
	bool replace; /* what is typed first replaces what stands there */
	/* As built last. */
	FORM *form;
	FIELD *fields[FORM_LINES + 1];
	WINDOW *pad; /* libform's own, which nobody sees */
	PANEL *panel;
	struct rect place; /* of the panel, on the body */
	int pitch, theme, top, left;
	bool mirrored;
	int turned; /* the line for which the keypad has its page, from 1 */
	struct rect button_places[FORM_BUTTONS];
};

#endif
