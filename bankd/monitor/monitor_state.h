/* SPDX-License-Identifier: ISC */
/*
 * The one struct of the monitor's process, and its way through its stages.
 *
 *	monitor.c          start, signals, stop
 *	monitor_child.c    one child: its start, its messages, its end
 *	monitor_courier.c  what the courier alone needs
 *	monitor_exec.c     its process: fork and exec
 *	monitor_end.c      its end, and what follows
 *	monitor_watch.c    whether it hangs
 *	monitor_health.c   how the bank and its processes are, in words
 *	monitor_command.c  the control socket's requests
 *	monitor_status.c   what `status` and the figures tell
 *	monitor_follow.c   those who follow the log, and its level
 *	monitor_reload.c   a new configuration, all of it or nothing
 *	scrape.c           figures for Prometheus
 *	monitor_log.c      syslog or standard error
 */
#ifndef BANKD_MONITOR_STATE_H
#define BANKD_MONITOR_STATE_H

#include <event2/event.h>

#include "../../shared/crypt/channel.h"
#include "../../shared/crypt/channel_certificate.h"
#include "../base/options.h"
#include "../base/pidfile.h"
#include "listen.h"
#include "monitor.h"

#define MONITOR_REASON_SIZE 1024

enum monitor_stage {
	MONITOR_STARTING, /* until front and vault were ready once */
	MONITOR_SERVING,
	MONITOR_STOPPING_FRONT,
	MONITOR_STOPPING_VAULT,
	MONITOR_STOPPED
};

struct monitor {
	const struct monitor_start *start;
	struct config *config;
	struct channel_pem leaf;
	struct event_base *base;
	struct event *signals[4];
	struct event *stop_bound, *daily, *watch;
	struct child *front, *vault;
	struct child *courier; /* never started where there are no hosts */
	int courier_exec_fd;   /* its program */
	int courier_link_fd;   /* where the vault gets couriers, or -1 */
	struct control *control;
	struct scrape *scrape; /* NULL: nobody may */
	struct monitor_command *command;
	struct monitor_follow *follow;
	struct monitor_reload *reload;
	int listeners[LISTEN_MAX], listener_count;
	struct pidfile pidfile;
	int ready_fd;
	uid_t owner; /* of the state directory */
	uint64_t started_ms;
	enum monitor_stage stage;
	int exit_code;
	char reason[MONITOR_REASON_SIZE];     /* why it ends, "" if asked to */
	char told_state[MONITOR_REASON_SIZE]; /* to the service manager */
	bool paused;
};

void monitor_stop(struct monitor *monitor);
/* The end for a reason: stops, with this exit code. */
void monitor_give_up(struct monitor *monitor, int exit_code, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
/* To be called when a child has become ready, stopped or ended. */
void monitor_child_ready(struct monitor *monitor);
void monitor_child_stopped(struct monitor *monitor);

#endif
