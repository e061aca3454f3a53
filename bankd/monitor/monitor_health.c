/* SPDX-License-Identifier: ISC */
/*
 * How the bank and its processes are, in words: for `bankctl status` and
 * for the service manager.
 *
 *	starting -> serving -> stopping -> stopped
 *	    |        |   ^
 *	    v        v   |
 *	    failing, recovering (the vault), restarting (the front)
 */
#include "monitor_health.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../control/control_codec.h"
#include "monitor_child.h"
#include "monitor_courier.h"
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
		restart_is_failing(&monitor->vault->restart) ||
		restart_is_failing(&monitor->courier->restart)))
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

/* `key` behind the child's name; "": the name alone. */
static void __attribute__((format(printf, 4, 5)))
fact(struct control_text *answer, const struct child *child, const char *key,
    const char *format, ...)
{
	char name[48], value[MONITOR_REASON_SIZE + 32];
	va_list ap;

	snprintf(name, sizeof(name), "%s%s%s", child->name,
	    key[0] != '\0' ? "-" : "", key);
	va_start(ap, format);
	vsnprintf(value, sizeof(value), format, ap);
	va_end(ap);
	control_put_row(answer, '+', TEXTS(name, value));
}

static void
progress_facts(struct control_text *answer, const struct child *child)
{
	if (child->ready || child->doing[0] == '\0')
		return;
	if (child->of != 0)
		fact(answer, child, "doing", "%s, %" PRIu64 " of %" PRIu64,
		    child->doing, child->done, child->of);
	else
		fact(answer, child, "doing", "%s", child->doing);
	if (percent_of(child) != -1)
		fact(answer, child, "recovered-percent", "%d",
		    percent_of(child));
}

static void
end_fact(struct control_text *answer, const struct child *child)
{
	char time[32];
	struct tm tm;

	if (child->last_end[0] == '\0' ||
	    gmtime_r(&child->last_end_time, &tm) == NULL)
		return;
	strftime(time, sizeof(time), "%FT%TZ", &tm);
	fact(answer, child, "last-end", "%s %s", time, child->last_end);
}

void
monitor_health_facts(struct control_text *answer, const struct child *child)
{
	char text[STATE_TEXT_SIZE];
	const char *state = state_of_child(child, text);

	fact(answer, child, "pid", "%ld", (long)child->pid);
	if (child->pid != 0)
		fact(answer, child, "uptime", "%" PRIu64,
		    (clock_steady_ms() - child->restart.started_ms) / 1000);
	fact(answer, child, "restarts", "%" PRIu64,
	    (uint64_t)child->restart.count);
	fact(answer, child, "failures", "%u",
	    restart_in_a_row(&child->restart, clock_steady_ms()));
	end_fact(answer, child);
	if (state[0] != '\0')
		fact(answer, child, "", "%s", state);
	progress_facts(answer, child);
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
	length = put(text, sizeof(text), length, monitor->front);
	if (monitor_courier_is_wanted(monitor))
		(void)put(text, sizeof(text), length, monitor->courier);
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(text, monitor->told_state) == 0)
		return;
	string_copy(monitor->told_state, text, sizeof(monitor->told_state));
	notify_send(text);
}
