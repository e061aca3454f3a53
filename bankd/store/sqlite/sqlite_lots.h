/* SPDX-License-Identifier: ISC */
/*
 * The lots of the store, and its journal.
 */
#ifndef BANKD_SQLITE_LOTS_H
#define BANKD_SQLITE_LOTS_H

#include "../record.h"

struct journal_options;
struct store;

/* What the store says of itself to its journal. */
void sqlite_lots_options(
    const struct store *store, struct journal_options *options);
/* Into the open batch's lot; nothing while lots are taken over. */
int sqlite_note(struct store *store, struct record *record);
/*
 * The open batch's rows and its lot, on stable storage.  BANK_ENOSPC and
 * BANK_EAGAIN: the batch is to be aborted.
 */
int sqlite_propose(struct store *store);
/* After a batch was kept: its rows are committed now, or ride on. */
int sqlite_carry(struct store *store);
int sqlite_commit_carried(struct store *store);

#endif
