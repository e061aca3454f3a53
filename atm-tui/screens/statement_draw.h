/* SPDX-License-Identifier: ISC */
/*
 * How a statement looks: a title with what is listed, a table, its totals.
 */
#ifndef ATM_STATEMENT_DRAW_H
#define ATM_STATEMENT_DRAW_H

#include "../draw/chrome.h"
#include "statement_list.h"

struct statement_table {
	const struct statement_list *list;
	const struct history_entry *entries;
	int top;        /* the uppermost of the list that is shown */
	bool searching; /* list->words are being typed */
	bool complete;  /* these are all that the customer has */
};

/* How many entries are shown at once. */
int statement_draw_rows(const struct chrome *chrome);
void statement_draw(struct chrome *chrome, const struct statement_table *table);
/*
 * Where a touch at a place of the body scrolls to: a new `top`, which may lie
 * beyond the ends, or the present one.
 */
int statement_draw_touched(const struct chrome *chrome,
    const struct statement_table *table, int y, int x);

#endif
