/* SPDX-License-Identifier: ISC */
/*
 * A chart of one account's balance over its newest entries: a line with a
 * scale at its left and dates below it.  The scale shows the movement, so it
 * begins at a round amount below the lowest balance and not at nothing.  The
 * line is drawn in braille; on a console, which has none, as an area of half
 * blocks, and in ASCII of `#`.
 */
#ifndef ATM_CHART_H
#define ATM_CHART_H

#include <time.h>

#include "draw.h"
#include "../base/history.h"

#define CHART_ENTRIES 2048
#define CHART_ROWS 5 /* a chart has at least so many, and so many columns */
#define CHART_COLUMNS 24

struct chart {
	size_t count;                    /* 0: the account has no entries */
	int64_t balances[CHART_ENTRIES]; /* cents, the oldest first */
	time_t times[CHART_ENTRIES];
	int64_t lowest, highest;
	int64_t low, step; /* of the scale, cents */
	int ticks;         /* the lines of the scale, `low` is the first */
	bool by_time;      /* columns are alike in time, else each an entry */
};

struct chrome;

/*
 * Takes the newest of the account's entries, which stand newest first, and
 * makes a scale for so many rows.  A week or more of them is shown by time.
 * Pure.
 */
void chart_make(struct chart *chart, const struct history_entry *entries,
    size_t count, enum wire_account account);
void chart_scale(struct chart *chart, int rows);
/* What stands at a column of so many; its index in balances[].  Pure. */
size_t chart_at(const struct chart *chart, int column, int columns);

/* Both accounts with a title each, one below the other or beside it. */
void chart_both(struct chrome *chrome, const struct rect *place,
    const struct history_entry *entries, size_t count);

#endif
