/* SPDX-License-Identifier: ISC */
/*
 * Where the lines of all three processes end: syslog(3), which libc connects
 * anew when syslogd was restarted, or standard error in the foreground.
 * Runs in the monitor, the only one that can still reach /dev/log.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <paths.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <seccomp.h>

#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "monitor_state.h"
#include "../base/sandbox_filter.h"

/* Of one process's life; it could be in a stranger's hands. */
#define ERROR_LINES_MAX 64

/* In the order of [log] facility's choices. */
static const int facilities[] = { LOG_DAEMON, LOG_AUTH, LOG_AUTHPRIV,
	LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4, LOG_LOCAL5,
	LOG_LOCAL6, LOG_LOCAL7 };

static void
to_syslog(void *context, int priority, const char *line)
{
	(void)context;
	syslog(priority, "%s", line);
}

/*
 * Whether standard error is the journal's: the variable names the socket
 * that the service manager gave us, which a shell may have replaced.
 */
static bool
is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char name[48];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) == -1)
		return false;
	snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, name) == 0;
}

/* sd-daemon(3): the journal takes the priority off, and knows the name. */
static void
to_standard_error(int priority, const char *line)
{
	static char name[] = "bankd";

	if (is_journal())
		fprintf(stderr, "<%d>%s\n", LOG_PRI(priority), line);
	else
		log_to_stderr(name, priority, line);
}

void
monitor_log_say(int priority, const char *sentence)
{
	to_standard_error(priority, sentence);
}

static void
tell_failure(int code, const char *reason)
{
	log_event(LOG_ERR, "start_failed", "exit", LOG_NUMBER(code), "reason",
	    LOG_TEXT(reason), NULL);
}

int
monitor_fail(const struct monitor_start *start, int code, const char *reason)
{
	fprintf(stderr, "bankd: %s\n", reason);
	if (start->foreground)
		return code;
	openlog("bankd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	log_open(to_syslog, NULL, LOG_ERR);
	tell_failure(code, reason);
	return code;
}

void
monitor_log_failure(const struct monitor *monitor)
{
	if (!monitor->start->foreground)
		tell_failure(monitor->exit_code, monitor->reason);
}

/* syslog(3) itself never says that there is nobody. */
const char *
monitor_log_missing(const struct monitor *monitor)
{
	static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
	static const struct sockaddr_un un = { .sun_family = AF_UNIX,
		.sun_path = _PATH_LOG };
	static char text[256];
	bool there = false;
	int fd, saved_errno = 0;

	if (monitor->start->foreground)
		return "";
	for (size_t i = 0; i < NELEM(types) && !there; i++) {
		if ((fd = socket(AF_UNIX, types[i] | SOCK_CLOEXEC, 0)) == -1)
			return "";
		there =
		    connect(fd, (const struct sockaddr *)&un, sizeof(un)) == 0;
		if (!there && errno != EPROTOTYPE)
			saved_errno = errno;
		close(fd);
	}
	if (there)
		return "";
	snprintf(text, sizeof(text),
	    "%s: %s; bankd serves, but its log is lost until a syslogd runs",
	    _PATH_LOG, strerror(saved_errno));
	return text;
}

static void
to_sink(struct monitor *monitor, int priority, const char *line)
{
	monitor_follow_line(monitor, priority, line);
	if (monitor->start->foreground)
		to_standard_error(priority, line);
	else
		to_syslog(NULL, priority, line);
}

static void
sink(void *context, int priority, const char *line)
{
	to_sink(context, priority, line);
}

void
monitor_log_level(const struct monitor *monitor)
{
	int level =
	    LOG_ERR + (int)config_number(monitor->config, LOG_LEVEL_OPTION);

	/* A person's terminal; the journal takes all that is asked for. */
	if (monitor->start->foreground && !is_journal() && level > LOG_NOTICE)
		level = LOG_NOTICE;
	if (monitor->start->debug)
		level = LOG_DEBUG;
	if (monitor->own_level != -1)
		level = monitor->own_level;
	log_level(level);
}

void
monitor_log_open(struct monitor *monitor)
{
	size_t facility =
	    (size_t)config_number(monitor->config, LOG_FACILITY_OPTION);

	if (!monitor->start->foreground)
		openlog("bankd", LOG_PID | LOG_NDELAY, facilities[facility]);
	log_open(sink, monitor, LOG_INFO);
	monitor_log_level(monitor);
}

void
monitor_log_child(
    const struct child *child, int priority, const char *line, size_t length)
{
	char text[LOG_LINE_SIZE + 32];

	if (priority > log_level_get() || priority < LOG_EMERG)
		return;
	if (length > LOG_LINE_SIZE)
		length = LOG_LINE_SIZE;
	for (size_t i = 0; i < length; i++) {
		const unsigned char byte = (unsigned char)line[i];

		text[i] = byte < ' ' || byte == 0x7f ? '?' : line[i];
	}
	snprintf(
	    text + length, sizeof(text) - length, " process=%s", child->name);
	to_sink(child->monitor, priority, text);
}

/* The filter tells a number; a name is what an operator can look up. */
static void
tell_refused(const struct child *child, const char *number)
{
	char *name;

	name = seccomp_syscall_resolve_num_arch(
	    SCMP_ARCH_NATIVE, (int)strtol(number, NULL, 10));
	log_event(LOG_CRIT, "system_call_refused", "process",
	    LOG_TEXT(child->name), "call",
	    LOG_TEXT(name != NULL ? name : number), NULL);
	free(name);
}

void
monitor_child_error_readable(evutil_socket_t fd, short what, void *context)
{
	struct child *child = context;
	char text[LOG_LINE_SIZE + 1], *line, *rest = text;
	ssize_t n;

	(void)what;
	if (fd == -1)
		return;
	if ((n = read(fd, text, sizeof(text) - 1)) <= 0) {
		if (n == 0)
			event_del(child->error_readable);
		return;
	}
	text[n] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line == '\0' || child->error_lines >= ERROR_LINES_MAX)
			continue;
		child->error_lines++;
		if (strncmp(line, SANDBOX_REFUSED, strlen(SANDBOX_REFUSED)) ==
		    0)
			tell_refused(child, line + strlen(SANDBOX_REFUSED));
		else
			log_event(LOG_WARNING, "stderr", "process",
			    LOG_TEXT(child->name), "line", LOG_TEXT(line),
			    NULL);
	}
}
