/* SPDX-License-Identifier: ISC */
/*
 * The keeper of the segments that aren't written to: the vault's thread, or
 * one of its own.  It gives the lock away while it works on the disk, and is
 * `busy` then.
 */
#include "journal_keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/error.h"

#define SIZE_MOST ((size_t)64 * 1024 * 1024)

static void
make_spare(struct journal_keeper *keeper)
{
	size_t size = keeper->wanted;
	int error, number;

	keeper->busy = true;
	pthread_mutex_unlock(&keeper->lock);
	error = segment_make_spare(keeper->directory, size);
	number = errno;
	pthread_mutex_lock(&keeper->lock);
	keeper->number = number;
	keeper->error = error;
	keeper->failed = keeper->failed || error == BANK_EIO;
	keeper->spare = error == 0 ? size : 0;
	keeper->wants = keeper->busy = false;
	pthread_cond_broadcast(&keeper->done);
}

static void
drop_one(struct journal_keeper *keeper)
{
	struct segment segment = keeper->dropped[0];
	bool reuse = keeper->spare == 0 && segment.size == keeper->wanted;
	int error = 0;

	keeper->dropped_count--;
	memmove(keeper->dropped, keeper->dropped + 1,
	    keeper->dropped_count * sizeof(*keeper->dropped));
	keeper->busy = true;
	pthread_mutex_unlock(&keeper->lock);
	if (reuse)
		error = segment_recycle(keeper->directory, segment.first);
	if (!reuse || error != 0)
		segment_remove(keeper->directory, segment.first);
	pthread_mutex_lock(&keeper->lock);
	keeper->failed = keeper->failed || error == BANK_EIO;
	if (reuse && error == 0) {
		keeper->spare = segment.size;
		keeper->wants = false;
	}
	keeper->busy = false;
	pthread_cond_broadcast(&keeper->done);
}

static bool
work_once(struct journal_keeper *keeper)
{
	if (keeper->dropped_count > 0)
		drop_one(keeper);
	else if (keeper->wants)
		make_spare(keeper);
	else
		return false;
	return true;
}

static void *
work_always(void *context)
{
	struct journal_keeper *keeper = context;

	pthread_mutex_lock(&keeper->lock);
	while (!keeper->ending) {
		if (!work_once(keeper))
			pthread_cond_wait(&keeper->work, &keeper->lock);
	}
	pthread_mutex_unlock(&keeper->lock);
	return NULL;
}

/* With the lock held; without a thread it is done at once. */
static void
have_done(struct journal_keeper *keeper)
{
	if (keeper->threaded)
		pthread_cond_signal(&keeper->work);
	else
		while (work_once(keeper))
			continue;
}

void
journal_keeper_begin(struct journal_keeper *keeper, const char *directory)
{
	*keeper = (struct journal_keeper) {
		.directory = directory,
		.wanted = JOURNAL_SIZE_LEAST,
	};
	pthread_mutex_init(&keeper->lock, NULL);
	pthread_cond_init(&keeper->work, NULL);
	pthread_cond_init(&keeper->done, NULL);
}

int
journal_keeper_serve(struct journal_keeper *keeper)
{
	int number = pthread_create(&keeper->thread, NULL, work_always, keeper);

	keeper->threaded = number == 0;
	return number;
}

void
journal_keeper_end(struct journal_keeper *keeper)
{
	pthread_mutex_lock(&keeper->lock);
	keeper->ending = true;
	pthread_cond_signal(&keeper->work);
	pthread_mutex_unlock(&keeper->lock);
	if (keeper->threaded)
		pthread_join(keeper->thread, NULL);
	pthread_mutex_destroy(&keeper->lock);
	pthread_cond_destroy(&keeper->work);
	pthread_cond_destroy(&keeper->done);
	free(keeper->dropped);
}

void
journal_keeper_found(struct journal_keeper *keeper, size_t spare)
{
	keeper->spare = spare;
}

size_t
journal_keeper_spare(struct journal_keeper *keeper)
{
	size_t spare;

	pthread_mutex_lock(&keeper->lock);
	spare = keeper->spare;
	pthread_mutex_unlock(&keeper->lock);
	return spare;
}

/* A disk that was full is asked again when something was released. */
int
journal_keeper_want(struct journal_keeper *keeper)
{
	bool failed;

	pthread_mutex_lock(&keeper->lock);
	if (keeper->spare == 0 && !keeper->wants &&
	    keeper->dropped_count == 0 && keeper->error == 0) {
		keeper->wants = true;
		have_done(keeper);
	}
	failed = keeper->failed;
	pthread_mutex_unlock(&keeper->lock);
	return failed ? BANK_EIO : 0;
}

/* With the lock held: a spare of at least `size` bytes. */
static int
get_spare(struct journal_keeper *keeper, size_t size)
{
	while (keeper->busy)
		pthread_cond_wait(&keeper->done, &keeper->lock);
	if (keeper->spare >= size)
		return 0;
	while (keeper->wanted < size)
		keeper->wanted *= 2;
	keeper->spare = 0;
	keeper->wants = true;
	have_done(keeper);
	while (keeper->wants || keeper->busy)
		pthread_cond_wait(&keeper->done, &keeper->lock);
	errno = keeper->number;
	return keeper->spare != 0 ? 0 : keeper->error;
}

int
journal_keeper_take(
    struct journal_keeper *keeper, struct segment *segment, bool soon)
{
	int error;

	pthread_mutex_lock(&keeper->lock);
	error = get_spare(keeper, segment->size);
	if (error == 0) {
		segment->size = keeper->spare;
		keeper->spare = 0;
		if (soon && keeper->wanted < SIZE_MOST)
			keeper->wanted *= 2;
	}
	pthread_mutex_unlock(&keeper->lock);
	return error == 0
	    ? segment_take_spare(keeper->directory, segment->first)
	    : error;
}

int
journal_keeper_drop(
    struct journal_keeper *keeper, const struct segment *segments, size_t count)
{
	struct segment *more;
	bool failed;

	pthread_mutex_lock(&keeper->lock);
	more = reallocarray(
	    keeper->dropped, keeper->dropped_count + count, sizeof(*more));
	if (more != NULL) {
		keeper->dropped = more;
		memcpy(more + keeper->dropped_count, segments,
		    count * sizeof(*more));
		keeper->dropped_count += count;
		/* There is room again. */
		keeper->error = 0;
		have_done(keeper);
	}
	failed = keeper->failed;
	pthread_mutex_unlock(&keeper->lock);
	if (failed)
		return BANK_EIO;
	return more != NULL ? 0 : BANK_ENOMEM;
}
