/* SPDX-License-Identifier: ISC */
/*
 * What the monitor's files share: the one struct of the process, and what
 * each file offers the others.
 *
 *	monitor.c          start, signals, stop
 *	monitor_child.c    one child: its start, its messages, its end
 *	monitor_exec.c     its process: fork and exec
 *	monitor_end.c      its end, and what follows
 *	monitor_watch.c    whether it hangs
 *	monitor_health.c    how the bank and its processes are, in words
 *	monitor_command.c  the control socket's requests
 *	monitor_follow.c   those who follow the log, and its level
 *	monitor_reload.c   a new configuration, all of it or nothing
 *	monitor_log.c      syslog or standard error
 */
#ifndef BANKD_MONITOR_STATE_H
#define BANKD_MONITOR_STATE_H

#include <event2/event.h>

#include "../../shared/crypt/channel.h"
#include "../control/control.h"
#include "../base/ipc_link.h"
#include "listen.h"
#include "monitor.h"
#include "../base/options.h"
#include "../base/pidfile.h"
#include "../../shared/base/progress.h"
#include "restart.h"
#include "watchdog.h"

#define MONITOR_REASON_SIZE 1024
#define MONITOR_STATUS_SIZE 4096
#define MONITOR_CLIENTS 32
#define MONITOR_FOLLOWERS 8
#define STATE_TEXT_SIZE 32

enum monitor_stage {
	MONITOR_STARTING, /* until front and vault were ready once */
	MONITOR_SERVING,
	MONITOR_STOPPING_FRONT,
	MONITOR_STOPPING_VAULT,
	MONITOR_STOPPED
};

/* Clients of bankctl's that get the same answer, later. */
struct waiting {
	struct control_client *clients[MONITOR_CLIENTS];
	size_t count;
};

struct child {
	struct monitor *monitor;
	enum ipc_role role;
	const char *name; /* `front`, `vault`: in log and status */
	pid_t pid;        /* 0: there is none */
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

struct monitor {
	const struct monitor_start *start;
	struct config *config, *new_config;
	struct channel_pem leaf, new_leaf;
	struct event_base *base;
	struct event *signals[4];
	struct event *stop_bound, *status_bound, *daily, *watch;
	struct child front, vault;
	struct control *control;
	int listeners[LISTEN_MAX], listener_count;
	struct pidfile pidfile;
	int ready_fd;
	uid_t owner; /* of the state directory */
	uint64_t started_ms;
	enum monitor_stage stage;
	int exit_code;
	char reason[MONITOR_REASON_SIZE];     /* why it ends, "" if asked to */
	char told_state[MONITOR_REASON_SIZE]; /* to the service manager */
	/* who is answered when the status is whole, the bank has stopped */
	struct waiting status_clients, stop_clients;
	/* the one under way, and the one that follows it */
	struct waiting reload_clients, reload_next;
	bool reload_again; /* asked for while one is under way */
	/* bankctl's monitor: each gets what is logged from now on */
	struct control_client *followers[MONITOR_FOLLOWERS];
	size_t follower_count;
	int own_level; /* of bankctl's log, or -1: the configuration's */
	bool paused;
};

/* monitor.c */
void monitor_stop(struct monitor *monitor);
/* The end for a reason: stops, with this exit code. */
void monitor_give_up(struct monitor *monitor, int exit_code, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
/* To be called when a child has become ready, stopped or ended. */
void monitor_child_ready(struct monitor *monitor);
void monitor_child_stopped(struct monitor *monitor);

/* monitor_child.c */
int monitor_child_init(struct child *child, struct monitor *monitor,
    enum ipc_role role, const char *name);
void monitor_child_start_both(struct monitor *monitor);
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

/* monitor_end.c; waitpid(2) said so */
void monitor_child_ended(struct child *child, int status);

/* monitor_watch.c; once a second */
void monitor_watch_tick(evutil_socket_t fd, short what, void *monitor);

/* monitor_health.c */
const char *monitor_state_word(const struct monitor *monitor);
/* "" where it serves and answers. */
const char *monitor_state_of_child(
    const struct child *child, char text[STATE_TEXT_SIZE]);
/* What the monitor knows of it, for `status`. */
void monitor_state_child_facts(
    struct control_text *answer, const struct child *child);
/* To the service manager, where it has changed. */
void monitor_state_tell(struct monitor *monitor);

/* monitor_exec.c: the process and its link's descriptor; 0 or BANK_ESYS */
int monitor_child_spawn(struct child *child, int exec_fd, int *link_fd);

/* monitor_reload.c; `client` is answered, NULL: a signal asked */
void monitor_reload_begin(
    struct monitor *monitor, struct control_client *client);
void monitor_reload_answer(struct child *child, int code, const char *reason);
void monitor_reload_child_gone(struct child *child);

/* monitor_command.c */
void monitor_command_handle(void *monitor, struct control_client *client,
    const char *request, size_t length);
/* Puts it among those that wait; false: too many, it has been told so. */
bool monitor_command_wait(
    struct waiting *waiting, struct control_client *client);
/* Ends all of them with this. */
void monitor_command_answer(
    struct waiting *waiting, int code, const char *message);
void monitor_command_status_reply(struct child *child);
void monitor_command_status_bound(
    evutil_socket_t fd, short what, void *monitor);
void monitor_command_stopped(struct monitor *monitor);

/* monitor_follow.c: bankctl's log and monitor, pause and resume */
void monitor_follow_begin(
    struct monitor *monitor, struct control_client *client);
/* A line of the log, to all that follow it. */
void monitor_follow_line(
    struct monitor *monitor, int priority, const char *line);
void monitor_follow_end(struct monitor *monitor);
void monitor_follow_set_level(struct monitor *monitor,
    struct control_client *client, const char *request);

/* monitor_log.c */
void monitor_log_open(struct monitor *monitor);
/* What a daemon whose lines no syslogd takes says of that; else "". */
const char *monitor_log_missing(const struct monitor *monitor);
/* Of a daemon: that it did not start, and why; the terminal may be gone. */
void monitor_log_failure(const struct monitor *monitor);
/* In the foreground, a sentence of this priority that is no event. */
void monitor_log_say(int priority, const char *sentence);
/* The level of the configuration, or what -f and -d say. */
void monitor_log_level(const struct monitor *monitor);
/* What a child writes to its standard error, to the log. */
void monitor_child_error_readable(evutil_socket_t fd, short what, void *child);
/* A line of a child's own; its bytes are not trusted. */
void monitor_log_child(
    const struct child *child, int priority, const char *line, size_t length);

#endif
