/* SPDX-License-Identifier: ISC */
/*
 * Hosts, as rows.  What a host says of itself is for operators, and keeps its
 * number for a moment (courier_check.c): nothing waits for it to be durable,
 * and no promise depends on it.
 */
#include "courier_hosts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "../journal/journal.h"
#include "../journal/lot_row.h"
#include "courier_check.h"
#include "courier_lots.h"

#define TELL_MS 1000
#define ROW_SIZE (16 * 1024)

static const char tell_sql[] =
    "INSERT INTO host (id, name, n, seen, version, settings)"
    " SELECT $1::int, $2::text, $3::bigint, now(), $4::text, $5::bytea"
    " FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quick"
    " ON CONFLICT (id) DO UPDATE SET name = excluded.name, n = excluded.n,"
    " seen = excluded.seen, version = excluded.version,"
    " settings = excluded.settings";
static const char list_sql[] =
    "SELECT id, name, n, (SELECT max(n) FROM lot),"
    " (extract(epoch FROM now() - seen) * 1000)::bigint, version, settings"
    " FROM host ORDER BY id";
static const char rights_sql[] =
    "SELECT has_table_privilege('lot', 'SELECT') AND"
    " has_table_privilege('lot', 'INSERT') AND"
    " has_table_privilege('host', 'INSERT') AND"
    " has_table_privilege('host', 'UPDATE') AND"
    " has_table_privilege('host', 'DELETE')";
static const char forget_sql[] = "DELETE FROM host WHERE id = $1::int";

static const char *const schema_sql[] = {
	"CREATE TABLE IF NOT EXISTS bank (schema int NOT NULL,"
	" mark bytea NOT NULL)",
	"CREATE TABLE IF NOT EXISTS lot (n bigint PRIMARY KEY,"
	" host int NOT NULL, boot bytea NOT NULL, counter bigint NOT NULL,"
	" seq bigint NOT NULL, chain bytea NOT NULL, before bytea NOT NULL,"
	" digest bytea NOT NULL, version int NOT NULL, data bytea NOT NULL)",
	/* What is sealed has nothing to compress. */
	"ALTER TABLE lot ALTER data SET STORAGE EXTERNAL",
	"CREATE TABLE IF NOT EXISTS host (id int PRIMARY KEY,"
	" name text NOT NULL, n bigint NOT NULL,"
	" seen timestamptz NOT NULL, version text, settings bytea)",
	/* Copies of a machine have one name, and so has a host renumbered. */
	"ALTER TABLE host DROP CONSTRAINT IF EXISTS host_name_key",
	"LOCK TABLE bank, lot IN ACCESS EXCLUSIVE MODE",
};
static const char at_sql[] = "SELECT digest, (SELECT max(n) FROM lot)"
			     " FROM lot WHERE n = $1::bigint";
static const char mark_sql[] = "SELECT mark FROM bank";
static const char first_sql[] =
    "INSERT INTO lot (" COURIER_LOTS_COLUMNS ") VALUES ($1::bigint, $2::int,"
    " $3::bytea, $4::bigint, $5::bigint, $6::bytea, $7::bytea, $8::bytea,"
    " $9::int, $10::bytea)";

/* -- what we say of ourselves -- */

/* Settings that should be the same on all hosts, as lines. */
static char *
settings_of(const struct config *config)
{
	static const char *const sections[] = { "session.", "login.", "limits.",
		"kiosks.", "operators." };
	static const char *const keys[] = { "bank.name=",
		"bank.credit_account=", "bank.show_names=",
		"bank.alert_amount=", "bank.time_zone=", "bank.currency=",
		"store.durability=" };
	char *dump = config_dump(config), *line, *rest = dump, *to = dump;
	bool told;

	while (dump != NULL && (line = strsep(&rest, "\n")) != NULL) {
		told = false;
		for (size_t i = 0; i < NELEM(sections) && !told; i++)
			told = strncmp(
				   line, sections[i], strlen(sections[i])) == 0;
		for (size_t i = 0; i < NELEM(keys) && !told; i++)
			told = strncmp(line, keys[i], strlen(keys[i])) == 0;
		if (!told)
			continue;
		memmove(to, line, strlen(line));
		to += strlen(line);
		*to++ = '\n';
	}
	if (dump != NULL)
		*to = '\0';
	return dump;
}

