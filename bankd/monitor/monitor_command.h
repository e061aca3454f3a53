/* SPDX-License-Identifier: ISC */
/*
 * Requests of the control socket, and clients that wait for an answer.
 */
#ifndef BANKD_MONITOR_COMMAND_H
#define BANKD_MONITOR_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "../control/control.h"

#define MONITOR_CLIENTS 32

struct event;
struct monitor;

/* Clients that get the same answer, later. */
struct waiting {
	struct asker {
		struct control_client *client;
		char *note; /* for the audit, once it is done; or NULL */
	} askers[MONITOR_CLIENTS];
	size_t count;
};

struct monitor_command {
	struct event *status_bound; /* answers without those that are silent */
	bool status_asked;          /* of the children, which answer soon */
	struct waiting status, stop;
};

/* control_open()'s handler. */
void monitor_command_handle(void *monitor, struct control_client *client,
    const char *request, size_t length);

/*
 * Puts it among those that wait, with a copy of the note unless that is NULL;
 * false: too many, it has been told so.
 */
bool monitor_command_wait(
    struct waiting *waiting, struct control_client *client, const char *note);
/* Ends all of them with this; of code 0, the audit gets their notes. */
void monitor_command_answer(struct monitor *monitor, struct waiting *waiting,
    int code, const char *message);

/* The bank has stopped: whoever waits or follows the log is answered. */
void monitor_command_stopped(struct monitor *monitor);

#endif
