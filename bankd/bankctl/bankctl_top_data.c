/* SPDX-License-Identifier: ISC */
/*
 * What `bankctl top` knows of the bank: the newest answer to `status`, what was
 * carried out between two answers, and the last lines of the log.
 */
#include "bankctl_top_data.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"
#include "bankctl.h"
#include "bankctl_client.h"

/* The counts of a new vault start at 0. */
static void
add_sample(struct top_data *data, uint64_t transactions, uint64_t ms)
{
	uint64_t done = transactions >= data->transactions
	    ? transactions - data->transactions
	    : transactions;

	if (data->taken_ms != 0 && ms > data->taken_ms) {
		if (data->sample_count == TOP_SAMPLES)
			memmove(data->samples, data->samples + 1,
			    --data->sample_count * sizeof(data->samples[0]));
		data->samples[data->sample_count++] =
		    (double)done * 1000 / (double)(ms - data->taken_ms);
	}
	data->transactions = transactions;
	data->taken_ms = ms;
}

void
bankctl_top_data_status(struct top_data *data, const char *answer, uint64_t ms)
{
	char text[LATENCY_TEXT_SIZE];
	uint64_t transactions;

	string_copy(data->answer, answer, sizeof(data->answer));
	data->up = true;
	/* A vault that is down has no figures: the chart has a gap of none. */
	if (control_get_number(answer, "vault-carried-out", &transactions))
		add_sample(data, transactions, ms);
	(void)control_get_fact(
	    answer, "vault-commit-latency", text, sizeof(text));
	latency_parse(&data->commits, text);
	if (!data->known) {
		data->known = true;
		(void)control_get_number(
		    answer, "front-restarts", &data->front_restarts);
		(void)control_get_number(
		    answer, "vault-restarts", &data->vault_restarts);
	}
}

/* The next bankd counts from 0, and counts only its own restarts. */
void
bankctl_top_data_down(struct top_data *data, const char *why)
{
	data->up = false;
	data->down = why;
	data->known = false;
	data->taken_ms = data->transactions = 0;
}

static void
say(struct top_data *data, int level, const char *line, time_t now)
{
	struct top_event *event;

	if (data->event_count == TOP_EVENTS)
		memmove(data->events, data->events + 1,
		    --data->event_count * sizeof(data->events[0]));
	event = &data->events[data->event_count++];
	event->when = now;
	event->level = level;
	string_copy(event->line, line, sizeof(event->line));
}

void
bankctl_top_data_line(struct top_data *data, char *line, time_t now)
{
	struct control_row row;
	const char *message;

	control_get_row(&row, line);
	if (control_get_end(&row, &message) > 0)
		say(data, LOG_WARNING, message, now);
	else if (row.kind == '+' && row.count > 1)
		say(data, log_level_parse(row.fields[0]), row.fields[1], now);
}

/* `2026-11-30T10:42:07Z`, or with an offset; 0 for `-`. */
static time_t
time_of(const char *text)
{
	uint64_t time_ms;

	return zone_parse(text, 0, &time_ms) == 0 ? (time_t)(time_ms / 1000)
						  : 0;
}

void
bankctl_top_data_kiosk(struct top_data *data, char *line, time_t now)
{
	struct top_kiosks *coming = &data->kiosks_coming;
	struct top_kiosk *kiosk;
	struct control_row row;
	const char *message;

	(void)now;
	control_get_row(&row, line);
	if (row.kind == '=')
		coming->count = 0;
	else if (control_get_end(&row, &message) == 0)
		data->kiosks = *coming;
	/* name cash state seen address ... */
	if (row.kind != '+' || row.count < 5 ||
	    strcmp(row.fields[2], "enrolled") != 0 ||
	    coming->count++ >= TOP_KIOSKS)
		return;
	kiosk = &coming->list[coming->count - 1];
	string_copy(kiosk->name, row.fields[0], sizeof(kiosk->name));
	string_copy(kiosk->address, row.fields[4], sizeof(kiosk->address));
	kiosk->seen = time_of(row.fields[3]);
}

