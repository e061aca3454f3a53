/* SPDX-License-Identifier: ISC */
/*
 * Where the lines of all three processes go: to syslog or standard error,
 * and to those who follow the log.
 */
#ifndef BANKD_MONITOR_LOG_H
#define BANKD_MONITOR_LOG_H

#include <stddef.h>

#include <event2/util.h>

struct child;
struct monitor;

void monitor_log_open(struct monitor *monitor);
/* A daemon's warning that no syslogd takes its lines; "" where one does. */
const char *monitor_log_missing(const struct monitor *monitor);
/* A daemon's failed start, to syslog: the terminal may be gone. */
void monitor_log_failure(const struct monitor *monitor);
/* A sentence that is no event, to standard error, in the foreground. */
void monitor_log_say(int priority, const char *sentence);
/* Sets the level: the configuration's, or what -f, -d or an operator say. */
void monitor_log_level(const struct monitor *monitor);

/* A line that a child logged; its bytes are not trusted. */
void monitor_log_child(
    const struct child *child, int priority, const char *line, size_t length);
/* What a child writes to its standard error, to the log. */
void monitor_child_error_readable(evutil_socket_t fd, short what, void *child);

#endif
