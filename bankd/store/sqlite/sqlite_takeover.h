/* SPDX-License-Identifier: ISC */
/*
 * Lots put on the state: those of a start, and other hosts'.
 */
#ifndef BANKD_SQLITE_TAKEOVER_H
#define BANKD_SQLITE_TAKEOVER_H

#include "../../journal/lot.h"

struct store;

/* The next lot, in a batch of its own; all or nothing. */
int sqlite_take_over_lot(struct store *store, struct lot_view view);
/* Why not. */
const char *sqlite_lot_fault(int error);

#endif
