/* SPDX-License-Identifier: ISC */
/*
 * What `status` and the figures tell: the monitor's own facts, and those that
 * its children send when they are asked.
 */
#include "monitor_status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <sqlite3.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../control/control_codec.h"
#include "keys.h"
#include "monitor_child.h"
#include "monitor_command.h"
#include "monitor_courier.h"
#include "monitor_health.h"
#include "scrape.h"

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
put_end(
    struct control_text *answer, const char *fact, time_t end, const char *help)
{
	char day[16];
	struct tm tm;

	if (gmtime_r(&end, &tm) == NULL ||
	    strftime(day, sizeof(day), "%F", &tm) == 0)
		return;
	if (keys_ends_soon(end))
		control_put_fact(answer, fact, "%s, %s: %s", day,
		    end < time(NULL) ? "expired" : "soon", help);
	else
		control_put_fact(answer, fact, "%s", day);
}

/* The front's, and the bank's own, which every kiosk has. */
static void
certificate_facts(struct monitor *monitor, struct control_text *answer)
{
	time_t end;

	(void)keys_expiry(&monitor->leaf, &end);
	put_end(answer, "certificate-expires", end, "bankctl renew");
	if (keys_end(monitor->config, KEYS_CERTIFICATE, &end) == 0)
		put_end(answer, "bank-certificate-expires", end,
		    "renew it, with the same key, for the bank and all "
		    "kiosks");
}

static void
put_status(struct monitor *monitor, struct control_text *answer)
{
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
	if (monitor->scrape != NULL)
		control_put_fact(
		    answer, "metrics", "%s", scrape_address(monitor->scrape));
	certificate_facts(monitor, answer);
	control_put_fact(
	    answer, "configuration", "%s", monitor->start->config_path);
	control_put_fact(answer, "directory", "%s",
	    config_string(monitor->config, BANK_STATE));
	child_facts(answer, monitor->front);
	child_facts(answer, monitor->vault);
	if (monitor_courier_is_wanted(monitor))
		child_facts(answer, monitor->courier);
}

static void
answer_status(struct monitor *monitor, struct control_client *client)
{
	put_status(monitor, control_answer(client));
	control_end(client, 0, "");
}

/* For metrics, those who wait for `status` are asked about only once. */
static void
answer_scrapes(struct monitor *monitor)
{
	struct control_text answer = { 0 };

	if (monitor->scrape == NULL)
		return;
	put_status(monitor, &answer);
	if (!answer.failed)
		scrape_answer(monitor->scrape, answer.data);
	control_text_free(&answer);
}

void
monitor_status_answer(struct monitor *monitor)
{
	struct waiting *waiting = &monitor->command->status;

	if (!monitor->command->status_asked)
		return;
	monitor->command->status_asked = false;
	evtimer_del(monitor->command->status_bound);
	answer_scrapes(monitor);
	while (waiting->count > 0)
		answer_status(
		    monitor, waiting->askers[--waiting->count].client);
}

void
monitor_status_bound(evutil_socket_t fd, short what, void *monitor)
{
	(void)fd;
	(void)what;
	monitor_status_answer(monitor);
}

static bool
is_awaited(const struct monitor *monitor)
{
	return monitor->front->status_awaited ||
	    monitor->vault->status_awaited || monitor->courier->status_awaited;
}

void
monitor_status_reply(struct child *child)
{
	struct monitor *monitor = child->monitor;

	child->status_awaited = false;
	if (!is_awaited(monitor))
		monitor_status_answer(monitor);
}

static void
ask(struct child *child)
{
	/* One that is starting listens to nobody. */
	if (!(child->status_awaited = child->ready))
		return;
	monitor_child_send(child, IPC_STATUS, NULL, 0, -1);
}

void
monitor_status_ask(void *context)
{
	const struct timeval bound = { STATUS_SECONDS, 0 };
	struct monitor *monitor = context;

	if (monitor->command->status_asked)
		return;
	monitor->command->status_asked = true;
	evtimer_add(monitor->command->status_bound, &bound);
	ask(monitor->front);
	ask(monitor->vault);
	ask(monitor->courier);
	if (!is_awaited(monitor))
		monitor_status_answer(monitor);
}

void
monitor_status_begin(
    struct monitor *monitor, struct control_client *client, const char *note)
{
	(void)note;
	if (monitor_command_wait(&monitor->command->status, client, NULL))
		monitor_status_ask(monitor);
}
