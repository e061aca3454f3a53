/* SPDX-License-Identifier: ISC */
/*
 * A chart of balances over time, in block characters: a column for each
 * entry of one account, the newest at the right, from nothing at the bottom
 * to the highest balance at the top.  In ASCII of `#`.
 */
#ifndef ATM_CHART_H
#define ATM_CHART_H

#include "draw.h"
#include "../base/history.h"

#define CHART_COLUMNS 128
#define CHART_STEPS 8 /* of a row */

struct chart {
	int columns;                /* the oldest first */
	int heights[CHART_COLUMNS]; /* in steps, from 1 to the height */
	int64_t lowest, highest;    /* cents, of what is shown */
	const struct history_entry *oldest, *newest;
};

struct chrome;

/* The newest of the account's entries that fit: pure. */
void chart_make(struct chart *chart, const struct rect *place,
    const struct history_entry *entries, size_t count,
    enum wire_account account);
/* False where the account has no entries, and nothing is drawn. */
bool chart_draw(const struct canvas *canvas, const struct rect *place,
    const struct history_entry *entries, size_t count,
    enum wire_account account);

/* Both accounts on the whole body, with their range in money and time. */
void chart_both(
    struct chrome *chrome, const struct history_entry *entries, size_t count);

#endif
