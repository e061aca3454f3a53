/* SPDX-License-Identifier: ISC */
/*
 * The vault's batch: the steps that came in together are applied in order to
 * the store's copies of accounts, committed once, and only then answered.
 * Steps that only read are answered before the commit, from what is on disk:
 * their kiosks go on while the disk writes.  On a full disk all steps are
 * applied again in a mode that writes less (books.h); so apply() may depend
 * on nothing but the step and the books.
 *
 *	batch_add() --> apply() --> commit --> finish() --> gone
 *	                  ^  |         |
 *	                  +--+         +-- nothing to write: finish() at once
 *	       again, from the store's copies, after a full disk, or where
 *	       another host was first
 *
 * apply() sets `reply`; finish() may not change it.
 */
#ifndef BANKD_BATCH_H
#define BANKD_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "step.h"

#define BATCH_MAX 512

struct batch;
struct session;
struct vault;

/* NULL where memory is lacking. */
struct batch *batch_new(void);
void batch_free(struct batch *batch);

/* A new step, zeroed, at the end; runs the batch first if it is full. */
struct step *batch_add(struct vault *vault, const struct step_kind *kind,
    struct connection *connection);
bool batch_is_full(const struct batch *batch);
/*
 * While others' lots are taken over: what the present run left outside the
 * store is taken back, once; what a session asked for is dropped unanswered.
 */
void batch_undo(struct vault *vault);
void batch_forget(struct vault *vault, const struct session *session);
/* bank.db follows what was committed: soon, or at once. */
void batch_publish_later(struct vault *vault);
/* Runs until no step and nothing deferred is left. */
void batch_run(struct vault *vault);

#endif
