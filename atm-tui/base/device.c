/* SPDX-License-Identifier: ISC */
/*
 * Running commands beside the event loop.  Part of atm-tui; knows nothing
 * of what they are for.  Their ends come by SIGCHLD, as an event.
 */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shared/base/process.h"

#define DEVICE_WORDS 32
#define DEVICE_NO_COMMAND 127

struct device {
	TAILQ_ENTRY(device) link;
	struct devices *devices;
	pid_t pid;
	bool late;
	struct event *deadline;
	device_fn *done;
	void *context;
};

struct devices {
	struct event_base *base;
	struct event *ended;
	TAILQ_HEAD(, device) list;
};

#define DEVICE_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* What a command may know of its surroundings: nothing of the kiosk's. */
static const char *const clean_environment[] = {
	"PATH=" DEVICE_PATH,
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

static bool
is_program(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return false;
	if (S_ISREG(status.st_mode))
		return access(path, X_OK) == 0;
	errno = EACCES;
	return false;
}

bool
device_exists(const char *command)
{
	char word[PATH_MAX], path[2 * PATH_MAX], *rest, *directory;
	char directories[] = DEVICE_PATH;

	command += strspn(command, " \t");
	snprintf(
	    word, sizeof(word), "%.*s", (int)strcspn(command, " \t"), command);
	if (strchr(word, '/') != NULL)
		return is_program(word);
	rest = directories;
	while ((directory = strsep(&rest, ":")) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", directory, word);
		if (is_program(path))
			return true;
	}
	return false;
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

/* In the device, between fork and exec: system calls alone. */
static void
become(const char *const words[], int input)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	process_begin();
	(void)signal(SIGXFSZ, SIG_DFL); /* a device has its own way */
	setsid();
	if (null < 0 || dup2(input, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(DEVICE_NO_COMMAND);
	process_close_from(STDERR_FILENO + 1);
	environ = (char **)(uintptr_t)clean_environment;
	execvp(words[0], as_arguments(words));
	_exit(DEVICE_NO_COMMAND);
}

static void
device_free(struct device *device)
{
	TAILQ_REMOVE(&device->devices->list, device, link);
	if (device->deadline != NULL)
		event_free(device->deadline);
	free(device);
}

static void
device_ended(struct device *device, int status)
{
	device_fn *done = device->done;
	void *context = device->context;

	if (device->late)
		status = DEVICE_LATE;
	else
		status =
		    WIFEXITED(status) ? WEXITSTATUS(status) : DEVICE_KILLED;
	device_free(device);
	if (done != NULL)
		done(context, status);
}

/* One signal may stand for several ends; each may start another. */
static void
on_ended(evutil_socket_t number, short what, void *argument)
{
	struct devices *devices = argument;
	struct device *device = TAILQ_FIRST(&devices->list);
	int status;

	(void)number;
	(void)what;
	while (device != NULL) {
		if (waitpid(device->pid, &status, WNOHANG) != device->pid) {
			device = TAILQ_NEXT(device, link);
			continue;
		}
		device_ended(device, status);
		device = TAILQ_FIRST(&devices->list);
	}
}

static void
on_deadline(evutil_socket_t fd, short what, void *argument)
{
	struct device *device = argument;

	(void)fd;
	(void)what;
	device->late = true;
	kill(-device->pid, SIGKILL);
	kill(device->pid, SIGKILL);
}

struct devices *
devices_new(struct event_base *base)
{
	struct devices *devices = calloc(1, sizeof(*devices));

	if (devices == NULL)
		return NULL;
	devices->base = base;
	TAILQ_INIT(&devices->list);
	devices->ended = evsignal_new(base, SIGCHLD, on_ended, devices);
	if (devices->ended == NULL || event_add(devices->ended, NULL) != 0) {
		devices_free(devices);
		return NULL;
	}
	return devices;
}

void
devices_free(struct devices *devices)
{
	if (devices == NULL)
		return;
	while (!TAILQ_EMPTY(&devices->list))
		device_free(TAILQ_FIRST(&devices->list));
	if (devices->ended != NULL)
		event_free(devices->ended);
	free(devices);
}

static struct device *
device_new(struct devices *devices, unsigned limit_s)
{
	const struct timeval limit = { (time_t)limit_s, 0 };
	struct device *device = calloc(1, sizeof(*device));

	if (device == NULL)
		return NULL;
	device->devices = devices;
	TAILQ_INSERT_TAIL(&devices->list, device, link);
	if (limit_s == 0)
		return device;
	device->deadline = evtimer_new(devices->base, on_deadline, device);
	if (device->deadline != NULL &&
	    event_add(device->deadline, &limit) == 0)
		return device;
	device_free(device);
	return NULL;
}

struct device *
device_run(struct devices *devices, const struct device_job *job)
{
	const char *const *more = job->arguments;
	const char *words[DEVICE_WORDS + 1];
	char *text = strdup(job->command);
	int fd = open_input(job->input, job->length);
	struct device *device = NULL;
	size_t count;

	if (text == NULL || fd < 0)
		goto out;
	count = split_words(text, words, DEVICE_WORDS);
	if (count == 0 || (device = device_new(devices, job->limit_s)) == NULL)
		goto out;
	while (more != NULL && *more != NULL && count < DEVICE_WORDS)
		words[count++] = *more++;
	words[count] = NULL;
	device->done = job->done;
	device->context = job->context;
	device->pid = fork();
	if (device->pid == 0)
		become(words, fd);
	if (device->pid < 0) {
		device_free(device);
		device = NULL;
	}
out:
	free(text);
	if (fd >= 0)
		close(fd);
	return device;
}

void
device_kill(struct device *device)
{
	device_forget(device);
	kill(-device->pid, SIGKILL);
	kill(device->pid, SIGKILL);
}

void
device_forget(struct device *device)
{
	device->done = NULL;
}
