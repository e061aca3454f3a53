/* SPDX-License-Identifier: ISC */
/*
 * Those who follow the log over the control socket, and how much of it there
 * is: the monitor's, where the lines of all three processes come together.
 */
#include <poll.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "../control/control_codec.h"
#include "monitor_state.h"

static void
drop(struct monitor *monitor, size_t i)
{
	control_forget(monitor->followers[i]);
	monitor->followers[i] = monitor->followers[--monitor->follower_count];
}

/* Those that went while nothing was logged. */
static void
drop_gone(struct monitor *monitor)
{
	struct pollfd pfd;

	for (size_t i = monitor->follower_count; i-- > 0;) {
		pfd =
		    (struct pollfd) { .fd = control_fd(monitor->followers[i]) };
		if (poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLHUP) != 0)
			drop(monitor, i);
	}
}

void
monitor_follow_begin(struct monitor *monitor, struct control_client *client)
{
	drop_gone(monitor);
	if (monitor->follower_count == MONITOR_FOLLOWERS) {
		control_end(
		    client, EX_UNAVAILABLE, "too many clients follow the log");
		return;
	}
	control_put_row(control_answer(client), '=', "level", "line", NULL);
	if (control_flush(client) != 0)
		control_forget(client);
	else
		monitor->followers[monitor->follower_count++] = client;
}

/* Who doesn't read as fast as lines come is dropped: the bank won't wait. */
void
monitor_follow_line(struct monitor *monitor, int priority, const char *line)
{
	for (size_t i = monitor->follower_count; i-- > 0;) {
		control_put_row(control_answer(monitor->followers[i]), '+',
		    log_level_name(priority), line, NULL);
		if (control_flush(monitor->followers[i]) != 0)
			drop(monitor, i);
	}
}

void
monitor_follow_end(struct monitor *monitor)
{
	while (monitor->follower_count > 0)
		control_end(
		    monitor->followers[--monitor->follower_count], 0, "");
}

static void
send_level(struct monitor *monitor, int level)
{
	const uint8_t byte = (uint8_t)level;

	monitor_child_send(&monitor->vault, IPC_LEVEL, &byte, 1, -1);
	monitor_child_send(&monitor->front, IPC_LEVEL, &byte, 1, -1);
}

void
monitor_follow_set_level(
    struct monitor *monitor, struct control_client *client, const char *request)
{
	char copy[32], *words[2], *secret;
	const char *name = "";
	int level;

	if (string_copy(copy, request, sizeof(copy)) < sizeof(copy) &&
	    control_get_request(copy, words, NELEM(words), &secret) == 2)
		name = words[1];
	level = log_level_parse(name);
	if (level == -1 && strcmp(name, "default") != 0) {
		control_end(client, EX_USAGE,
		    "a level is error, warning, notice, info, debug, or "
		    "default");
		return;
	}
	monitor->own_level = level;
	monitor_log_level(monitor);
	send_level(monitor,
	    level != -1 ? level
			: LOG_ERR +
		    (int)config_number(monitor->config, LOG_LEVEL_OPTION));
	log_event(LOG_NOTICE, "log_level", "level", LOG_TEXT(name), NULL);
	control_end(client, 0, "");
}
