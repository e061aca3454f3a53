/* SPDX-License-Identifier: ISC */
/*
 * Running commands beside the event loop.  Part of atm-tui; knows nothing
 * of what they are for.  Their ends come by SIGCHLD, as an event.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_WORDS 32
#define CHILD_NO_COMMAND 127

struct child {
	pid_t pid;
	bool late;
	struct event *ended, *deadline;
	child_fn *done;
	void *context;
};

/* What a command may know of its surroundings: nothing of the kiosk's. */
static char *const clean_environment[] = {
	(char[]) { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		   "/sbin:/bin" },
	(char[]) { "LANG=C.UTF-8" },
	(char[]) { "HOME=/" },
	NULL,
};

/* Cuts the command at its blanks, in place; the number of words. */
static size_t
split_words(char *text, char *words[], size_t size)
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
become(char *const words[], int input)
{
	sigset_t none;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (null < 0 || dup2(input, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    chdir("/") != 0)
		_exit(CHILD_NO_COMMAND);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	execvpe(words[0], words, clean_environment);
	_exit(CHILD_NO_COMMAND);
}

static void
child_free(struct child *child)
{
	if (child->ended != NULL)
		event_free(child->ended);
	if (child->deadline != NULL)
		event_free(child->deadline);
	free(child);
}

static void
on_ended(evutil_socket_t number, short what, void *argument)
{
	struct child *child = argument;
	child_fn *done = child->done;
	void *context = child->context;
	int status;

	(void)number;
	(void)what;
	if (waitpid(child->pid, &status, WNOHANG) != child->pid)
		return;
	if (child->late)
		status = CHILD_LATE;
	else
		status = WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_KILLED;
	child_free(child);
	if (done != NULL)
		done(context, status);
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

/* Before the fork, so that no end is missed. */
static struct child *
child_new(struct event_base *base, unsigned limit_s)
{
	const struct timeval limit = { (time_t)limit_s, 0 };
	struct child *child = calloc(1, sizeof(*child));

	if (child == NULL)
		return NULL;
	child->ended = evsignal_new(base, SIGCHLD, on_ended, child);
	child->deadline = evtimer_new(base, on_deadline, child);
	if (child->ended == NULL || child->deadline == NULL ||
	    event_add(child->ended, NULL) != 0 ||
	    (limit_s != 0 && event_add(child->deadline, &limit) != 0)) {
		child_free(child);
		return NULL;
	}
	return child;
}

struct child *
child_run(struct event_base *base, const char *command,
    const char *const *arguments, const void *input, size_t length,
    unsigned limit_s, child_fn *done, void *context)
{
	char *words[CHILD_WORDS + 1];
	char *text = strdup(command);
	struct child *child = child_new(base, limit_s);
	int fd = open_input(input, length);
	size_t count;

	if (child == NULL || text == NULL || fd < 0)
		goto out;
	child->done = done;
	child->context = context;
	count = split_words(text, words, CHILD_WORDS);
	while (arguments != NULL && *arguments != NULL && count < CHILD_WORDS)
		words[count++] = (char *)(uintptr_t)*arguments++;
	words[count] = NULL;
	if (count > 0)
		child->pid = fork();
	if (count > 0 && child->pid == 0)
		become(words, fd);
out:
	if (child != NULL && child->pid <= 0) {
		child_free(child);
		child = NULL;
	}
	free(text);
	if (fd >= 0)
		close(fd);
	return child;
}

void
child_kill(struct child *child)
{
	if (child == NULL)
		return;
	kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL);
	child_leave(child);
}

/*
 * A child that nobody waits for stays a zombie until this process ends, or
 * until it is reaped with the next one's end.
 */
void
child_leave(struct child *child)
{
	if (child != NULL)
		child_free(child);
}
