/* SPDX-License-Identifier: ISC */
/*
 * Commands that the kiosk runs for its hardware: dispenser, printer, voice.
 * A command is words parted by blanks, without a shell; it runs in a session
 * of its own, with a clean environment, without the kiosk's descriptors, its
 * output dropped.  The event loop never waits for one.
 */
#ifndef ATM_CHILD_H
#define ATM_CHILD_H

#include <event2/event.h>
#include <stddef.h>

/* Besides exit statuses 0 to 255; 127: there is no such command. */
#define CHILD_KILLED -1 /* by a signal */
#define CHILD_LATE -2   /* it was killed since its time was over */

struct children;
struct child;

/* Called once, from the event loop; the child is gone then. */
typedef void child_fn(void *context, int status);

/* One for an event base, which takes SIGCHLD for it.  NULL: no memory. */
struct children *children_new(struct event_base *base);
/* Those that still run go on, unwatched. */
void children_free(struct children *children);

/*
 * Starts `command` with more arguments, up to a NULL (NULL: none), and
 * input[0..length) on its standard input.  After limit_s seconds it and what
 * it started are killed; 0: never.  `done` may be NULL.  NULL where it can't
 * be started; nothing has run then.
 */
struct child *child_run(struct children *children, const char *command,
    const char *const *arguments, const void *input, size_t length,
    unsigned limit_s, child_fn *done, void *context);

/* Kills it and what it started; `done` isn't called. */
void child_kill(struct child *child);
/* `done` isn't called. */
void child_forget(struct child *child);

#endif
