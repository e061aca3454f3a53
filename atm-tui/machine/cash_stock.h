/* SPDX-License-Identifier: ISC */
/*
 * How many notes the machine has, in the file `stock` of the kiosk's state
 * directory: a line `20 200` for each note.  A missing file, or a note that
 * isn't in it, means what `[cash] stock` says: so to remove the file is to
 * say that the machine was refilled.
 */
#ifndef ATM_CASH_STOCK_H
#define ATM_CASH_STOCK_H

#include "cash_notes.h"

#define CASH_STOCK_FILE "stock"

/*
 * Sets notes->left[] from the file in `directory`; `refill` has the counts
 * after a refill.  0; BANK_EDAMAGED (not a stock file), BANK_ESYS.
 */
int cash_stock_read(
    const char *directory, const int64_t *refill, struct cash_notes *notes);

/*
 * Takes `sign` times the plan's notes out of the stock (-1 puts them back),
 * on stable storage, against all processes that share the directory; sets
 * notes->left[].  0; BANK_ENOSPC where there are too few; errors as above.
 */
int cash_stock_take(const char *directory, const int64_t *refill,
    struct cash_notes *notes, const struct cash_plan *plan, int sign);

#endif