static void
note_told(struct courier *courier, const PGresult *result)
{
	bool good = courier_trip_good(courier->database, result, "host");

	if (!good && !courier->untold)
		log_event(LOG_WARNING, "host_untold", "why",
		    LOG_TEXT(courier->database->why), NULL);
	courier->untold = !good;
}

void
courier_hosts_tell(struct courier *courier)
{
	struct courier_trip trip = { 0 };
	uint64_t now_ms = clock_steady_ms();
	char *settings;

	if (!courier->checked || courier->have == 0 ||
	    now_ms - courier->told_ms < TELL_MS ||
	    (settings = settings_of(courier->config)) == NULL)
		return;
	courier->told_ms = now_ms;
	courier_trip_add(&trip, tell_sql);
	courier_trip_small(
	    &trip, (uint32_t)config_number(courier->config, STORE_HOST));
	courier_trip_bytes(&trip, courier->name, strlen(courier->name));
	courier_trip_number(&trip, courier->have);
	courier_trip_bytes(&trip, VERSION, strlen(VERSION));
	courier_trip_bytes(&trip, settings, strlen(settings));
	if (courier_trip_go(courier->database, &trip) == 0)
		note_told(courier, trip.results[0]);
	courier_trip_end(&trip);
	free(settings);
}

/* -- what bankctl asks -- */

static void
send_host(struct courier *courier, const struct ipc_message *message,
    const PGresult *hosts, int row)
{
	char text[ROW_SIZE];
	int length;

	length = snprintf(text, sizeof(text),
	    "%" PRIu64 "\t%.*s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
	    "\t%.*s\t%.*s",
	    courier_trip_get(hosts, row, 0), PQgetlength(hosts, row, 1),
	    PQgetvalue(hosts, row, 1), courier_trip_get(hosts, row, 2),
	    courier_trip_get(hosts, row, 3), courier_trip_get(hosts, row, 4),
	    PQgetlength(hosts, row, 5), PQgetvalue(hosts, row, 5),
	    PQgetlength(hosts, row, 6), PQgetvalue(hosts, row, 6));
	if (length > 0 && (size_t)length < sizeof(text))
		(void)ipc_send(courier->vault, IPC_HOST_ROW,
		    message->connection, text, (size_t)length, -1);
}

void
courier_hosts_list(struct courier *courier, const struct ipc_message *message)
{
	struct courier_trip trip = { 0 };
	bool good;

	if (!courier_lots_are_there(courier, message))
		return;
	courier_trip_add(&trip, list_sql);
	good = courier_trip_go(courier->database, &trip) == 0 &&
	    courier_trip_good(courier->database, trip.results[0], "host");
	for (int i = 0; good && i < PQntuples(trip.results[0]); i++)
		send_host(courier, message, trip.results[0], i);
	courier_lots_answer(courier, message,
	    good ? JOURNAL_NONE : JOURNAL_AWAY,
	    good ? "" : courier->database->why);
	courier_trip_end(&trip);
}

void
courier_hosts_forget(struct courier *courier, const struct ipc_message *message)
{
	struct courier_trip trip = { 0 };
	bool good;

	if (!courier_lots_are_there(courier, message))
		return;
	courier_trip_add(&trip, forget_sql);
	courier_trip_small(&trip, get_u32(message->body));
	good = courier_trip_go(courier->database, &trip) == 0 &&
	    courier_trip_good(courier->database, trip.results[0], "host");
	if (good && strcmp(PQcmdTuples(trip.results[0]), "0") == 0)
		courier_lots_answer(
		    courier, message, JOURNAL_BEHIND, "no such host");
	else
		courier_lots_answer(courier, message,
		    good ? JOURNAL_NONE : JOURNAL_AWAY,
		    good ? "" : courier->database->why);
	courier_trip_end(&trip);
}

