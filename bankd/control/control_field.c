/* SPDX-License-Identifier: ISC */
/*
 * The table of facts and columns that are more than text.  Runs in bankctl.
 */
#include "control_field.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/number.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define ZONE_DAY_LENGTH 10

static const struct control_field fields[] = {
	{ "about", CONTROL_OPTIONAL, NULL },
	{ "account", CONTROL_ACCOUNT, NULL },
	{ "address", CONTROL_OPTIONAL, NULL },
	{ "audits", CONTROL_NUMBER, NULL },
	{ "behind", CONTROL_NUMBER, NULL },
	{ "by", CONTROL_OPTIONAL, NULL },
	{ "cash", CONTROL_YES_NO, NULL },
	{ "counterparty", CONTROL_OPTIONAL, NULL },
	{ "courier-clock-ms", CONTROL_NUMBER, "ms" },
	{ "courier-connects", CONTROL_NUMBER, NULL },
	{ "courier-database", CONTROL_OPTIONAL, NULL },
	{ "courier-doubts", CONTROL_NUMBER, NULL },
	{ "courier-failures", CONTROL_NUMBER, NULL },
	{ "courier-got", CONTROL_NUMBER, NULL },
	{ "courier-newest", CONTROL_NUMBER, NULL },
	{ "courier-pid", CONTROL_NUMBER, NULL },
	{ "courier-put", CONTROL_NUMBER, NULL },
	{ "courier-recovered-percent", CONTROL_NUMBER, "%" },
	{ "courier-restarts", CONTROL_NUMBER, NULL },
	{ "courier-turns", CONTROL_NUMBER, NULL },
	{ "courier-uptime", CONTROL_UPTIME, NULL },
	{ "detail", CONTROL_OPTIONAL, NULL },
	{ "entries", CONTROL_NUMBER, NULL },
	{ "entry", CONTROL_NUMBER, NULL },
	{ "expires", CONTROL_OPTIONAL, NULL },
	{ "first-lot", CONTROL_NUMBER, NULL },
	{ "from-account", CONTROL_OPTIONAL, NULL },
	{ "front-accepted", CONTROL_NUMBER, NULL },
	{ "front-connections", CONTROL_NUMBER, NULL },
	{ "front-failures", CONTROL_NUMBER, NULL },
	{ "front-limit", CONTROL_NUMBER, NULL },
	{ "front-pid", CONTROL_NUMBER, NULL },
	{ "front-recovered-percent", CONTROL_NUMBER, "%" },
	{ "front-refused", CONTROL_NUMBER, NULL },
	{ "front-restarts", CONTROL_NUMBER, NULL },
	{ "front-unsent-bytes", CONTROL_NUMBER, "bytes" },
	{ "front-uptime", CONTROL_UPTIME, NULL },
	{ "host", CONTROL_NUMBER, NULL },
	{ "idle", CONTROL_SECONDS, NULL },
	{ "kiosk", CONTROL_OPTIONAL, NULL },
	{ "last-login", CONTROL_OPTIONAL, NULL },
	{ "last-lot", CONTROL_NUMBER, NULL },
	{ "listening", CONTROL_LIST, NULL },
	{ "lot", CONTROL_NUMBER, NULL },
	{ "lots-behind", CONTROL_NUMBER, NULL },
	{ "memo", CONTROL_OPTIONAL, NULL },
	{ "number", CONTROL_NUMBER, NULL },
	{ "of", CONTROL_NUMBER, NULL },
	{ "opened", CONTROL_OPTIONAL, NULL },
	{ "pid", CONTROL_NUMBER, NULL },
	{ "reason", CONTROL_OPTIONAL, NULL },
	{ "reverses", CONTROL_NUMBER, NULL },
	{ "request", CONTROL_NUMBER, NULL },
	{ "seen", CONTROL_SECONDS, NULL },
	{ "seq", CONTROL_NUMBER, NULL },
	{ "stock", CONTROL_OPTIONAL, NULL },
	{ "to-account", CONTROL_OPTIONAL, NULL },
	{ "txid", CONTROL_OPTIONAL, NULL },
	{ "uptime", CONTROL_UPTIME, NULL },
	{ "vault-batches", CONTROL_NUMBER, NULL },
	{ "vault-carried-out", CONTROL_NUMBER, NULL },
	{ "vault-commit-latency", CONTROL_COUNTS, NULL },
	{ "vault-commit-longest-us", CONTROL_NUMBER, "us" },
	{ "vault-commit-p50-us", CONTROL_NUMBER, "us" },
	{ "vault-commit-p99-us", CONTROL_NUMBER, "us" },
	{ "vault-commit-total-us", CONTROL_NUMBER, "us" },
	{ "vault-commits", CONTROL_NUMBER, NULL },
	{ "vault-connections", CONTROL_NUMBER, NULL },
	{ "vault-customers", CONTROL_NUMBER, NULL },
	{ "vault-entries", CONTROL_NUMBER, NULL },
	{ "vault-failures", CONTROL_NUMBER, NULL },
	{ "vault-free-mb", CONTROL_NUMBER, "MB" },
	{ "vault-journal-mb", CONTROL_NUMBER, "MB" },
	{ "vault-journal-segments", CONTROL_NUMBER, NULL },
	{ "vault-journal-spare", CONTROL_YES_NO, NULL },
	{ "vault-largest-batch", CONTROL_NUMBER, NULL },
	{ "vault-last-minute", CONTROL_NUMBER, NULL },
	{ "vault-last-second", CONTROL_NUMBER, NULL },
	{ "vault-log-mb", CONTROL_NUMBER, "MB" },
	{ "vault-logins", CONTROL_NUMBER, NULL },
	{ "vault-logins-refused", CONTROL_NUMBER, NULL },
	{ "vault-logins-waiting", CONTROL_NUMBER, NULL },
	{ "vault-lot", CONTROL_NUMBER, NULL },
	{ "vault-lots-behind", CONTROL_NUMBER, NULL },
	{ "vault-pid", CONTROL_NUMBER, NULL },
	{ "vault-recovered-percent", CONTROL_NUMBER, "%" },
	{ "vault-restarts", CONTROL_NUMBER, NULL },
	{ "vault-sessions", CONTROL_NUMBER, NULL },
	{ "vault-unsent-bytes", CONTROL_NUMBER, "bytes" },
	{ "vault-uptime", CONTROL_UPTIME, NULL },
	{ "version", CONTROL_OPTIONAL, NULL },
};

