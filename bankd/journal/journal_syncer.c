/* SPDX-License-Identifier: ISC */
/*
 * One sync at a time.  While the thread syncs, its caller doesn't touch the
 * descriptor.
 */
#include "journal_syncer.h"

#include <unistd.h>

#include "../../shared/base/error.h"

static int
sync_file(int fd)
{
	return fdatasync(fd) == 0 ? 0 : BANK_EIO;
}

static void *
run(void *context)
{
	struct journal_syncer *syncer = context;
	int error, fd;

	pthread_mutex_lock(&syncer->lock);
	while (!syncer->ending) {
		if (syncer->state != JOURNAL_SYNC_WANTED) {
			pthread_cond_wait(&syncer->changed, &syncer->lock);
			continue;
		}
		fd = syncer->fd;
		pthread_mutex_unlock(&syncer->lock);
		error = sync_file(fd);
		pthread_mutex_lock(&syncer->lock);
		syncer->error = error;
		syncer->state = JOURNAL_SYNC_DONE;
		pthread_cond_signal(&syncer->changed);
	}
	pthread_mutex_unlock(&syncer->lock);
	return NULL;
}

void
journal_syncer_begin(struct journal_syncer *syncer)
{
	*syncer = (struct journal_syncer) { .fd = -1 };
	pthread_mutex_init(&syncer->lock, NULL);
	pthread_cond_init(&syncer->changed, NULL);
}

int
journal_syncer_serve(struct journal_syncer *syncer)
{
	int number = 0;

	if (!syncer->threaded)
		number = pthread_create(&syncer->thread, NULL, run, syncer);
	syncer->threaded = number == 0;
	return number;
}

void
journal_syncer_end(struct journal_syncer *syncer)
{
	if (syncer->threaded) {
		pthread_mutex_lock(&syncer->lock);
		syncer->ending = true;
		pthread_cond_signal(&syncer->changed);
		pthread_mutex_unlock(&syncer->lock);
		pthread_join(syncer->thread, NULL);
	}
	pthread_mutex_destroy(&syncer->lock);
	pthread_cond_destroy(&syncer->changed);
}

void
journal_syncer_start(struct journal_syncer *syncer, int fd)
{
	pthread_mutex_lock(&syncer->lock);
	syncer->fd = fd;
	syncer->state = JOURNAL_SYNC_WANTED;
	pthread_cond_signal(&syncer->changed);
	pthread_mutex_unlock(&syncer->lock);
}

int
journal_syncer_wait(struct journal_syncer *syncer, int fd)
{
	bool beside;
	int error;

	pthread_mutex_lock(&syncer->lock);
	beside = syncer->state != JOURNAL_SYNC_IDLE;
	while (beside && syncer->state != JOURNAL_SYNC_DONE)
		pthread_cond_wait(&syncer->changed, &syncer->lock);
	syncer->state = JOURNAL_SYNC_IDLE;
	error = syncer->error;
	pthread_mutex_unlock(&syncer->lock);
	return beside ? error : sync_file(fd);
}
