/* SPDX-License-Identifier: ISC */
/*
 * Sees to the segments that aren't written to: the spare one, and those that
 * bank.db no longer needs, of which one becomes the spare and the others go.
 * At first within the calls; after journal_keeper_serve() in a thread of its
 * own, so that the vault waits for a spare only where none is ready.
 *
 * Errors: BANK_EIO (a sync failed: no lot may be written any more),
 * BANK_ENOSPC with errno, BANK_ENOMEM.
 */
#ifndef BANKD_JOURNAL_KEEPER_H
#define BANKD_JOURNAL_KEEPER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "segment.h"

#define JOURNAL_SIZE_LEAST ((size_t)1024 * 1024) /* of a segment */

struct journal_keeper {
	const char *directory; /* the journal's; the caller keeps it */
	bool threaded;
	pthread_t thread;

	/* What the thread shares with the caller, under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	bool ending;
	size_t spare;      /* its size; 0: none */
	size_t wanted;     /* the size that a new one gets */
	bool wants, busy;  /* one is to be made; the keeper works unlocked */
	bool failed;       /* a sync has */
	int error, number; /* of the last spare that was made, and its errno */
	struct segment *dropped; /* not needed, the oldest first */
	size_t dropped_count;
};

void journal_keeper_begin(struct journal_keeper *keeper, const char *directory);
/* 0, or the number of an error of pthread_create(3). */
int journal_keeper_serve(struct journal_keeper *keeper);
void journal_keeper_end(struct journal_keeper *keeper);

/* A spare of this size stands there already. */
void journal_keeper_found(struct journal_keeper *keeper, size_t spare);
size_t journal_keeper_spare(struct journal_keeper *keeper);
/* A spare will soon be needed.  A full disk is no error yet. */
int journal_keeper_want(struct journal_keeper *keeper);
/*
 * The spare becomes the segment that begins with `segment->first`, of at
 * least segment->size bytes, which is then set to what it has.  `soon`: the
 * one before was used up fast, so the next ones are larger.
 */
int journal_keeper_take(
    struct journal_keeper *keeper, struct segment *segment, bool soon);
/* Nobody needs these any more.  Without memory they stay where they are. */
int journal_keeper_drop(struct journal_keeper *keeper,
    const struct segment *segments, size_t count);

#endif
