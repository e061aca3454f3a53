/* SPDX-License-Identifier: ISC */
/*
 * What the machine's notes can make, `[cash] notes` and `usual`.  Pure.
 */
#ifndef ATM_CASH_NOTES_H
#define ATM_CASH_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CASH_NOTES_MAX 8
#define CASH_NOTES_ENOUGH 100000 /* a stock that isn't counted */

/* Notes of one machine: their values in whole units, and how many. */
struct cash_notes {
	size_t count;
	int64_t units[CASH_NOTES_MAX];
	int64_t left[CASH_NOTES_MAX];
};

/* How an amount is made, and where it can't be, what can. */
struct cash_plan {
	bool made;
	int64_t use[CASH_NOTES_MAX]; /* in the order of units */
	int64_t below, above;        /* cents; 0: none within reach */
};

/*
 * Reads `20 50` into whole units, the first `size` of them; returns how many
 * there are, or BANK_EINVAL where it is no list of numbers of 0 to 1000000.
 */
int cash_notes_read(const char *text, int64_t *units, size_t size);

/*
 * Plans how the notes make the amount: large notes first.  0, or BANK_ENOMEM
 * and a plan in which nothing is made.
 */
int cash_notes_plan(
    const struct cash_notes *notes, int64_t cents, struct cash_plan *plan);

/* `20x2 50x1` of what a plan uses.  Returns `text`. */
char *cash_notes_text(const struct cash_notes *notes,
    const struct cash_plan *plan, char *text, size_t size);

/*
 * `3 × $20, 1 × $50`, for the customer; `times` stands between the two.
 * Returns `text`, which is cut where it doesn't fit.
 */
struct cash_style {
	const char *times, *currency;
};
char *cash_notes_words(const struct cash_notes *notes,
    const struct cash_plan *plan, const struct cash_style *style, char *text,
    size_t size);

#endif
