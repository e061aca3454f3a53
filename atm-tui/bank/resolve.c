/* SPDX-License-Identifier: ISC */
/*
 * Names to addresses on a helper thread.  The thread shares one small struct
 * with the event loop, counted by reference, so that a question may be
 * dropped while getaddrinfo(3) still hangs in it.  Part of atm-tui.
 */
#include "resolve.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../shared/base/util.h"

/* What thread and loop share; the last one to let go frees it. */
struct question {
	atomic_int holders;
	int answered_fd; /* the thread's end: closed when it has answered */
	struct addrinfo *addresses;
	char *host, *port;
};

struct resolve {
	struct question *question;
	struct event *event;
	int fd;
	resolve_fn *done;
	void *context;
};

static void
question_release(struct question *question)
{
	if (atomic_fetch_sub(&question->holders, 1) > 1)
		return;
	if (question->addresses != NULL)
		freeaddrinfo(question->addresses);
	free(question->host);
	free(question->port);
	free(question);
}

static struct addrinfo *
lookup(const char *host, const char *port, int flags)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = flags };
	struct addrinfo *addresses = NULL;

	if (getaddrinfo(host, port, &hints, &addresses) != 0)
		return NULL;
	return addresses;
}

static void *
question_thread(void *argument)
{
	struct question *question = argument;
	int fd = question->answered_fd;

	question->addresses = lookup(question->host, question->port, 0);
	question_release(question);
	close(fd);
	return NULL;
}

static void
resolve_answered(int fd, short what, void *argument)
{
	struct resolve *resolve = argument;
	struct addrinfo *addresses = resolve->question->addresses;
	resolve_fn *done = resolve->done;
	void *context = resolve->context;

	(void)fd;
	(void)what;
	resolve->question->addresses = NULL;
	resolve_cancel(resolve);
	done(context, addresses);
}

/* Numbers need no thread; neither does a question that can't be asked. */
static int
question_ask(struct question *question, int fd)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	question->addresses =
	    lookup(question->host, question->port, AI_NUMERICHOST);
	if (question->addresses != NULL) {
		close(fd);
		return 0;
	}
	question->answered_fd = fd;
	if (pthread_attr_init(&attributes) != 0)
		return -1;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	atomic_fetch_add(&question->holders, 1);
	error = pthread_create(&thread, &attributes, question_thread, question);
	pthread_attr_destroy(&attributes);
	if (error != 0)
		atomic_fetch_sub(&question->holders, 1);
	return error == 0 ? 0 : -1;
}

struct resolve *
resolve_start(struct event_base *base, const char *host, const char *port,
    resolve_fn *done, void *context)
{
	struct resolve *resolve = calloc(1, sizeof(*resolve));
	struct question *question = calloc(1, sizeof(*question));
	int fds[2] = { -1, -1 };

	if (resolve == NULL || question == NULL)
		goto out;
	question->host = malloc(strlen(host) + 1);
	question->port = strdup(port);
	if (question->host == NULL || question->port == NULL ||
	    pipe2(fds, O_CLOEXEC) != 0)
		goto out;
	address_unbracket(host, question->host, strlen(host) + 1);
	*resolve = (struct resolve) { .question = question,
		.fd = fds[0],
		.done = done,
		.context = context };
	atomic_init(&question->holders, 1);
	resolve->event =
	    event_new(base, fds[0], EV_READ, resolve_answered, resolve);
	if (resolve->event == NULL || event_add(resolve->event, NULL) != 0)
		goto out;
	if (question_ask(question, fds[1]) == 0)
		return resolve;
out:
	if (resolve != NULL && resolve->event != NULL)
		event_free(resolve->event);
	if (fds[0] >= 0) {
		close(fds[0]);
		close(fds[1]);
	}
	if (question != NULL) {
		free(question->host);
		free(question->port);
	}
	free(question);
	free(resolve);
	return NULL;
}

void
resolve_cancel(struct resolve *resolve)
{
	if (resolve == NULL)
		return;
	event_free(resolve->event);
	close(resolve->fd);
	question_release(resolve->question);
	free(resolve);
}
