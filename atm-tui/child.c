/* SPDX-License-Identifier: ISC */
/*
 * Running commands beside the event loop.  Part of atm-tui; knows nothing
 * of what they are for.  Their ends come by SIGCHLD, as an event.
 */
#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_WORDS 32
#define CHILD_NO_COMMAND 127

struct child {
	TAILQ_ENTRY(child) link;
	struct children *children;
	pid_t pid;
	bool late;
	struct event *deadline;
	child_fn *done;
	void *context;
};

struct children {
	struct event_base *base;
	struct event *ended;
	TAILQ_HEAD(, child) list;
};

/* What a command may know of its surroundings: nothing of the kiosk's. */
static const char *const clean_environment[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"LANG=C.UTF-8",
	"HOME=/",
	NULL,
};

/* execve(2) takes strings that it doesn't write to. */
static char *const *
as_arguments(const char *const *strings)
{
	return (char *const *)(uintptr_t)strings;
}

/* Cuts the command at its blanks, in place; the number of words. */
static size_t
split_words(char *text, const char *words[], size_t size)
{
	size_t count = 0;
	char *rest = text, *word;

	while (count < size && (word = strsep(&rest, " \t")) != NULL) {
		if (*word != '\0')
			words[count++] = word;
	}
	return count;
}

/* A file without a name that holds the input, at its start; or -1. */
static int
open_input(const void *input, size_t length)
{
	const char *at = input;
	ssize_t written;
	int fd;

	if (length == 0)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = memfd_create("input", MFD_CLOEXEC);
	while (fd >= 0 && length > 0) {
		written = write(fd, at, length);
		if (written <= 0) {
			close(fd);
			return -1;
		}
		at += written;
		length -= (size_t)written;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

/* In the child, between fork and exec: system calls alone. */
static void
become(const char *const words[], int input)
{
	sigset_t none;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (null < 0 || dup2(input, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(CHILD_NO_COMMAND);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	environ = (char **)(uintptr_t)clean_environment;
	execvp(words[0], as_arguments(words));
	_exit(CHILD_NO_COMMAND);
}

static void
child_free(struct child *child)
{
	TAILQ_REMOVE(&child->children->list, child, link);
	if (child->deadline != NULL)
		event_free(child->deadline);
	free(child);
}

static void
child_ended(struct child *child, int status)
{
	child_fn *done = child->done;
	void *context = child->context;

	if (child->late)
		status = CHILD_LATE;
	else
		status = WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_KILLED;
	child_free(child);
	if (done != NULL)
		done(context, status);
}

/* One signal may stand for several ends; each may start another child. */
static void
on_ended(evutil_socket_t number, short what, void *argument)
{
	struct children *children = argument;
	struct child *child = TAILQ_FIRST(&children->list);
	int status;

	(void)number;
	(void)what;
	while (child != NULL) {
		if (waitpid(child->pid, &status, WNOHANG) != child->pid) {
			child = TAILQ_NEXT(child, link);
			continue;
		}
		child_ended(child, status);
		child = TAILQ_FIRST(&children->list);
	}
}

static void
on_deadline(evutil_socket_t fd, short what, void *argument)
{
	struct child *child = argument;

	(void)fd;
	(void)what;
	child->late = true;
	kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL);
}

struct children *
children_new(struct event_base *base)
{
	struct children *children = calloc(1, sizeof(*children));

	if (children == NULL)
		return NULL;
	children->base = base;
	TAILQ_INIT(&children->list);
	children->ended = evsignal_new(base, SIGCHLD, on_ended, children);
	if (children->ended == NULL || event_add(children->ended, NULL) != 0) {
		children_free(children);
		return NULL;
	}
	return children;
}

void
children_free(struct children *children)
{
	if (children == NULL)
		return;
	while (!TAILQ_EMPTY(&children->list))
		child_free(TAILQ_FIRST(&children->list));
	if (children->ended != NULL)
		event_free(children->ended);
	free(children);
}

static struct child *
child_new(struct children *children, unsigned limit_s)
{
	const struct timeval limit = { (time_t)limit_s, 0 };
	struct child *child = calloc(1, sizeof(*child));

	if (child == NULL)
		return NULL;
	child->children = children;
	TAILQ_INSERT_TAIL(&children->list, child, link);
	if (limit_s == 0)
		return child;
	child->deadline = evtimer_new(children->base, on_deadline, child);
	if (child->deadline != NULL && event_add(child->deadline, &limit) == 0)
		return child;
	child_free(child);
	return NULL;
}

struct child *
child_run(struct children *children, const char *command,
    const char *const *arguments, const void *input, size_t length,
    unsigned limit_s, child_fn *done, void *context)
{
	const char *words[CHILD_WORDS + 1];
	char *text = strdup(command);
	int fd = open_input(input, length);
	struct child *child = NULL;
	size_t count;

	if (text == NULL || fd < 0)
		goto out;
	count = split_words(text, words, CHILD_WORDS);
	if (count == 0 || (child = child_new(children, limit_s)) == NULL)
		goto out;
	while (arguments != NULL && *arguments != NULL && count < CHILD_WORDS)
		words[count++] = *arguments++;
	words[count] = NULL;
	child->done = done;
	child->context = context;
	child->pid = fork();
	if (child->pid == 0)
		become(words, fd);
	if (child->pid < 0) {
		child_free(child);
		child = NULL;
	}
out:
	free(text);
	if (fd >= 0)
		close(fd);
	return child;
}

void
child_kill(struct child *child)
{
	child_forget(child);
	kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL);
}

void
child_forget(struct child *child)
{
	child->done = NULL;
}