void
bankctl_top_data_request(struct top_data *data, char *line, time_t now)
{
	struct top_waiting *coming = &data->waiting_coming;
	struct control_row row;
	const char *message;

	(void)now;
	control_get_row(&row, line);
	if (row.kind == '=')
		*coming = (struct top_waiting) { 0 };
	else if (control_get_end(&row, &message) == 0)
		data->waiting = *coming;
	/* number time by verb about detail reason state ... */
	if (row.kind != '+' || row.count < 8 ||
	    strcmp(row.fields[7], "waiting") != 0)
		return;
	if (strcmp(row.fields[3], "request") == 0)
		coming->requests++;
	else
		coming->cases++;
}

struct alarms {
	const struct top_data *data;
	char (*lines)[TOP_ALARM_SIZE];
	size_t count;
};

static void __attribute__((format(printf, 2, 3)))
alarm_add(struct alarms *alarms, const char *format, ...)
{
	va_list ap;

	if (alarms->count == TOP_ALARMS)
		return;
	va_start(ap, format);
	vsnprintf(alarms->lines[alarms->count++], TOP_ALARM_SIZE, format, ap);
	va_end(ap);
}

static void
look_at_restarts(struct alarms *alarms, const char *name, uint64_t before)
{
	char fact[32];
	uint64_t now;

	snprintf(fact, sizeof(fact), "%s-restarts", name);
	if (control_get_number(alarms->data->answer, fact, &now) &&
	    now > before)
		alarm_add(alarms, "%s restarted: %llu since this began", name,
		    (unsigned long long)(now - before));
}

/* How often it ended in a row, and the last reason, which names the file. */
static void
look_at_failures(struct alarms *alarms, const char *name)
{
	char fact[32], last[TOP_ALARM_SIZE], *reason;
	uint64_t failures;

	snprintf(fact, sizeof(fact), "%s-failures", name);
	if (!control_get_number(alarms->data->answer, fact, &failures) ||
	    failures < 2)
		return;
	snprintf(fact, sizeof(fact), "%s-last-end", name);
	(void)control_get_fact(alarms->data->answer, fact, last, sizeof(last));
	/* Behind its time. */
	reason = last + strcspn(last, " ");
	alarm_add(alarms, "%s ended %llu times:%.90s", name,
	    (unsigned long long)failures, reason);
}

/*
 * A fact that is an alarm if its value contains these words, or if it doesn't.
 * A sandbox that was turned off has no word of landlock.
 */
static const struct {
	const char *fact, *words;
	bool wanted;
	const char *say;
	bool value; /* the value is shown too */
} watched[] = {
	{ "state", "serving", true, "bankd is ", true },
	{ "vault-transactions", "taken", true, "transactions ", true },
	{ "front", "", false, "front ", true },
	{ "vault", "", false, "vault ", true },
	{ "certificate-expires", "renew", false, "certificate ends ", true },
	{ "bank-certificate-expires", "renew", false,
	    "the bank's certificate ends ", true },
	{ "front-sandbox", "landlock no-seccomp", false,
	    "front without seccomp", false },
	{ "vault-sandbox", "landlock no-seccomp", false,
	    "vault without seccomp", false },
};

size_t
bankctl_top_data_alarms(
    const struct top_data *data, char lines[TOP_ALARMS][TOP_ALARM_SIZE])
{
	struct alarms alarms = { data, lines, 0 };
	char value[TOP_ALARM_SIZE];
	bool found;

	if (!data->up) {
		alarm_add(&alarms, "%s", data->down);
		return alarms.count;
	}
	for (size_t i = 0; i < NELEM(watched); i++) {
		if (!control_get_fact(
			data->answer, watched[i].fact, value, sizeof(value)))
			continue;
		found = strstr(value, watched[i].words) != NULL;
		if (found != watched[i].wanted)
			alarm_add(&alarms, "%s%.100s", watched[i].say,
			    watched[i].value ? value : "");
	}
	look_at_failures(&alarms, "front");
	look_at_failures(&alarms, "vault");
	look_at_restarts(&alarms, "front", data->front_restarts);
	look_at_restarts(&alarms, "vault", data->vault_restarts);
	return alarms.count;
}
