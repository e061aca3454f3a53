/* SPDX-License-Identifier: ISC */
/*
 * The pool: who waits and who has ended, under one lock, and an eventfd that
 * wakes the loop.
 * The vault's; a thread of it touches nothing but the job that it was given.
 */
#include "pool.h"

#include <sys/eventfd.h>
#include <sys/resource.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../../shared/base/error.h"
#include "turns.h"

#define THREADS_MAX 64
#define LOW_NICE 10
#define STACK_WIPED 16384

STAILQ_HEAD(job_list, job);

struct pool {
	struct pool_options options;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct turns waiting;  /* under the lock */
	struct job_list ended; /* under the lock */
	bool stopping, half;   /* under the lock */
	unsigned running;      /* under the lock */
	size_t in_hand;        /* the loop's */
	struct event *event;
	int wake_fd;
	unsigned started;
	pthread_t threads[THREADS_MAX];
};

/* Wipes the stack: passwords were on it, in frames of libraries too. */
static __attribute__((noinline)) void
wipe_stack(void)
{
	uint8_t below[STACK_WIPED];

	OPENSSL_cleanse(below, sizeof(below));
}

static void
wake(const struct pool *pool)
{
	uint64_t one = 1;

	while (write(pool->wake_fd, &one, sizeof(one)) == -1 && errno == EINTR)
		continue;
}

/* Under the lock. */
static bool
may_run_one(const struct pool *pool)
{
	unsigned threads = pool->options.threads;
	unsigned most = pool->half ? (threads + 1) / 2 : threads;

	return pool->running < most && !turns_empty(&pool->waiting);
}

/* NULL: no more. */
static struct job *
next_job(struct pool *pool)
{
	struct job *job = NULL;

	pthread_mutex_lock(&pool->lock);
	while (!pool->stopping && !may_run_one(pool))
		pthread_cond_wait(&pool->more, &pool->lock);
	if (!pool->stopping) {
		job = turns_take(&pool->waiting);
		pool->running++;
	}
	pthread_mutex_unlock(&pool->lock);
	return job;
}

static void
end_job(struct pool *pool, struct job *job)
{
	pthread_mutex_lock(&pool->lock);
	STAILQ_INSERT_TAIL(&pool->ended, job, link);
	pool->running--;
	pthread_mutex_unlock(&pool->lock);
	wake(pool);
}

/* Linux: 0 is the calling thread, not the process. */
static void
take_priority(enum pool_priority priority)
{
	const struct sched_param none = { 0 };

	if (priority == POOL_LOW)
		(void)setpriority(PRIO_PROCESS, 0, LOW_NICE);
	else if (priority == POOL_SPARE)
		(void)sched_setscheduler(0, SCHED_IDLE, &none);
}

static void *
thread_main(void *argument)
{
	struct pool *pool = argument;
	struct job *job;

	take_priority(pool->options.priority);
	while ((job = next_job(pool)) != NULL) {
		job->run(job, pool->options.thread);
		wipe_stack();
		end_job(pool, job);
	}
	return NULL;
}

static void
on_ended(evutil_socket_t fd, short what, void *argument)
{
	struct pool *pool = argument;
	struct job_list ended = STAILQ_HEAD_INITIALIZER(ended);
	struct job *job;
	uint64_t count;

	(void)what;
	while (read(fd, &count, sizeof(count)) == -1 && errno == EINTR)
		continue;
	pthread_mutex_lock(&pool->lock);
	STAILQ_CONCAT(&ended, &pool->ended);
	pthread_mutex_unlock(&pool->lock);
	while ((job = STAILQ_FIRST(&ended)) != NULL) {
		STAILQ_REMOVE_HEAD(&ended, link);
		pool->in_hand--;
		job->done(job, pool->options.context);
	}
	if (pool->options.settle != NULL)
		pool->options.settle(pool->options.context);
}

/* All signals are the loop's. */
static int
start_threads(struct pool *pool)
{
	sigset_t all, before;
	int error = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (pool->started < pool->options.threads && error == 0) {
		error = pthread_create(
		    &pool->threads[pool->started], NULL, thread_main, pool);
		if (error == 0)
			pool->started++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pool->started > 0)
		return 0;
	errno = error;
	return BANK_ESYS;
}

int
pool_new(struct pool **made, struct event_base *base,
    const struct pool_options *options)
{
	struct pool *pool;
	int error = BANK_ESYS;

	*made = NULL;
	if ((pool = calloc(1, sizeof(*pool))) == NULL)
		return BANK_ENOMEM;
	pool->options = *options;
	if (pool->options.threads > THREADS_MAX)
		pool->options.threads = THREADS_MAX;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->more, NULL);
	turns_init(&pool->waiting);
	STAILQ_INIT(&pool->ended);
	pool->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->wake_fd == -1)
		goto out;
	error = BANK_ENOMEM;
	pool->event = event_new(
	    base, pool->wake_fd, EV_READ | EV_PERSIST, on_ended, pool);
	if (pool->event == NULL || event_add(pool->event, NULL) != 0)
		goto out;
	error = start_threads(pool);
out:
	if (error == 0)
		*made = pool;
	else
		pool_free(pool);
	return error;
}

void
pool_submit(struct pool *pool, struct job *job)
{
	pool->in_hand++;
	pthread_mutex_lock(&pool->lock);
	turns_add(&pool->waiting, job);
	pthread_cond_signal(&pool->more);
	pthread_mutex_unlock(&pool->lock);
}

void
pool_halve(struct pool *pool, bool half)
{
	pthread_mutex_lock(&pool->lock);
	pool->half = half;
	if (!half)
		pthread_cond_broadcast(&pool->more);
	pthread_mutex_unlock(&pool->lock);
}

size_t
pool_in_hand(const struct pool *pool)
{
	return pool->in_hand;
}

void
pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->more);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->started; i++)
		pthread_join(pool->threads[i], NULL);
	if (pool->event != NULL)
		event_free(pool->event);
	if (pool->wake_fd != -1)
		close(pool->wake_fd);
	pthread_cond_destroy(&pool->more);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}
