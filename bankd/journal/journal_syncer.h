/* SPDX-License-Identifier: ISC */
/*
 * Syncs of the segment that is written to: within the call, or by a thread of
 * its own while the caller does something else.
 */
#ifndef BANKD_JOURNAL_SYNCER_H
#define BANKD_JOURNAL_SYNCER_H

#include <pthread.h>
#include <stdbool.h>

enum journal_sync { JOURNAL_SYNC_IDLE, JOURNAL_SYNC_WANTED, JOURNAL_SYNC_DONE };

struct journal_syncer {
	bool threaded;
	pthread_t thread;

	/* What the thread shares with the caller, under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool ending;
	enum journal_sync state;
	int fd, error;
};

void journal_syncer_begin(struct journal_syncer *syncer);
/* 0, or the number of an error of pthread_create(3). */
int journal_syncer_serve(struct journal_syncer *syncer);
void journal_syncer_end(struct journal_syncer *syncer);
/* The thread begins to sync; only while it serves. */
void journal_syncer_start(struct journal_syncer *syncer, int fd);
/* What was written is on stable storage: 0 or BANK_EIO. */
int journal_syncer_wait(struct journal_syncer *syncer, int fd);

#endif
