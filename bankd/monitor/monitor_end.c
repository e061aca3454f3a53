/* SPDX-License-Identifier: ISC */
/*
 * The end of one of the monitor's children, and what follows from it: its
 * last words, a new one after a pause, or the end of bankd.
 */
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "../../shared/base/log.h"
#include "../../shared/base/clock.h"
#include "monitor_child.h"
#include "monitor_health.h"
#include "monitor_log.h"
#include "monitor_reload.h"

static void
forget(struct child *child)
{
	ipc_link_close(&child->link);
	if (child->error_readable != NULL)
		event_free(child->error_readable);
	child->error_readable = NULL;
	if (child->error_fd != -1)
		close(child->error_fd);
	child->error_fd = -1;
	child->pid = 0;
	child->ready = false;
}

/* Its own words, or how it ended; and what it was at, if it never served. */
static void
note_end(struct child *child, int status)
{
	char how[32];

	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "signal %s",
		    sigabbrev_np(WTERMSIG(status)));
	else
		snprintf(how, sizeof(how), "exit %d", WEXITSTATUS(status));
	snprintf(child->last_end, sizeof(child->last_end), "%.800s%s%s",
	    child->reason[0] != '\0' ? child->reason : how,
	    child->doing[0] != '\0' ? ", while " : "", child->doing);
	child->last_end_time = time(NULL);
}

static void
tell_end(const struct child *child, int status, bool asked)
{
	bool by_signal = WIFSIGNALED(status);
	int code = by_signal ? WTERMSIG(status) : WEXITSTATUS(status);

	log_event(asked && !by_signal && code == 0 ? LOG_INFO : LOG_ERR,
	    "ended", "process", LOG_TEXT(child->name), "pid",
	    LOG_NUMBER(child->pid), by_signal ? "signal" : "exit",
	    by_signal ? LOG_TEXT(sigabbrev_np(code)) : LOG_NUMBER(code),
	    child->reason[0] != '\0' ? "reason" : NULL, LOG_TEXT(child->reason),
	    NULL);
}

/* Whether, by this end of a start that never served, nothing can serve. */
static bool
is_hopeless(const struct child *child, int status)
{
	if (child->monitor->stage != MONITOR_STARTING || !WIFEXITED(status))
		return false;
	return WEXITSTATUS(status) != 0 &&
	    (child->role != IPC_VAULT ||
		(WEXITSTATUS(status) != EX_SOFTWARE &&
		    WEXITSTATUS(status) != EX_TEMPFAIL));
}

/* It served, and its journal is of another history: no start helps. */
static bool
is_fork(const struct child *child, int status, bool served)
{
	return served && child->role == IPC_VAULT && WIFEXITED(status) &&
	    WEXITSTATUS(status) == EX_CONFIG;
}

/*
 * The vault's own ends count; whatever killed it by a signal does not, nor
 * what may pass: no memory, no room on the disk, no journal in reach.
 */
static bool
is_failure(const struct child *child, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	return child->role == IPC_VAULT && code != 0 && code != EX_OSERR &&
	    code != EX_IOERR && code != EX_TEMPFAIL;
}

/* Once, when it begins; each end is a line of the log anyway. */
static void
tell_failing(struct child *child)
{
	bool failing = restart_is_failing(&child->restart);

	if (failing && !child->failing)
		log_event(LOG_ERR, "failing", "process", LOG_TEXT(child->name),
		    "ended", LOG_NUMBER(child->restart.in_a_row), "last",
		    LOG_TEXT(child->last_end), NULL);
	child->failing = failing;
	monitor_health_tell(child->monitor);
}

static void
ended_unasked(struct child *child, int status, bool served)
{
	struct monitor *monitor = child->monitor;
	const char *reason = child->reason;
	int pause_ms;

	note_end(child, status);
	if (reason[0] == '\0')
		reason = "a process ended; see the log";
	if (is_hopeless(child, status) || is_fork(child, status, served)) {
		monitor_give_up(monitor, WEXITSTATUS(status), "%s", reason);
		return;
	}
	pause_ms = restart_ended(
	    &child->restart, is_failure(child, status), clock_steady_ms());
	tell_failing(child);
	if (pause_ms >= 0)
		monitor_child_start_after(child, pause_ms);
	else
		monitor_give_up(monitor, WEXITSTATUS(status),
		    "the vault failed %d times within a minute, last: %s",
		    RESTART_FAILURES, reason);
}

void
monitor_child_ended(struct child *child, int status)
{
	struct monitor *monitor = child->monitor;
	bool stopping = monitor->stage > MONITOR_SERVING, served;

	while (monitor_child_take_messages(child) == 1)
		;
	monitor_child_error_readable(child->error_fd, EV_READ, child);
	tell_end(child, status, stopping);
	served = child->ready;
	forget(child);
	monitor_reload_child_gone(child);
	if (!stopping) {
		ended_unasked(child, status, served);
		return;
	}
	if (status != 0 && child->role == IPC_VAULT && monitor->exit_code == 0)
		monitor->exit_code = EX_SOFTWARE;
	monitor_child_stopped(monitor);
}
