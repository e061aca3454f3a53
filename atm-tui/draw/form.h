/* SPDX-License-Identifier: ISC */
/*
 * Forms on libform: a few fields under each other and a row of buttons.
 * Text is edited by libform; a secret is kept here and libform sees only
 * bullets; an amount takes only keys that can belong to an amount.
 *
 * Enter goes to the next field, from the last one submits, or where
 * something is missing goes to the buttons, which digits choose.
 */
#ifndef ATM_FORM_H
#define ATM_FORM_H

#include <form.h>
#include <panel.h>
#include <stdint.h>

#include "draw.h"

#define FORM_LINES 4
#define FORM_BUTTONS 4
#define FORM_VALUE_SIZE 132

struct chrome;

enum form_kind { FORM_ID, FORM_TEXT, FORM_SECRET, FORM_AMOUNT };

/* Results besides the index of a button: */
enum {
	FORM_MOVED = -1,
	FORM_SUBMIT = -2, /* the first button, or Enter on the last field */
	FORM_CANCEL = -3,
	FORM_REFUSED = -4 /* the key makes nothing here */
};

struct form_line {
	const char *label; /* English; shown through _() */
	enum form_kind kind;
	size_t limit;      /* bytes */
	bool optional;     /* may stay empty */
	const char *error; /* English, shown through _(); or NULL */
	char value[FORM_VALUE_SIZE];
	FIELD *field;
	struct rect place; /* on the body */
};

struct form_page {
	struct form_line lines[FORM_LINES];
	int count;
	const char *buttons[FORM_BUTTONS]; /* [0] submits; the last cancels */
	int button_count;
	int focus; /* a line, or count + button */
	/* As built last. */
	FORM *form;
	FIELD *fields[FORM_LINES + 1];
	PANEL *panel;
	struct rect place; /* of the panel, on the body */
	int pitch, theme, top, left;
	int faced; /* the line for which the keypad has its face, from 1 */
	struct rect button_places[FORM_BUTTONS];
};

/* Draws from row y of the body on; returns the next free row. */
int form_draw(struct form_page *page, struct chrome *chrome, int y);
int form_key(struct form_page *page, int key);
int form_mouse(struct form_page *page, int y, int x);
/* Frees what libform has of it.  The values stay for the screen's wipe. */
void form_close(struct form_page *page);

void form_set(struct form_page *page, int line, const char *value);
/* Focus on a line; what is typed first replaces what stands there. */
void form_focus(struct form_page *page, int line, bool replace);
/* Puts an error (English) at its field and the focus on it. */
void form_fail(struct form_page *page, int line, const char *error);
/* The amount's cents; BANK_EINVAL where there is none or it is 0. */
int form_cents(const struct form_page *page, int line, int64_t *cents);

#endif
