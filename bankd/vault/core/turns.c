/* SPDX-License-Identifier: ISC */
/*
 * Lines of jobs (the vault's): the first job of a line is in the list of lines
 * and in its owner's bucket; the others are chained behind it.
 */
#include "turns.h"

#include <stddef.h>

static struct turns_bucket *
bucket_of(struct turns *turns, const struct job *job)
{
	return &turns->by_owner[job->owner % TURNS_BUCKETS];
}

/* Puts the line that begins with this job at the end of the turns. */
static void
add_line(struct turns *turns, struct job *first)
{
	LIST_INSERT_HEAD(bucket_of(turns, first), first, same_bucket);
	TAILQ_INSERT_TAIL(&turns->lines, first, line);
}

void
turns_init(struct turns *turns)
{
	TAILQ_INIT(&turns->lines);
	for (size_t i = 0; i < TURNS_BUCKETS; i++)
		LIST_INIT(&turns->by_owner[i]);
}

bool
turns_empty(const struct turns *turns)
{
	return TAILQ_EMPTY(&turns->lines);
}

void
turns_add(struct turns *turns, struct job *job)
{
	struct job *first;

	job->behind = NULL;
	LIST_FOREACH (first, bucket_of(turns, job), same_bucket) {
		if (first->owner == job->owner) {
			first->last->behind = job;
			first->last = job;
			return;
		}
	}
	job->last = job;
	add_line(turns, job);
}

struct job *
turns_take(struct turns *turns)
{
	struct job *job = TAILQ_FIRST(&turns->lines);

	if (job == NULL)
		return NULL;
	TAILQ_REMOVE(&turns->lines, job, line);
	LIST_REMOVE(job, same_bucket);
	if (job->behind != NULL) {
		job->behind->last = job->last;
		add_line(turns, job->behind);
	}
	return job;
}
