/* SPDX-License-Identifier: ISC */
/*
 * Threads of the vault: a pool runs jobs, pure functions that share nothing,
 * and hands them back to the loop in the order in which they ended.  Owners
 * of jobs take turns (turns.h); one owner's jobs run in the order in which
 * they were submitted.  vault_core.h has the vault's four pools.
 *
 * A job's run() may not touch the vault, log, or allocate for others.
 */
#ifndef BANKD_POOL_H
#define BANKD_POOL_H

#include <sys/queue.h>

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job {
	void (*run)(struct job *job, void *thread);   /* on the pool's */
	void (*done)(struct job *job, void *context); /* on the loop's */
	uint32_t owner; /* a customer's number; 0: all such are one's */
	/* The pool's. */
	STAILQ_ENTRY(job) link;
	TAILQ_ENTRY(job) line;
	LIST_ENTRY(job) same_bucket;
	struct job *behind, *last; /* in its line */
};

struct pool;

enum pool_priority {
	POOL_EQUAL, /* to the loop */
	POOL_LOW,   /* a higher nice value, see setpriority(2) */
	POOL_SPARE, /* runs when no other thread does: SCHED_IDLE */
};

struct pool_options {
	unsigned threads;
	enum pool_priority priority;
	void *thread;                  /* what run() gets */
	void *context;                 /* what done() and settle() get */
	void (*settle)(void *context); /* after each round of done() */
};

/* 0, BANK_ENOMEM or BANK_ESYS with errno. */
int pool_new(struct pool **pool, struct event_base *base,
    const struct pool_options *options);
/* The job is the pool's until its done(), which is always called once. */
void pool_submit(struct pool *pool, struct job *job);
/* From now on half of its threads run jobs, at least one; or again all. */
void pool_halve(struct pool *pool, bool half);
/* Jobs submitted whose done() has not been called. */
size_t pool_in_hand(const struct pool *pool);
/* Lets the jobs that run end, drops the others; calls no done(). */
void pool_free(struct pool *pool);

#endif
