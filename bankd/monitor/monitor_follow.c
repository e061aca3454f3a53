/* SPDX-License-Identifier: ISC */
/*
 * Those who follow the log over the control socket, and how much of it there
 * is: the monitor's, where the lines of all processes come together.
 */
#include "monitor_follow.h"

#include <poll.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "../control/control.h"
#include "../control/control_codec.h"
#include "monitor_child.h"
#include "monitor_log.h"

static void
drop(struct monitor_follow *follow, size_t i)
{
	control_forget(follow->clients[i]);
	follow->clients[i] = follow->clients[--follow->count];
}

/* Those that went while nothing was logged. */
static void
drop_gone(struct monitor_follow *follow)
{
	struct pollfd pfd;

	for (size_t i = follow->count; i-- > 0;) {
		pfd = (struct pollfd) { .fd = control_fd(follow->clients[i]) };
		if (poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLHUP) != 0)
			drop(follow, i);
	}
}

void
monitor_follow_begin(
    struct monitor *monitor, struct control_client *client, const char *note)
{
	struct monitor_follow *follow = monitor->follow;

	(void)note;
	drop_gone(follow);
	if (follow->count == MONITOR_FOLLOWERS) {
		control_end(
		    client, EX_UNAVAILABLE, "too many clients follow the log");
		return;
	}
	control_put_row(control_answer(client), '=', TEXTS("level", "line"));
	if (control_flush(client) != 0)
		control_forget(client);
	else
		follow->clients[follow->count++] = client;
}

/* Who doesn't read as fast as lines come is dropped: the bank won't wait. */
void
monitor_follow_line(
    struct monitor_follow *follow, int priority, const char *line)
{
	for (size_t i = follow->count; i-- > 0;) {
		control_put_row(control_answer(follow->clients[i]), '+',
		    TEXTS(log_level_name(priority), line));
		if (control_flush(follow->clients[i]) != 0)
			drop(follow, i);
	}
}

void
monitor_follow_end(struct monitor_follow *follow)
{
	while (follow->count > 0)
		control_end(follow->clients[--follow->count], 0, "");
}

static void
send_level(struct monitor *monitor, int level)
{
	const uint8_t byte = (uint8_t)level;

	monitor_child_send(monitor->vault, IPC_LEVEL, &byte, 1, -1);
	monitor_child_send(monitor->front, IPC_LEVEL, &byte, 1, -1);
	monitor_child_send(monitor->courier, IPC_LEVEL, &byte, 1, -1);
}

bool
monitor_follow_set_level(struct monitor *monitor, const char *name)
{
	int level = log_level_parse(name);

	if (level == -1 && strcmp(name, "default") != 0)
		return false;
	monitor->follow->own_level = level;
	monitor_log_level(monitor);
	send_level(monitor,
	    level != -1 ? level
			: LOG_ERR +
		    (int)config_number(monitor->config, LOG_LEVEL_OPTION));
	log_event(LOG_NOTICE, "log_level", "level", LOG_TEXT(name), NULL);
	return true;
}
