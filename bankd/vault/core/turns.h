/* SPDX-License-Identifier: ISC */
/*
 * Who is next: each owner's jobs wait in a line of their own, and the lines
 * take turns.  However many jobs one owner has, another owner's next job waits
 * for one job of each owner at most.  Every call takes constant time; the
 * caller holds a lock.
 */
#ifndef BANKD_TURNS_H
#define BANKD_TURNS_H

#include <sys/queue.h>

#include "pool.h"

#define TURNS_BUCKETS 1024

struct turns {
	TAILQ_HEAD(turns_lines, job) lines; /* their first jobs */
	LIST_HEAD(turns_bucket, job) by_owner[TURNS_BUCKETS]; /* these too */
};

void turns_init(struct turns *turns);
bool turns_empty(const struct turns *turns);
/* The job goes to the end of its owner's line. */
void turns_add(struct turns *turns, struct job *job);
/* Takes the first job of the line whose turn it is; NULL where none waits. */
struct job *turns_take(struct turns *turns);

#endif
