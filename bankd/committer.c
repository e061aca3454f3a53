/* SPDX-License-Identifier: ISC */
/*
 * One state under one lock, and an eventfd that wakes the loop.  The
 * vault's.
 */
#include "committer.h"

#include <sys/eventfd.h>

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "../shared/error.h"

enum state { IDLE, STARTED, ENDED, STOPPING };

struct committer {
	void (*run)(void *context), (*ended)(void *context);
	void *context;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum state state; /* under the lock */
	struct event *event;
	int wake_fd;
	bool has_thread;
	pthread_t thread;
};

static void
set_state(struct committer *committer, enum state state)
{
	pthread_mutex_lock(&committer->lock);
	committer->state = state;
	pthread_cond_signal(&committer->changed);
	pthread_mutex_unlock(&committer->lock);
}

static bool
wait_for_start(struct committer *committer)
{
	bool started;

	pthread_mutex_lock(&committer->lock);
	while (committer->state != STARTED && committer->state != STOPPING)
		pthread_cond_wait(&committer->changed, &committer->lock);
	started = committer->state == STARTED;
	pthread_mutex_unlock(&committer->lock);
	return started;
}

static void *
thread_main(void *argument)
{
	struct committer *committer = argument;
	uint64_t one = 1;

	while (wait_for_start(committer)) {
		committer->run(committer->context);
		set_state(committer, ENDED);
		while (write(committer->wake_fd, &one, sizeof(one)) == -1 &&
		    errno == EINTR)
			continue;
	}
	return NULL;
}

static void
on_ended(evutil_socket_t fd, short what, void *argument)
{
	struct committer *committer = argument;
	uint64_t count;

	(void)what;
	while (read(fd, &count, sizeof(count)) == -1 && errno == EINTR)
		continue;
	committer->ended(committer->context);
}

/* All signals are the loop's. */
static int
start_thread(struct committer *committer)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error =
	    pthread_create(&committer->thread, NULL, thread_main, committer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	committer->has_thread = error == 0;
	errno = error;
	return error == 0 ? 0 : BANK_ESYS;
}

int
committer_new(struct committer **made, struct event_base *base,
    void (*run)(void *context), void (*ended)(void *context), void *context)
{
	struct committer *committer;
	int error = BANK_ESYS;

	*made = NULL;
	if ((committer = calloc(1, sizeof(*committer))) == NULL)
		return BANK_ENOMEM;
	committer->run = run;
	committer->ended = ended;
	committer->context = context;
	pthread_mutex_init(&committer->lock, NULL);
	pthread_cond_init(&committer->changed, NULL);
	committer->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (committer->wake_fd == -1)
		goto out;
	error = BANK_ENOMEM;
	committer->event = event_new(base, committer->wake_fd,
	    EV_READ | EV_PERSIST, on_ended, committer);
	if (committer->event == NULL || event_add(committer->event, NULL) != 0)
		goto out;
	error = start_thread(committer);
out:
	if (error == 0)
		*made = committer;
	else
		committer_free(committer);
	return error;
}

void
committer_start(struct committer *committer)
{
	set_state(committer, STARTED);
}

bool
committer_has_ended(struct committer *committer)
{
	bool ended;

	pthread_mutex_lock(&committer->lock);
	ended = committer->state == ENDED;
	pthread_mutex_unlock(&committer->lock);
	return ended;
}

void
committer_wait(struct committer *committer)
{
	pthread_mutex_lock(&committer->lock);
	assert(committer->state == STARTED || committer->state == ENDED);
	while (committer->state != ENDED)
		pthread_cond_wait(&committer->changed, &committer->lock);
	committer->state = IDLE;
	pthread_mutex_unlock(&committer->lock);
}

void
committer_free(struct committer *committer)
{
	if (committer == NULL)
		return;
	set_state(committer, STOPPING);
	if (committer->has_thread)
		pthread_join(committer->thread, NULL);
	if (committer->event != NULL)
		event_free(committer->event);
	if (committer->wake_fd != -1)
		close(committer->wake_fd);
	pthread_cond_destroy(&committer->changed);
	pthread_mutex_destroy(&committer->lock);
	free(committer);
}
