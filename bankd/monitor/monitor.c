/* SPDX-License-Identifier: ISC */
/*
 * The monitor: the process that was started, and the last to end.  It keeps
 * its rights and therefore reads nothing that a client sent.  Here are its
 * start, its signals and its end.
 */
#include "monitor.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/process.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "daemon.h"
#include "keys.h"
#include "monitor_child.h"
#include "monitor_command.h"
#include "monitor_status.h"
#include "monitor_courier.h"
#include "monitor_follow.h"
#include "monitor_health.h"
#include "monitor_log.h"
#include "monitor_reload.h"
#include "scrape.h"
#include "notify.h"
#include "../base/place.h"

#define STOP_SECONDS 15

int
monitor_check_user(const struct config *config, char *error, size_t size)
{
	const char *user = config_string(config, PROCESS_FRONT_USER);

	if (geteuid() != 0 || !config_is_set(config, PROCESS_FRONT_USER) ||
	    getpwnam(user) != NULL)
		return 0;
	snprintf(
	    error, size, "no user %s; bankd.ini: [process] front_user", user);
	return EX_CONFIG;
}

int
monitor_config(const struct monitor_start *start, struct config **config,
    char *error, size_t size)
{
	char reason[MONITOR_REASON_SIZE];
	int result;

	string_copy(error, bank_strerror(BANK_ENOMEM), size);
	if ((*config = config_new(bankd_options, BANKD_OPTION_COUNT)) == NULL)
		return BANK_ENOMEM;
	result = config_read(*config, start->config_path, error, size);
	for (size_t i = 0; result == 0 && i < start->assignment_count; i++) {
		result = config_set(
		    *config, start->assignments[i], reason, sizeof(reason));
		if (result != 0)
			snprintf(error, size, "-o %s: %s",
			    start->assignments[i], reason);
	}
	if (result == BANK_ESYS)
		snprintf(error, size, "%s: %s; -c names another file",
		    start->config_path, strerror(errno));
	if (result == 0 && start->debug)
		result = config_set(*config, "log.level=debug", error, size);
	if (result != 0) {
		config_free(*config);
		*config = NULL;
	}
	return result;
}

/* To the command that waits, or in the foreground to standard error. */
static void
tell(struct monitor *monitor, int exit_code, const char *reason)
{
	if (monitor->ready_fd != -1)
		daemon_tell(monitor->ready_fd, exit_code, reason);
	else if (exit_code != 0 && monitor->start->foreground)
		monitor_log_say(LOG_ERR, reason);
	monitor->ready_fd = -1;
}

/* A closed standard output keeps no bank from serving. */
static void
print_listening(const char *text)
{
	if (printf("listening %s\n", text) < 0 || fflush(stdout) == EOF)
		log_event(LOG_WARNING, "not_printed", "what",
		    LOG_TEXT("listening"), "reason", LOG_TEXT(strerror(errno)),
		    NULL);
}

static void
tell_listening(const struct monitor *monitor)
{
	char text[LISTEN_TEXT_SIZE], all[LISTEN_MAX * LISTEN_TEXT_SIZE] = "";
	size_t length = 0;

	for (int i = 0; i < monitor->listener_count; i++) {
		listen_text(monitor->listeners[i], text);
		length += (size_t)snprintf(all + length, sizeof(all) - length,
		    "%s%s", i == 0 ? "" : ", ", text);
		if (i == 0 && monitor->start->foreground)
			print_listening(text);
	}
	log_event(LOG_NOTICE, "serving", "version", LOG_TEXT(VERSION),
	    "listening", LOG_TEXT(all), NULL);
}

void
monitor_child_ready(struct monitor *monitor)
{
	if (monitor->stage != MONITOR_STARTING || !monitor->front->ready ||
	    !monitor->vault->ready)
		return;
	monitor->stage = MONITOR_SERVING;
	tell_listening(monitor);
	tell(monitor, 0, monitor_log_missing(monitor));
	notify_send("READY=1");
	monitor_health_tell(monitor);
}

/* At the end of its link the front ends itself; the loop ends with the last. */
static void
finish(struct monitor *monitor)
{
	monitor->stage = MONITOR_STOPPED;
	if (monitor->front->link.ipc != NULL)
		(void)shutdown(ipc_fd(monitor->front->link.ipc), SHUT_WR);
	monitor_child_send(monitor->courier, IPC_STOP, NULL, 0, -1);
}

static bool
is_over(const struct monitor *monitor)
{
	return monitor->stage == MONITOR_STOPPED && monitor->front->pid == 0 &&
	    monitor->vault->pid == 0 && monitor->courier->pid == 0;
}

static void
stop_vault(struct monitor *monitor)
{
	monitor->stage = MONITOR_STOPPING_VAULT;
	if (monitor->vault->pid == 0)
		finish(monitor);
	else
		monitor_child_send(monitor->vault, IPC_STOP, NULL, 0, -1);
}

void
monitor_child_stopped(struct monitor *monitor)
{
	if (monitor->stage == MONITOR_STOPPING_FRONT)
		stop_vault(monitor);
	else if (monitor->stage == MONITOR_STOPPING_VAULT &&
	    monitor->vault->pid == 0)
		finish(monitor);
}

