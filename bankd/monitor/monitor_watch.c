/* SPDX-License-Identifier: ISC */
/*
 * The monitor's look at its children, once a second: one that hangs is
 * killed, and started anew as one that died.  So the service manager's own
 * watchdog has only the monitor to look after.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../../shared/base/log.h"
#include "../../shared/base/clock.h"
#include "monitor_child.h"
#include "monitor_health.h"
#include "notify.h"

static struct watchdog_task
task_of(const struct child *child)
{
	char path[64], stat[1024];
	struct watchdog_task task;
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)child->pid,
	    (int)child->pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) != -1) {
		n = read(fd, stat, sizeof(stat) - 1);
		close(fd);
	}
	stat[n > 0 ? n : 0] = '\0';
	(void)watchdog_parse(&task, stat);
	return task;
}

static void
look(struct child *child, uint64_t now_ms)
{
	const struct watchdog_task task = task_of(child);

	if (child->pid == 0 || child->killed ||
	    !watchdog_look(&child->watchdog, &task, now_ms))
		return;
	snprintf(child->reason, sizeof(child->reason),
	    "no sign of life for %d s, killed", WATCHDOG_SECONDS);
	log_event(LOG_ERR, "hangs", "process", LOG_TEXT(child->name), "pid",
	    LOG_NUMBER(child->pid), "seconds", LOG_NUMBER(WATCHDOG_SECONDS),
	    child->doing[0] != '\0' ? "while" : NULL, LOG_TEXT(child->doing),
	    NULL);
	child->killed = true;
	monitor_child_kill(child);
}

void
monitor_watch_tick(evutil_socket_t fd, short what, void *context)
{
	struct monitor *monitor = context;
	const uint64_t now_ms = clock_steady_ms();

	(void)fd;
	(void)what;
	notify_send("WATCHDOG=1");
	monitor_health_tell(monitor);
	if (monitor->stage > MONITOR_SERVING)
		return;
	look(monitor->front, now_ms);
	look(monitor->vault, now_ms);
	look(monitor->courier, now_ms);
}
