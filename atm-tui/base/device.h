/* SPDX-License-Identifier: ISC */
/*
 * Commands that the kiosk runs for its hardware: dispenser, printer, voice.
 * A command is words parted by blanks, without a shell; it runs in a session
 * of its own, with a clean environment, without the kiosk's descriptors, its
 * output dropped.  The event loop never waits for one.
 */
#ifndef ATM_DEVICE_H
#define ATM_DEVICE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

/* Besides exit statuses 0 to 255; 127: there is no such command. */
#define DEVICE_KILLED -1 /* by a signal */
#define DEVICE_LATE -2   /* it was killed since its time was over */

struct devices;
struct device;

/* Called once, from the event loop; it is gone then. */
typedef void device_fn(void *context, int status);

/* One for an event base, which takes SIGCHLD for it.  NULL: no memory. */
struct devices *devices_new(struct event_base *base);
/* Those that still run go on, unwatched. */
void devices_free(struct devices *devices);

struct device_job {
	const char *command;
	const char *const *arguments; /* more words, up to a NULL; or NULL */
	const void *input;            /* on its standard input */
	size_t length;
	unsigned limit_s; /* then it and what it started are killed; 0: never */
	device_fn *done;  /* or NULL */
	void *context;
};

/*
 * Whether the command's first word is a program that can be run here.  Where
 * it isn't, errno is EACCES if there is something of that name.
 */
bool device_exists(const char *command);

/* Starts it.  NULL where it can't be started; nothing has run then. */
struct device *device_run(
    struct devices *devices, const struct device_job *job);

/* Kills it and what it started; `done` isn't called. */
void device_kill(struct device *device);
/* `done` isn't called. */
void device_forget(struct device *device);

#endif