const struct control_field *
control_field_find(const char *name)
{
	static const struct control_field text = { "", CONTROL_TEXT, NULL };

	for (size_t i = 0; i < NELEM(fields); i++) {
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	}
	return &text;
}

/* `42 s`, `17 min`, `3 h 12 min`, `5 d 2 h`. */
static void
show_seconds(uint64_t seconds, char *text, size_t size)
{
	if (seconds < MINUTE)
		snprintf(text, size, "%" PRIu64 " s", seconds);
	else if (seconds < HOUR)
		snprintf(text, size, "%" PRIu64 " min", seconds / MINUTE);
	else if (seconds < DAY)
		snprintf(text, size, "%" PRIu64 " h %" PRIu64 " min",
		    seconds / HOUR, seconds % HOUR / MINUTE);
	else
		snprintf(text, size, "%" PRIu64 " d %" PRIu64 " h",
		    seconds / DAY, seconds % DAY / HOUR);
}

/* `17 min, since 09:12`, or with the day where it was another. */
static void
show_uptime(uint64_t seconds, char *text, size_t size)
{
	const uint64_t now_ms = clock_real_ms(),
		       since_ms = now_ms - seconds * 1000;
	char today[ZONE_DAY_TEXT], day[ZONE_DAY_TEXT], time[ZONE_TIME_TEXT];
	size_t length;

	show_seconds(seconds, text, size);
	length = strlen(text);
	zone_text(since_ms, time);
	if (strcmp(zone_day_text(since_ms, day),
		zone_day_text(now_ms, today)) == 0)
		snprintf(text + length, size - length, ", since %.5s",
		    time + ZONE_DAY_LENGTH + 1);
	else
		snprintf(text + length, size - length, ", since %s %.5s", day,
		    time + ZONE_DAY_LENGTH + 1);
}

const char *
control_field_show(const struct control_field *field, const char *value,
    char *text, size_t size)
{
	uint64_t number = 0;
	const bool is_number =
	    number_parse(value + (*value == '-'), 0, UINT64_MAX, &number) == 0;

	if (field->kind == CONTROL_SECONDS && is_number)
		show_seconds(number, text, size);
	else if (field->kind == CONTROL_UPTIME && is_number)
		show_uptime(number, text, size);
	else if (field->kind == CONTROL_ACCOUNT && is_number && number <= 2)
		return number == 1 ? "savings" : "checking";
	else if (field->unit != NULL && is_number)
		snprintf(text, size, "%s %s", value, field->unit);
	else
		return value;
	return text;
}
