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

#include <stdbool.h>
#include <stdint.h>

#include "form_page.h"

/* Results besides the index of a button: */
enum {
	FORM_MOVED = -1,
	FORM_SUBMIT = -2, /* the first button, or Enter on the last field */
	FORM_CANCEL = -3,
	FORM_REFUSED = -4 /* the key makes nothing here */
};

struct chrome;

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
/* The first line that may not be empty and is, or -1. */
int form_missing(const struct form_page *page);
/* The amount's cents; BANK_EINVAL where there is none or it is 0. */
int form_cents(const struct form_page *page, int line, int64_t *cents);

#endif
