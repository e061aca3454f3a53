/* SPDX-License-Identifier: ISC */
/*
 * A connection by libpq, made in turns of the courier's loop.
 */
#include "courier_database.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define PAUSE_MS 200 /* between two rounds of attempts */
#define CONNECT_MS 2000
#define SLOW_MAX 2 /* times that this is doubled: a busy server is slow */
#define WORDS_MAX 40

static void
clean(char *text)
{
	size_t end = strlen(text);

	while (end > 0 && text[end - 1] == '\n')
		text[--end] = '\0';
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = ' ';
	}
}

/* The words may be of `why` itself, or of the connection. */
static void
explain(struct courier_database *database, const char *format, va_list ap)
{
	char why[COURIER_WHY];

	vsnprintf(why, sizeof(why), format, ap);
	clean(why);
	string_copy(database->why, why, sizeof(database->why));
}

void
courier_database_explain(
    struct courier_database *database, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	explain(database, format, ap);
	va_end(ap);
}

static enum courier_reason
reason_of(enum courier_link link, const char *why)
{
	if (link == COURIER_READY)
		return COURIER_REFUSES;
	/* libpq's own words, which has no code for it. */
	return strstr(why, "session is read-only") != NULL ? COURIER_STANDBY
							   : COURIER_GONE;
}

static void
pass(struct courier_database *database)
{
	database->attempt = (database->attempt + 1) % database->attempts;
}

/*
 * Says why, unless it was told better within the last round of attempts.  A
 * server that was reached and is given up may stay as it is, as one that was
 * cut off and takes itself for the primary: the next one is asked first.
 */
void
courier_database_lose(
    struct courier_database *database, const char *format, ...)
{
	char before[COURIER_WHY];
	enum courier_reason reason;
	va_list ap;

	string_copy(before, database->why, sizeof(before));
	va_start(ap, format);
	explain(database, format, ap);
	va_end(ap);
	reason = reason_of(database->link, database->why);
	if (reason == COURIER_REFUSES)
		string_copy(database->refused, database->why,
		    sizeof(database->refused));
	if (database->stays > 0 && reason < database->reason) {
		string_copy(database->why, before, sizeof(database->why));
	} else {
		database->reason = reason;
		database->stays = database->attempts;
	}
	database->stays--;
	if (reason == COURIER_REFUSES)
		pass(database);
	PQfinish(database->pg);
	database->pg = NULL;
	database->link = COURIER_AWAY;
	database->again_ms = clock_steady_ms() + PAUSE_MS;
}

int
courier_database_init(struct courier_database *database)
{
	char *message = NULL;
	const char *list;

	database->options = PQconninfoParse(database->connection, &message);
	if (database->options == NULL) {
		snprintf(database->why, sizeof(database->why),
		    "bankd.ini: [store] connection: %s",
		    message != NULL ? message : "no memory");
		clean(database->why);
		PQfreemem(message);
		return BANK_ECONFIG;
	}
	list = courier_database_option(database, "hostaddr");
	if (list[0] == '\0')
		list = courier_database_option(database, "host");
	for (database->attempts = 1; *list != '\0'; list++)
		database->attempts += *list == ',';
	return 0;
}

const char *
courier_database_option(
    const struct courier_database *database, const char *keyword)
{
	const PQconninfoOption *option = database->options;

	for (; option->keyword != NULL; option++) {
		if (strcmp(option->keyword, keyword) == 0)
			return option->val != NULL ? option->val : "";
	}
	return "";
}

/* The part of a list for this attempt; a list of one is for all. */
static const char *
part_of(const char *list, int attempt, char part[256])
{
	size_t length;

	if (strchr(list, ',') == NULL)
		return list;
	for (; attempt > 0 && (list = strchr(list, ',')) != NULL; attempt--)
		list++;
	if (list == NULL)
		return "";
	length = strcspn(list, ",");
	string_copy(part, list, length < 255 ? length + 1 : 256);
	return part;
}

static bool
is_list(const char *keyword)
{
	return strcmp(keyword, "host") == 0 ||
	    strcmp(keyword, "hostaddr") == 0 || strcmp(keyword, "port") == 0;
}

/*
 * What is ours stands first; what the operator gave goes over it, but for the
 * name, by which courier_check.c knows this host's own sessions.
 */
