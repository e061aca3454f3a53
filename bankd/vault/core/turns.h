/* SPDX-License-Identifier: ISC */
/*
 * Who is next: jobs that wait, in a line for each owner, and the lines have
 * turns.  However many jobs one owner has, another's next waits for one of
 * each owner's, no more.  All of it in constant time; the caller's lock.
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
