/* SPDX-License-Identifier: ISC */
/*
 * How the bank and its two processes are, in words: for `bankctl status` and
 * for the service manager.
 *
 *	starting -> serving -> stopping -> stopped
 *	    |        |   ^
 *	    v        v   |
 *	    failing, recovering (the vault), restarting (the front)
 */
#include "monitor_health.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../control/control.h"
#include "monitor_child.h"
#include "notify.h"

#define STATE_TEXT_SIZE 32

static const char *const stages[] = {
	[MONITOR_STARTING] = "starting",
	[MONITOR_SERVING] = "serving",
	[MONITOR_STOPPING_FRONT] = "stopping",
	[MONITOR_STOPPING_VAULT] = "stopping",
	[MONITOR_STOPPED] = "stopped",
};

const char *
monitor_health_word(const struct monitor *monitor)
{
	if (monitor->stage <= MONITOR_SERVING &&
	    (restart_is_failing(&monitor->front->restart) ||
		restart_is_failing(&monitor->vault->restart)))
		return "failing";
	if (monitor->stage == MONITOR_SERVING && !monitor->vault->ready)
		return "recovering";
	if (monitor->stage == MONITOR_SERVING && !monitor->front->ready)
		return "restarting";
	return stages[monitor->stage];
}

/* -1 where the child hasn't told how much there is to do. */
static int
percent_of(const struct child *child)
{
	if (child->ready || child->of == 0 || child->done > child->of)
		return -1;
	return (int)((double)child->done * 100 / (double)child->of);
}

/* "" where it serves and answers. */
static const char *
state_of_child(const struct child *child, char text[STATE_TEXT_SIZE])
{
	int percent = percent_of(child);

	if (child->ready)
		return child->status_awaited ? "not answering" : "";
	if (child->pid == 0)
		return restart_is_failing(&child->restart) ? "failing" : "down";
	if (child->doing[0] == '\0')
		return restart_is_failing(&child->restart) ? "failing"
							   : "starting";
	if (percent == -1)
		return "recovering";
	snprintf(text, STATE_TEXT_SIZE, "recovering %d %%", percent);
	return text;
}

static void
fact(struct control_client *client, const struct child *child, const char *key,
    const char *value)
{
	char name[48];

	snprintf(name, sizeof(name), "%s%s%s", child->name,
	    key[0] != '\0' ? "-" : "", key);
	control_line(client, '+', name, value, NULL);
}

static void
fact_number(struct control_client *client, const struct child *child,
    const char *key, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	fact(client, child, key, text);
}

static void
progress_facts(struct control_client *client, const struct child *child)
{
	char text[PROGRESS_TEXT_SIZE + 64];

	if (child->ready || child->doing[0] == '\0')
		return;
	snprintf(text, sizeof(text), "%s", child->doing);
	if (child->of != 0)
		snprintf(text, sizeof(text), "%s, %" PRIu64 " of %" PRIu64,
		    child->doing, child->done, child->of);
	fact(client, child, "doing", text);
	if (percent_of(child) != -1)
		fact_number(client, child, "recovered-percent",
		    (uint64_t)percent_of(child));
}

static void
end_fact(struct control_client *client, const struct child *child)
{
	char text[MONITOR_REASON_SIZE + 32];
	struct tm tm;
	size_t length;

	if (child->last_end[0] == '\0' ||
	    gmtime_r(&child->last_end_time, &tm) == NULL)
		return;
	length = strftime(text, sizeof(text), "%FT%TZ ", &tm);
	snprintf(text + length, sizeof(text) - length, "%s", child->last_end);
	fact(client, child, "last-end", text);
}

void
monitor_health_facts(struct control_client *client, const struct child *child)
{
	char text[STATE_TEXT_SIZE];
	const char *state = state_of_child(child, text);

	fact_number(client, child, "pid", (uint64_t)child->pid);
	fact_number(client, child, "restarts", child->restart.count);
	fact_number(client, child, "failures",
	    restart_in_a_row(&child->restart, clock_steady_ms()));
	end_fact(client, child);
	if (state[0] != '\0')
		fact(client, child, "", state);
	progress_facts(client, child);
}

static size_t
put(char *text, size_t size, size_t length, const struct child *child)
{
	const unsigned in_a_row =
	    restart_in_a_row(&child->restart, clock_steady_ms());
	char buffer[STATE_TEXT_SIZE];
	const char *state = state_of_child(child, buffer);

	if (state[0] == '\0' || length >= size)
		return length;
	length += (size_t)snprintf(
	    text + length, size - length, "; %s %s", child->name, state);
	if (in_a_row > 1 && length < size)
		length += (size_t)snprintf(text + length, size - length,
		    ", ended %u times in a row, last: %s", in_a_row,
		    child->last_end);
	return length;
}

/* systemd keeps the newest; what is as it was isn't sent again. */
void
monitor_health_tell(struct monitor *monitor)
{
	char text[MONITOR_REASON_SIZE];
	size_t length;

	if (monitor->stage > MONITOR_SERVING)
		return;
	length = (size_t)snprintf(
	    text, sizeof(text), "STATUS=%s", monitor_health_word(monitor));
	length = put(text, sizeof(text), length, monitor->vault);
	(void)put(text, sizeof(text), length, monitor->front);
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, monitor->told_state) == 0)
		return;
	string_copy(monitor->told_state, text, sizeof(monitor->told_state));
	notify_send(text);
}