static void
warn_of(struct courier *courier, const struct ipc_message *message,
    const char *text)
{
	(void)ipc_send(courier->vault, IPC_HOST_ROW, message->connection, text,
	    strlen(text), -1);
}

/* What works, and shouldn't stay so. */
static void
warn(struct courier *courier, const struct ipc_message *message)
{
	const struct courier_database *database = courier->database;
	const char *host = courier_database_option(database, "host");
	const char *mode = courier_database_option(database, "sslmode");

	/* Another server of the list does instead. */
	if (database->refused[0] != '\0')
		warn_of(courier, message, database->refused);
	if (host[0] == '/' || host[0] == '\0')
		return;
	if (strncmp(mode, "verify", 6) != 0)
		warn_of(courier, message,
		    "[store] connection: without sslmode=verify-full anybody "
		    "on the way to the database can pretend to be it");
	if (strspn(host, "0123456789.:,abcdefABCDEF") != strlen(host) &&
	    courier_database_option(database, "hostaddr")[0] == '\0')
		warn_of(courier, message,
		    "[store] connection: without hostaddr the courier depends "
		    "on the resolver of names");
}

void
courier_hosts_check(struct courier *courier, const struct ipc_message *message)
{
	struct courier_trip trip = { 0 };
	bool good;

	if (!courier_lots_are_there(courier, message))
		return;
	courier_trip_add(&trip, rights_sql);
	good = courier_check_barrier(courier) == 0 &&
	    courier_check_number(courier) == 0 &&
	    courier_trip_go(courier->database, &trip) == 0 &&
	    courier_trip_good(courier->database, trip.results[0], "rights");
	if (good && courier_trip_get(trip.results[0], 0, 0) == 0) {
		good = false;
		snprintf(courier->database->why, COURIER_WHY,
		    "%s: user %s may not read and write its tables",
		    courier->database->place, PQuser(courier->database->pg));
	}
	if (good)
		warn(courier, message);
	courier_lots_answer(courier, message,
	    good ? JOURNAL_NONE : JOURNAL_AWAY,
	    good ? "" : courier->database->why);
	courier_trip_end(&trip);
}

/* -- the beginning -- */

static int
fail(struct courier *courier, struct courier_trip *trip)
{
	courier_trip_end(trip);
	/* Its end rolls back. */
	if (courier->database->link == COURIER_READY)
		courier_database_lose(
		    courier->database, "%s", courier->database->why);
	return BANK_EAGAIN;
}

/* Everything of the trip was carried out. */
static int
go_all(struct courier *courier, struct courier_trip *trip)
{
	size_t count = trip->count;

	if (courier_trip_go(courier->database, trip) != 0)
		return BANK_EAGAIN;
	for (size_t i = 0; i < count; i++) {
		if (!courier_trip_good(
			courier->database, trip->results[i], "hosts init"))
			return fail(courier, trip);
	}
	return 0;
}

static int
make_schema(struct courier *courier)
{
	struct courier_trip trip = { 0 };
	int error;

	courier_trip_add(&trip, "BEGIN");
	for (size_t i = 0; i < NELEM(schema_sql); i++)
		courier_trip_add(&trip, schema_sql[i]);
	error = go_all(courier, &trip);
	courier_trip_end(&trip);
	return error;
}

enum found { FOUND_EMPTY, FOUND_OURS, FOUND_BEHIND, FOUND_FORK, FOUND_OTHER };

