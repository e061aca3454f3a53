/* SPDX-License-Identifier: ISC */
/*
 * Front, vault and courier, as the monitor has them: processes that it starts,
 * hears, and starts again.
 *
 *	none --> started --> ready --> ended --> none, or started again
 *
 * `pid` is 0 where there is none; `ready` is set by its IPC_READY.
 */
#ifndef BANKD_MONITOR_CHILD_H
#define BANKD_MONITOR_CHILD_H

#include <time.h>

#include "../../shared/base/progress.h"
#include "../base/ipc_link.h"
#include "monitor_state.h"
#include "restart.h"
#include "watchdog.h"

#define MONITOR_STATUS_SIZE 16384

struct child {
	struct monitor *monitor;
	enum ipc_role role;
	const char *name; /* `front`, `vault`, `courier`: in log and status */
	pid_t pid;
	struct ipc_link link;
	int error_fd; /* its standard error, a pipe */
	struct event *error_readable;
	struct event *start_again;
	struct restart restart;
	struct watchdog watchdog;
	bool ready;
	bool killed;  /* it hung, and its end is awaited */
	bool failing; /* the log was told that it ends again and again */
	/* Until it is ready: the newest IPC_PROGRESS, "" and 0 before one. */
	char doing[PROGRESS_TEXT_SIZE];
	uint64_t done, of, progress_logged_ms;
	unsigned error_lines;
	char in_force[256];
	char reason[MONITOR_REASON_SIZE];   /* of its IPC_FAILED */
	char last_end[MONITOR_REASON_SIZE]; /* why the one before it ended */
	time_t last_end_time;
	char status[MONITOR_STATUS_SIZE];
	bool status_awaited;
};

int monitor_child_init(
    struct child *child, struct monitor *monitor, enum ipc_role role);
void monitor_child_start_all(struct monitor *monitor);
/* Starts one that ended. */
void monitor_child_start_after(struct child *child, int pause_ms);
void monitor_child_send(struct child *child, enum ipc_type type,
    const void *body, size_t length, int fd);
void monitor_child_flush(struct child *child);
/* Sends the configuration; to the front, the leaf before it. */
void monitor_child_configure(struct child *child, const struct config *config,
    const struct channel_pem *leaf);
/* 1 where there may be more, 0 nothing now, or BANK_E... at the end. */
int monitor_child_take_messages(struct child *child);
void monitor_child_kill(const struct child *child);

/* monitor_exec.c: the process and its link's descriptor; 0 or BANK_ESYS. */
int monitor_child_spawn(struct child *child, int exec_fd, int *link_fd);
/* monitor_end.c: waitpid(2) has told of its end. */
void monitor_child_ended(struct child *child, int status);
/* monitor_watch.c: once a second. */
void monitor_watch_tick(evutil_socket_t fd, short what, void *monitor);

#endif
