/* SPDX-License-Identifier: ISC */
/*
 * Requests of the control socket, and clients that wait for an answer.
 */
#ifndef BANKD_MONITOR_COMMAND_H
#define BANKD_MONITOR_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/util.h>

#include "../control/control.h"

#define MONITOR_CLIENTS 32

struct child;
struct monitor;

/* Clients that get the same answer, later. */
struct waiting {
	struct control_client *clients[MONITOR_CLIENTS];
	size_t count;
};

struct monitor_command {
	struct event *status_bound; /* answers without those that are silent */
	struct waiting status, stop;
};

/* control_open()'s handler. */
void monitor_command_handle(void *monitor, struct control_client *client,
    const char *request, size_t length);

/* Puts it among those that wait; false: too many, it has been told so. */
bool monitor_command_wait(
    struct waiting *waiting, struct control_client *client);
/* Ends all of them with this. */
void monitor_command_answer(
    struct waiting *waiting, int code, const char *message);

/* A child has sent its part of `status`; or the time for it is over. */
void monitor_command_status_reply(struct child *child);
void monitor_command_status_bound(
    evutil_socket_t fd, short what, void *monitor);
/* The bank has stopped: whoever waits or follows the log is answered. */
void monitor_command_stopped(struct monitor *monitor);

#endif