/*
 * First the front, which answers what is in hand; then the vault.  A front
 * that isn't ready hears it too, before the end of its link to the vault.
 */
void
monitor_stop(struct monitor *monitor)
{
	const struct timeval bound = { STOP_SECONDS, 0 };

	if (monitor->stage > MONITOR_SERVING)
		return;
	log_event(LOG_NOTICE, "stopping", NULL);
	notify_send("STOPPING=1");
	monitor->stage = MONITOR_STOPPING_FRONT;
	evtimer_del(monitor->front->start_again);
	evtimer_del(monitor->vault->start_again);
	evtimer_del(monitor->courier->start_again);
	evtimer_add(monitor->stop_bound, &bound);
	if (monitor->front->pid != 0)
		monitor_child_send(monitor->front, IPC_STOP, NULL, 0, -1);
	else
		stop_vault(monitor);
}

void
monitor_give_up(struct monitor *monitor, int exit_code, const char *format, ...)
{
	va_list ap;

	if (monitor->exit_code != 0)
		return;
	va_start(ap, format);
	vsnprintf(monitor->reason, sizeof(monitor->reason), format, ap);
	va_end(ap);
	monitor->exit_code = exit_code;
	log_event(LOG_ERR, "giving_up", "exit", LOG_NUMBER(exit_code), "reason",
	    LOG_TEXT(monitor->reason), NULL);
	monitor_stop(monitor);
}

static void
stop_bound(evutil_socket_t fd, short what, void *context)
{
	struct monitor *monitor = context;

	(void)fd;
	(void)what;
	log_event(LOG_ERR, "not_stopped_in_time", "seconds",
	    LOG_NUMBER(STOP_SECONDS), NULL);
	monitor->stage = MONITOR_STOPPED;
	monitor_child_kill(monitor->front);
	monitor_child_kill(monitor->vault);
	monitor_child_kill(monitor->courier);
}

static void
on_signal(evutil_socket_t signal, short what, void *context)
{
	struct monitor *monitor = context;
	int status;
	pid_t pid;

	(void)what;
	if (signal == SIGTERM || signal == SIGINT)
		monitor_stop(monitor);
	if (signal == SIGHUP)
		monitor_reload_begin(monitor, NULL, NULL);
	if (signal != SIGCHLD)
		return;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == monitor->front->pid)
			monitor_child_ended(monitor->front, status);
		else if (pid == monitor->vault->pid)
			monitor_child_ended(monitor->vault, status);
		else if (pid == monitor->courier->pid)
			monitor_child_ended(monitor->courier, status);
	}
}

/*
 * The steps of a start, in order.  Each returns 0, or the sysexits(3) code
 * that bankd ends with, and the reason.
 */
static int
start_state(struct monitor *monitor)
{
	const char *path = config_string(monitor->config, BANK_STATE);
	int fd = place_directory(path), result = -1;
	struct stat st;

	if (fd >= 0) {
		result = fstat(fd, &st);
		close(fd);
	}
	if (result == 0) {
		monitor->owner = st.st_uid;
		return 0;
	}
	snprintf(monitor->reason, sizeof(monitor->reason),
	    "%s: %s; `bankctl init` makes one; bankd.ini: [bank] state", path,
	    errno == ENOENT || errno == ENOTDIR ? "no such directory"
						: place_reason(errno));
	return EX_CONFIG;
}

static int
start_pidfile(struct monitor *monitor)
{
	const char *path = config_string(monitor->config, PROCESS_PID_FILE);
	int result;

	if (path[0] == '\0')
		return 0;
	result = pidfile_take(
	    &monitor->pidfile, path, monitor->reason, sizeof(monitor->reason));
	if (result == 0)
		return 0;
	if (result == BANK_EBUSY)
		return EX_UNAVAILABLE;
	return errno == EACCES || errno == EPERM ? EX_NOPERM : EX_OSERR;
}

/* Only a user that the file names must exist. */
static int
start_user(struct monitor *monitor)
{
	return monitor_check_user(
	    monitor->config, monitor->reason, sizeof(monitor->reason));
}

static int
start_keys(struct monitor *monitor)
{
	int code;

	code = keys_check_bank(
	    monitor->config, monitor->reason, sizeof(monitor->reason));
	if (code != 0)
		return code;
	return keys_read_leaf(monitor->config, &monitor->leaf, monitor->reason,
	    sizeof(monitor->reason));
}

static int
start_listening(struct monitor *monitor)
{
	const struct config *config = monitor->config;

	monitor->listener_count =
	    notify_listeners(monitor->listeners, LISTEN_MAX);
	if (monitor->listener_count == 0)
		monitor->listener_count =
		    listen_open(config_string(config, LISTEN_ADDRESS),
			(uint16_t)config_number(config, LISTEN_PORT),
			monitor->listeners, monitor->reason,
			sizeof(monitor->reason));
	return monitor->listener_count > 0 ? 0 : -monitor->listener_count;
}