static int
look(struct courier *courier, const struct lot_row *row, enum found *found)
{
	struct courier_trip trip = { 0 };
	const PGresult *mark, *at;
	int error;

	courier_trip_add(&trip, mark_sql);
	courier_trip_add(&trip, at_sql);
	courier_trip_number(&trip, row->number);
	if ((error = go_all(courier, &trip)) != 0)
		return error;
	mark = trip.results[0];
	at = trip.results[1];
	if (PQntuples(mark) == 0)
		*found = FOUND_EMPTY;
	else if (PQgetlength(mark, 0, 0) != IPC_LOT_BANK_SIZE ||
	    memcmp(PQgetvalue(mark, 0, 0), courier->mark, IPC_LOT_BANK_SIZE) !=
		0)
		*found = FOUND_OTHER;
	else if (PQntuples(at) == 0 || PQgetlength(at, 0, 0) != LOT_DIGEST ||
	    memcmp(PQgetvalue(at, 0, 0), row->digest, LOT_DIGEST) != 0)
		*found = FOUND_FORK;
	else
		*found = courier_trip_get(at, 0, 1) == row->number
		    ? FOUND_OURS
		    : FOUND_BEHIND;
	courier_trip_end(&trip);
	return 0;
}

static int
begin(struct courier *courier, const struct lot_row *row)
{
	struct courier_trip trip = { 0 };
	int error;

	courier_trip_add(&trip, "DELETE FROM bank");
	courier_trip_add(&trip, "DELETE FROM lot");
	courier_trip_add(&trip, "INSERT INTO bank VALUES ($1::int, $2::bytea)");
	courier_trip_small(&trip, COURIER_SCHEMA);
	courier_trip_bytes(&trip, courier->mark, IPC_LOT_BANK_SIZE);
	courier_trip_add(&trip, first_sql);
	courier_lots_values(&trip, row);
	error = go_all(courier, &trip);
	courier_trip_end(&trip);
	return error;
}

static int
commit(struct courier *courier)
{
	struct courier_trip trip = { 0 };
	int error;

	courier_trip_add(&trip, "COMMIT");
	courier_check_ask_guard(&trip);
	error = go_all(courier, &trip);
	if (error == 0 && !courier_check_guard(courier, &trip, 1))
		error = BANK_EAGAIN;
	courier_trip_end(&trip);
	return error;
}

static int
init(struct courier *courier, const struct lot_row *row, enum found *found)
{
	int error = courier_check_session(courier);

	/* Before anything is written. */
	if (error == 0)
		error = courier_check_barrier(courier);
	if (error == 0)
		error = make_schema(courier);
	if (error == 0)
		error = look(courier, row, found);
	if (error == 0 && *found != FOUND_EMPTY && *found != FOUND_FORK) {
		courier_database_lose(courier->database, "nothing was changed");
		return 0;
	}
	if (error == 0)
		error = begin(courier, row);
	return error == 0 ? commit(courier) : error;
}

void
courier_hosts_init(struct courier *courier, const struct ipc_message *message)
{
	static const struct {
		int answer;
		const char *why;
	} answers[] = {
		[FOUND_EMPTY] = { JOURNAL_MINE, "" },
		[FOUND_FORK] = { JOURNAL_MINE, "replaced" },
		[FOUND_OURS] = { JOURNAL_NONE, "" },
		[FOUND_BEHIND] = { JOURNAL_BEHIND,
		    "the journal there is this bank's, and has more lots than "
		    "this host: start bankd, which takes them over" },
		[FOUND_OTHER] = { JOURNAL_FORK,
		    "the lots there are another bank's; give this bank a "
		    "database of its own" },
	};
	enum found found = FOUND_EMPTY;
	struct lot_row row;

	if (lot_row_get(message->body, message->length, &row) != 0 ||
	    init(courier, &row, &found) != 0)
		courier_lots_answer(
		    courier, message, JOURNAL_AWAY, courier->database->why);
	else
		courier_lots_answer(courier, message, answers[found].answer,
		    answers[found].why);
}
