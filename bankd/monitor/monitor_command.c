/* SPDX-License-Identifier: ISC */
/*
 * What operators ask through the control socket: status, reload, stop, log
 * and monitor are the monitor's own; everything else is passed to the vault
 * together with the connection, unread.
 */
#include "monitor_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <sqlite3.h>

#include "../../shared/base/log.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../control/control_codec.h"
#include "keys.h"
#include "monitor_child.h"
#include "monitor_follow.h"
#include "monitor_health.h"
#include "monitor_reload.h"

#define STATUS_SECONDS 2

static void
child_facts(struct control_text *answer, const struct child *child)
{
	char text[MONITOR_STATUS_SIZE], *line, *rest = text, *space;

	monitor_health_facts(answer, child);
	if (child->status_awaited || !child->ready)
		return;
	string_copy(text, child->status, sizeof(text));
	while ((line = strsep(&rest, "\n")) != NULL) {
		if ((space = strchr(line, ' ')) == NULL)
			continue;
		*space = '\0';
		control_put_fact(answer, line, "%s", space + 1);
	}
}

static void
certificate_fact(struct monitor *monitor, struct control_text *answer)
{
	char text[64];
	struct tm tm;
	time_t end;
	bool soon = keys_expiry(&monitor->leaf, &end);
	bool over = end < time(NULL);

	if (gmtime_r(&end, &tm) == NULL ||
	    strftime(text, sizeof(text),
		over       ? "%F, expired: bankctl renew"
		    : soon ? "%F, soon: bankctl renew"
			   : "%F",
		&tm) == 0)
		return;
	control_put_fact(answer, "certificate-expires", "%s", text);
}

static void
answer_status(struct monitor *monitor, struct control_client *client)
{
	struct control_text *answer = control_answer(client);
	char text[LISTEN_TEXT_SIZE];

	control_put_fact(
	    answer, "bank", "%s", config_string(monitor->config, BANK_NAME));
	control_put_fact(answer, "state", "%s", monitor_health_word(monitor));
	control_put_fact(answer, "version", VERSION);
	/* Those that run, which an upgrade of the host may have changed. */
	control_put_fact(answer, "libraries",
	    "OpenSSL %s, SQLite %s, libevent %s",
	    OpenSSL_version(OPENSSL_VERSION_STRING), sqlite3_libversion(),
	    event_get_version());
	control_put_fact(answer, "pid", "%ld", (long)getpid());
	control_put_fact(answer, "uptime", "%" PRIu64,
	    (clock_steady_ms() - monitor->started_ms) / 1000);
	for (int i = 0; i < monitor->listener_count; i++) {
		listen_text(monitor->listeners[i], text);
		control_put_fact(answer, "listening", "%s", text);
	}
	certificate_fact(monitor, answer);
	control_put_fact(
	    answer, "configuration", "%s", monitor->start->config_path);
	control_put_fact(answer, "directory", "%s",
	    config_string(monitor->config, BANK_STATE));
	child_facts(answer, monitor->front);
	child_facts(answer, monitor->vault);
	control_end(client, 0, "");
}

bool
monitor_command_wait(struct waiting *waiting, struct control_client *client)
{
	if (waiting->count == MONITOR_CLIENTS) {
		control_end(
		    client, EX_UNAVAILABLE, "too many requests at once");
		return false;
	}
	waiting->clients[waiting->count++] = client;
	return true;
}

void
monitor_command_answer(struct waiting *waiting, int code, const char *message)
{
	while (waiting->count > 0)
		control_end(waiting->clients[--waiting->count], code, message);
}

static void
answer_all(struct monitor *monitor)
{
	struct waiting *waiting = &monitor->command->status;

	if (waiting->count > 0)
		evtimer_del(monitor->command->status_bound);
	while (waiting->count > 0)
		answer_status(monitor, waiting->clients[--waiting->count]);
}

void
monitor_command_status_bound(evutil_socket_t fd, short what, void *monitor)
{
	(void)fd;
	(void)what;
	answer_all(monitor);
}

void
monitor_command_status_reply(struct child *child)
{
	struct monitor *monitor = child->monitor;

	child->status_awaited = false;
	if (!monitor->front->status_awaited && !monitor->vault->status_awaited)
		answer_all(monitor);
}

static void
ask(struct child *child)
{
	/* One that is starting listens to nobody. */
	if (!(child->status_awaited = child->ready))
		return;
	monitor_child_send(child, IPC_STATUS, NULL, 0, -1);
}

static void
on_status(struct monitor *monitor, struct control_client *client)
{
	const struct timeval bound = { STATUS_SECONDS, 0 };

	if (!monitor_command_wait(&monitor->command->status, client) ||
	    monitor->command->status.count > 1)
		return;
	evtimer_add(monitor->command->status_bound, &bound);
	ask(monitor->front);
	ask(monitor->vault);
	if (!monitor->front->status_awaited && !monitor->vault->status_awaited)
		answer_all(monitor);
}

static void
on_stop(struct monitor *monitor, struct control_client *client)
{
	if (monitor_command_wait(&monitor->command->stop, client))
		monitor_stop(monitor);
}

void
monitor_command_stopped(struct monitor *monitor)
{
	answer_all(monitor);
	monitor_follow_end(monitor->follow);
	monitor_command_answer(&monitor->command->stop, monitor->exit_code,
	    "bankd did not stop properly; see the log");
}

/* Those that only look are asked for each second by some. */
static const struct command {
	const char *name;
	void (*run)(struct monitor *, struct control_client *);
	int level;
} commands[] = {
	{ "status", on_status, LOG_DEBUG },
	{ "reload", monitor_reload_begin, LOG_INFO },
	{ "stop", on_stop, LOG_INFO },
	{ "monitor", monitor_follow_begin, LOG_DEBUG },
};

static void
pass_on(struct monitor *monitor, struct control_client *client,
    const char *request, size_t length)
{
	struct child *vault = monitor->vault;

	if (vault->link.ipc == NULL || !vault->ready) {
		control_end(client, EX_UNAVAILABLE,
		    "the vault is not ready; `bankctl status` shows when it "
		    "is");
		return;
	}
	if (ipc_send(vault->link.ipc, IPC_CONTROL, 0, request, length,
		control_fd(client)) != 0) {
		control_end(client, EX_UNAVAILABLE, "the vault is too busy");
		return;
	}
	control_forget(client);
	monitor_child_flush(vault);
}

void
monitor_command_handle(void *context, struct control_client *client,
    const char *request, size_t length)
{
	struct monitor *monitor = context;

	if (length == 0) {
		control_end(client, EX_USAGE, "no command");
		return;
	}
	for (size_t i = 0; i < NELEM(commands); i++) {
		if (!control_is_request(request, commands[i].name))
			continue;
		log_event(commands[i].level, "control", "command",
		    LOG_TEXT(commands[i].name), NULL);
		commands[i].run(monitor, client);
		return;
	}
	if (control_is_request(request, "log")) {
		monitor_follow_set_level(monitor, client, request);
		return;
	}
	/* The vault answers; the next one is told as it starts. */
	if (monitor->vault->ready &&
	    (control_is_request(request, "pause") ||
		control_is_request(request, "resume")))
		monitor->paused = request[0] == 'p';
	pass_on(monitor, client, request, length);
}
