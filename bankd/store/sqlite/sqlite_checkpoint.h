/* SPDX-License-Identifier: ISC */
/*
 * Checkpoints: the log's pages put into bank.db and synced.
 */
#ifndef BANKD_SQLITE_CHECKPOINT_H
#define BANKD_SQLITE_CHECKPOINT_H

struct store;

#define STORE_READERS_MS 250 /* that a whole checkpoint waits for readers */

int sqlite_after_commit(struct store *store);
int sqlite_checkpoint(struct store *store, int mode);
/* A thread that does it, between the two. */
int sqlite_checkpointer_start(struct store *store);
void sqlite_checkpointer_stop(struct store *store);

#endif