/* A bank that runs for a year hears of its certificate in time, too. */
static void
daily(evutil_socket_t fd, short what, void *context)
{
	struct monitor *monitor = context;

	(void)fd;
	(void)what;
	keys_tell_expiry(monitor->config, &monitor->leaf);
}

static int
start_loop(struct monitor *monitor)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	static const struct timeval second = { 1, 0 },
				    day = { 24 * 60 * 60, 0 };

	(void)signal(SIGPIPE, SIG_IGN);
	string_copy(monitor->reason, "no event loop", sizeof(monitor->reason));
	if ((monitor->base = event_base_new()) == NULL)
		return EX_OSERR;
	for (size_t i = 0; i < NELEM(signals); i++) {
		/* nohup(1) ignores SIGHUP: the bank outlives its terminal. */
		if (monitor->start->foreground && process_ignores(signals[i]))
			continue;
		monitor->signals[i] =
		    evsignal_new(monitor->base, signals[i], on_signal, monitor);
		if (monitor->signals[i] == NULL ||
		    event_add(monitor->signals[i], NULL) == -1)
			return EX_OSERR;
	}
	monitor->stop_bound = evtimer_new(monitor->base, stop_bound, monitor);
	monitor->daily =
	    event_new(monitor->base, -1, EV_PERSIST, daily, monitor);
	monitor->watch = event_new(
	    monitor->base, -1, EV_PERSIST, monitor_watch_tick, monitor);
	monitor->command->status_bound =
	    evtimer_new(monitor->base, monitor_status_bound, monitor);
	if (monitor->stop_bound == NULL ||
	    monitor->command->status_bound == NULL || monitor->daily == NULL ||
	    event_add(monitor->daily, &day) == -1 || monitor->watch == NULL ||
	    event_add(monitor->watch, &second) == -1 ||
	    monitor_child_init(monitor->front, monitor, IPC_FRONT) != 0 ||
	    monitor_child_init(monitor->vault, monitor, IPC_VAULT) != 0 ||
	    monitor_child_init(monitor->courier, monitor, IPC_COURIER) != 0)
		return EX_OSERR;
	monitor->reason[0] = '\0';
	return 0;
}

static int
start_control(struct monitor *monitor)
{
	const struct control_options options = {
		.path = config_string(monitor->config, PROCESS_CONTROL_SOCKET),
		.group = config_string(monitor->config, PROCESS_CONTROL_GROUP),
		.owner = monitor->owner,
		.handler = monitor_command_handle,
		.context = monitor,
	};
	int code;

	monitor->control = control_open(monitor->base, &options, &code,
	    monitor->reason, sizeof(monitor->reason));
	return monitor->control != NULL ? 0 : code;
}

static int
start_scrape(struct monitor *monitor)
{
	const struct scrape_options options = {
		.where = config_string(monitor->config, METRICS_LISTEN),
		.group = config_string(monitor->config, METRICS_GROUP),
		.owner = monitor->owner,
		.ask = monitor_status_ask,
		.context = monitor,
	};

	if (options.where[0] == '\0')
		return 0;
	return scrape_open(&monitor->scrape, monitor->base, &options,
	    monitor->reason, sizeof(monitor->reason));
}

static int (*const steps[])(struct monitor *) = { start_state, start_pidfile,
	start_user, monitor_courier_find, start_keys, start_listening,
	start_loop, start_control, start_scrape };

static void
end(struct monitor *monitor)
{
	if (monitor->control != NULL)
		control_close(monitor->control);
	scrape_close(monitor->scrape);
	monitor->scrape = NULL;
	pidfile_drop(&monitor->pidfile);
	if (monitor->stage == MONITOR_STOPPED)
		log_event(LOG_NOTICE, "stopped", "exit",
		    LOG_NUMBER(monitor->exit_code), NULL);
	monitor_command_stopped(monitor);
	tell(monitor, monitor->exit_code, monitor->reason);
	channel_pem_wipe(&monitor->leaf);
	config_free(monitor->config);
}

int
monitor_run(const struct monitor_start *start, struct config *config)
{
	static struct child front, vault, courier;
	static struct monitor_command command;
	static struct monitor_follow follow = { .own_level = -1 };
	static struct monitor_reload reload;
	static struct monitor monitor = { .front = &front,
		.vault = &vault,
		.courier = &courier,
		.courier_exec_fd = -1,
		.courier_link_fd = -1,
		.command = &command,
		.follow = &follow,
		.reload = &reload };

	monitor.start = start;
	monitor.config = config;
	monitor.ready_fd = start->ready_fd;
	monitor.pidfile.fd = -1;
	monitor.started_ms = clock_steady_ms();
	umask(077);
	monitor_log_open(&monitor);
	for (size_t i = 0; i < NELEM(steps) && monitor.exit_code == 0; i++)
		monitor.exit_code = steps[i](&monitor);
	if (monitor.exit_code != 0)
		monitor_log_failure(&monitor);
	else {
		monitor_child_start_all(&monitor);
		while (!is_over(&monitor))
			(void)event_base_loop(monitor.base, EVLOOP_ONCE);
	}
	end(&monitor);
	return monitor.exit_code;
}
