/* SPDX-License-Identifier: ISC */
/*
 * What is to be done between two batches, in the order in which it was put
 * off: a request that has waited, an attempt that may be tried again.
 */
#ifndef BANKD_DEFERRED_H
#define BANKD_DEFERRED_H

#include <sys/queue.h>

#include <stdbool.h>

struct vault;

/* Embedded in what it concerns; zeroed but for run, it waits for nothing. */
struct deferred {
	void (*run)(struct vault *vault, struct deferred *deferred);
	bool queued;
	TAILQ_ENTRY(deferred) link;
};
TAILQ_HEAD(deferred_queue, deferred);

/* Once, however often it is asked for. */
void deferred_add(struct vault *vault, struct deferred *deferred);
void deferred_forget(struct vault *vault, struct deferred *deferred);
/* Takes and runs the first; false where there is none. */
bool deferred_run(struct vault *vault);

#endif