static PGconn *
start(const struct courier_database *database)
{
	static const char *const ours[][2] = {
		{ "target_session_attrs", "read-write" },
		{ "connect_timeout", "2" },
		{ "tcp_user_timeout", "3000" },
		{ "keepalives_idle", "2" },
		{ "keepalives_interval", "1" },
		{ "keepalives_count", "3" },
		{ "gssencmode", "disable" },
		{ "client_encoding", "UTF8" },
	};
	const char *words[WORDS_MAX + 1] = { NULL },
				      *values[WORDS_MAX + 1] = { NULL };
	char parts[3][256], name[64];
	const PQconninfoOption *option = database->options;
	size_t count = 0, lists = 0;

	for (; count < NELEM(ours); count++) {
		words[count] = ours[count][0];
		values[count] = ours[count][1];
	}
	for (; option->keyword != NULL && count < WORDS_MAX - 1; option++) {
		if (option->val == NULL || option->val[0] == '\0')
			continue;
		words[count] = option->keyword;
		values[count++] = is_list(option->keyword)
		    ? part_of(option->val, database->attempt, parts[lists++])
		    : option->val;
	}
	snprintf(name, sizeof(name), "bankd host %u %016" PRIx64,
	    database->host, database->whose);
	words[count] = "application_name";
	values[count] = name;
	return PQconnectStartParams(words, values, 0);
}

static void
take_notice(void *context, const PGresult *notice)
{
	struct courier_database *database = context;
	const char *severity =
	    PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity != NULL && strcmp(severity, "WARNING") == 0)
		database->warned = true;
}

static unsigned
connect_ms(const struct courier_database *database)
{
	int seconds =
	    atoi(courier_database_option(database, "connect_timeout"));

	return seconds > 0 && seconds < 60
	    ? (unsigned)seconds * 1000
	    : (unsigned)CONNECT_MS << database->slow;
}

/* The next host of the list at once; after the last, after a pause. */
static void
failed(struct courier_database *database, const char *why)
{
	char place[sizeof(database->place)];

	snprintf(place, sizeof(place), "%s:%s", PQhost(database->pg),
	    PQport(database->pg));
	courier_database_lose(database, "%s: %s", place, why);
	pass(database);
	if (database->attempt != 0)
		database->again_ms = 0;
	else if (database->slow < SLOW_MAX)
		database->slow++;
}

static void
begin(struct courier_database *database)
{
	database->pg = start(database);
	if (database->pg == NULL) {
		courier_database_lose(
		    database, "%s", bank_strerror(BANK_ENOMEM));
		return;
	}
	if (PQstatus(database->pg) == CONNECTION_BAD) {
		failed(database, PQerrorMessage(database->pg));
		return;
	}
	(void)PQsetNoticeReceiver(database->pg, take_notice, database);
	database->link = COURIER_CONNECTING;
	database->wants = PGRES_POLLING_WRITING;
	database->by_ms = clock_steady_ms() + connect_ms(database);
}

static bool
is_ready(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, 0) == 1;
}

static int
go_on(struct courier_database *database)
{
	short events =
	    database->wants == PGRES_POLLING_READING ? POLLIN : POLLOUT;

	if (is_ready(PQsocket(database->pg), events))
		database->wants = PQconnectPoll(database->pg);
	if (database->wants == PGRES_POLLING_FAILED)
		failed(database, PQerrorMessage(database->pg));
	else if (database->wants == PGRES_POLLING_OK) {
		snprintf(database->place, sizeof(database->place), "%s:%s",
		    PQhost(database->pg), PQport(database->pg));
		database->link = COURIER_READY;
		database->slow = 0;
		return 1;
	} else if (clock_steady_ms() >= database->by_ms)
		failed(database, "no answer");
	return 0;
}

int
courier_database_step(struct courier_database *database)
{
	if (database->link == COURIER_READY) {
		/* The end of an idle connection is noticed here. */
		if (is_ready(PQsocket(database->pg), POLLIN) &&
		    (PQconsumeInput(database->pg) == 0 ||
			PQstatus(database->pg) == CONNECTION_BAD))
			courier_database_lose(
			    database, "%s", PQerrorMessage(database->pg));
		return 0;
	}
	if (database->link == COURIER_AWAY) {
		if (clock_steady_ms() < database->again_ms)
			return 0;
		begin(database);
	}
	return database->link == COURIER_CONNECTING ? go_on(database) : 0;
}

short
courier_database_events(
    const struct courier_database *database, int *timeout_ms)
{
	uint64_t now_ms = clock_steady_ms();
	uint64_t until_ms = database->link == COURIER_AWAY ? database->again_ms
							   : database->by_ms;

	if (database->link == COURIER_READY)
		return POLLIN;
	if (until_ms <= now_ms)
		*timeout_ms = 0;
	else if (until_ms - now_ms < (uint64_t)*timeout_ms)
		*timeout_ms = (int)(until_ms - now_ms);
	if (database->link == COURIER_AWAY)
		return 0;
	return database->wants == PGRES_POLLING_READING ? POLLIN : POLLOUT;
}
