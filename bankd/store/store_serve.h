/* SPDX-License-Identifier: ISC */
/*
 * A store that serves: what is committed is in its journal at once, and where
 * readers see it a little later.
 */
#ifndef BANKD_STORE_SERVE_H
#define BANKD_STORE_SERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "../journal/journal_engine.h"
#include "store.h"

/*
 * From now on what is committed is in the journal, and on stable storage with
 * it, but not yet where readers see it.  store_publish() is for the caller to
 * call: before a reader is asked, when the store is far behind, and 0.1 s
 * after it fell behind.
 * With `threads` some work is done beside the caller.  0 or BANK_EIO.
 */
int store_serve(struct store *store, bool threads);
int store_publish(struct store *store);
enum store_behind { STORE_UP_TO_DATE, STORE_BEHIND, STORE_FAR_BEHIND };
enum store_behind store_behind(const struct store *store);

/* How far bank.db has followed the journal. */
struct store_status {
	uint64_t lot, behind; /* the newest; lots that bank.db lacks */
	struct journal_status journal;
};
void store_status(const struct store *store, struct store_status *status);
/* Of the log, which begins anew unless a reader holds an old moment. */
uint64_t store_log_bytes(const struct store *store);
/* The newest lot that it has, and its digest. */
void store_place(const struct store *store, struct journal_place *place);

#endif
