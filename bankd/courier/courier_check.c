/* SPDX-License-Identifier: ISC */
/*
 * A new connection is looked at before it is used.  What isn't as it must be
 * is told in words, and the connection given up: it is tried again, and the
 * bank stays up and says so meanwhile.
 */
#include "courier_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/log.h"

#define WAITING_MAX 2 /* commits of ours that wait for a standby */
#define NO_TABLE "42P01"

/* Nothing that an operator set for the role or the database may change it. */
static const char settings[] =
    "SELECT set_config('synchronous_commit', 'on', false),"
    " set_config('statement_timeout', '0', false),"
    " set_config('idle_session_timeout', '0', false),"
    " set_config('lock_timeout', '0', false),"
    " set_config('tcp_keepalives_idle', '4', false),"
    " set_config('tcp_keepalives_interval', '2', false),"
    " set_config('tcp_keepalives_count', '3', false),"
    " set_config('tcp_user_timeout', '10000', false),"
    " set_config('search_path', 'public', false),"
    " set_config('client_min_messages', 'warning', false)";
static const char guard[] =
    "SELECT current_setting('synchronous_standby_names') <> ''";
static const char barrier[] =
    "SELECT pg_logical_emit_message(true, 'bank', '')";
static const char now[] =
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint,"
    " pg_is_in_recovery()";
/* A wait that was given up goes on in the server, and keeps its backend. */
static const char waiting[] =
    "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    " AND usename = current_user AND state = 'active'"
    " AND application_name = current_setting('application_name')";
/*
 * The number's lock is in the space of two numbers, the turn's in that of one.
 * A session holds it as long as it lives, and puts lots only then: so two
 * hosts of one number never serve at the same time.  While a courier is
 * replaced nobody holds it.  Whoever took it then would do no harm to the
 * books, nor to attempts, but the host that is in its right would be refused
 * from then on; so what a host says of itself keeps its number for a moment.
 */
#define ANOTHER                                              \
	" FROM host WHERE id = $1::int AND name <> $2::text" \
	" AND seen > now() - interval '10 s'"
static const char claim_sql[] =
    "SELECT CASE WHEN EXISTS (SELECT" ANOTHER ") THEN false"
    " ELSE pg_try_advisory_lock(1650552427, $1::int) END";
/* The settings of each session end that of a machine that is gone. */
static const char holder_sql[] =
    "SELECT coalesce(host(client_addr), 'the database''s own machine'),"
    " application_name = current_setting('application_name'),"
    " coalesce(wait_event = 'SyncRep', false), pid"
    " FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND classid = 1650552427"
    " AND objid = $1::int::oid AND objsubid = 2 AND granted AND database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database())"
    " UNION ALL SELECT name, false, false, 0" ANOTHER " ORDER BY pid DESC";
static const char end_sql[] = "SELECT pg_terminate_backend($1::int)";
/* The mark of bankctl, which asks of hosts and puts no lot. */
static const uint8_t any_bank[IPC_LOT_BANK_SIZE];
static const char schema[] = "SELECT schema, mark FROM bank";

bool
courier_check_is_guarded(const struct courier *courier)
{
	return config_number(courier->config, STORE_DURABILITY) ==
	    OPTIONS_DURABILITY_STANDBY;
}

void
courier_check_ask_guard(struct courier_trip *trip)
{
	courier_trip_add(trip, guard);
}

bool
courier_check_guard(
    struct courier *courier, const struct courier_trip *trip, size_t at)
{
	struct courier_database *database = courier->database;

	if (!courier_check_is_guarded(courier))
		return true;
	if (database->warned) {
		courier_database_lose(database,
		    "%s: a commit was not confirmed by a standby",
		    database->place);
		return false;
	}
	if (courier_trip_good(
		database, trip->results[at], "synchronous_standby_names") &&
	    courier_trip_get(trip->results[at], 0, 0) == 1)
		return true;
	courier_database_lose(database,
	    "%s: synchronous_standby_names is empty; name a standby, or set "
	    "[store] durability in bankd.ini",
	    database->place);
	return false;
}

int
courier_check_barrier(struct courier *courier)
{
	struct courier_trip trip = { 0 };
	bool good;

	if (!courier_check_is_guarded(courier))
		return 0;
	courier_trip_add(&trip, barrier);
	courier_check_ask_guard(&trip);
	if (courier_trip_go(courier->database, &trip) != 0)
		return BANK_EAGAIN;
	good =
	    courier_trip_good(courier->database, trip.results[0], "a commit");
	if (!good)
		courier_database_lose(
		    courier->database, "%s", courier->database->why);
	else
		good = courier_check_guard(courier, &trip, 1);
	courier_trip_end(&trip);
	return good ? 0 : BANK_EAGAIN;
}

static int
check_clock(struct courier *courier, const PGresult *result)
{
	struct courier_database *database = courier->database;

	courier->clock_ms =
	    (int64_t)courier_trip_get(result, 0, 0) - (int64_t)clock_real_ms();
	if (llabs(courier->clock_ms) >= COURIER_CLOCK_AWAY_MS) {
		courier_database_lose(database,
		    "%s: this host's clock is %" PRId64
		    " s off the database's; set it right",
		    database->place, -courier->clock_ms / 1000);
		return BANK_EAGAIN;
	}
	if (llabs(courier->clock_ms) >= COURIER_CLOCK_TOLD_MS &&
	    !courier->clock_told)
		log_event(LOG_WARNING, "clock_off", "ms",
		    LOG_NUMBER(-courier->clock_ms), "help",
		    LOG_TEXT("this host's clock is off the database's"), NULL);
	courier->clock_told = llabs(courier->clock_ms) >= COURIER_CLOCK_TOLD_MS;
	return 0;
}

int
courier_check_session(struct courier *courier)
{
	struct courier_database *database = courier->database;
	struct courier_trip trip = { 0 };
	uint64_t count;
	int error = BANK_EAGAIN;

	courier_trip_add(&trip, settings);
	courier_trip_add(&trip, now);
	courier_trip_add(&trip, waiting);
	if (courier_trip_go(database, &trip) != 0)
		return BANK_EAGAIN;
	if (!courier_trip_good(database, trip.results[0], "settings") ||
	    !courier_trip_good(database, trip.results[1], "clock") ||
	    !courier_trip_good(database, trip.results[2], "activity")) {
		courier_database_lose(database, "%s", database->why);
		goto out;
	}
	if (courier_trip_get(trip.results[1], 0, 1) != 0) {
		courier_database_lose(database,
		    "%s: it is a standby, and takes no writes",
		    database->place);
		goto out;
	}
	count = courier_trip_get(trip.results[2], 0, 0);
	if (count >= WAITING_MAX) {
		courier_database_lose(database,
		    "%s: %" PRIu64 " commits of this host still wait for a "
		    "standby",
		    database->place, count);
		goto out;
	}
	error = check_clock(courier, trip.results[1]);
out:
	courier_trip_end(&trip);
	return error;
}

static int
check_bank(struct courier *courier, const PGresult *result)
{
	struct courier_database *database = courier->database;
	uint64_t version;
	bool good;

	good = courier_trip_good(database, result, "");
	if (!good && !courier_trip_failed_by(result, NO_TABLE)) {
		courier_database_lose(database, "%s", database->why);
		return BANK_EAGAIN;
	}
	if (!good || PQntuples(result) != 1) {
		courier_database_lose(database,
		    "%s; `bankctl hosts init` makes the journal, once for all "
		    "hosts",
		    database->why[0] != '\0' ? database->why : "no journal");
		return BANK_EAGAIN;
	}
	version = courier_trip_get(result, 0, 0);
	if (version != COURIER_SCHEMA) {
		courier_database_lose(database,
		    "%s: its schema is of version %" PRIu64
		    ", this bankd knows %d; upgrade %s",
		    database->place, version, COURIER_SCHEMA,
		    version < COURIER_SCHEMA ? "it with bankctl hosts init"
					     : "this host");
		return BANK_EAGAIN;
	}
	if (memcmp(courier->mark, any_bank, IPC_LOT_BANK_SIZE) == 0)
		return 0;
	if (PQgetlength(result, 0, 1) == IPC_LOT_BANK_SIZE &&
	    memcmp(PQgetvalue(result, 0, 1), courier->mark,
		IPC_LOT_BANK_SIZE) == 0)
		return 0;
	courier_database_lose(
	    database, "%s: the lots there are another bank's", database->place);
	courier->forked = true;
	return BANK_EFORK;
}

/* -- the number -- */

/*
 * A session of this host that outlived its courier is ended; not while its
 * commit waits for a standby, which would look like success to others.
 */
static void
end_session(struct courier *courier, const PGresult *holder)
{
	struct courier_trip trip = { 0 };

	courier_trip_add(&trip, end_sql);
	courier_trip_small(&trip, (uint32_t)courier_trip_get(holder, 0, 3));
	(void)courier_trip_go(courier->database, &trip);
	courier_trip_end(&trip);
}

static void
add_host(const struct courier *courier, struct courier_trip *trip)
{
	courier_trip_small(trip, courier->database->host);
	courier_trip_bytes(trip, courier->name, strlen(courier->name));
}

/* Tells who has the number: 0 where nobody has it. */
static int
look_for_holder(struct courier *courier)
{
	struct courier_database *database = courier->database;
	struct courier_trip trip = { 0 };
	const PGresult *holder;
	bool ours;
	int error = 0;

	courier_trip_add(&trip, holder_sql);
	add_host(courier, &trip);
	if (courier_trip_go(database, &trip) != 0)
		return BANK_EAGAIN;
	holder = trip.results[0];
	if (!courier_trip_good(database, holder, "host")) {
		courier_database_lose(database, "%s", database->why);
		error = BANK_EAGAIN;
	} else if (PQntuples(holder) > 0) {
		ours = courier_trip_get(holder, 0, 1) != 0;
		if (ours && courier->have == 0)
			goto out; /* who only looks has no need of it */
		if (ours && courier_trip_get(holder, 0, 2) == 0)
			end_session(courier, holder);
		courier_database_lose(database,
		    ours
			? "%s: an earlier session of host %u ends first (%s)"
			: "%s: host %u is another bankd, at %s: give each "
			  "host a number of its own, [store] host in bankd.ini",
		    database->place, database->host, PQgetvalue(holder, 0, 0));
		error = BANK_EAGAIN;
	}
out:
	courier_trip_end(&trip);
	return error;
}

static int
claim(struct courier *courier)
{
	struct courier_database *database = courier->database;
	struct courier_trip trip = { 0 };
	bool good, taken;

	courier_trip_add(&trip, claim_sql);
	add_host(courier, &trip);
	if (courier_trip_go(database, &trip) != 0)
		return BANK_EAGAIN;
	good = courier_trip_good(database, trip.results[0], "host");
	taken = good && courier_trip_get(trip.results[0], 0, 0) == 0;
	courier_trip_end(&trip);
	if (good && !taken)
		return 0;
	if (taken && look_for_holder(courier) != 0)
		return BANK_EAGAIN;
	courier_database_lose(database, "%s",
	    taken ? "host's number: it is asked for again" : database->why);
	return BANK_EAGAIN;
}

int
courier_check_number(struct courier *courier)
{
	if (config_number(courier->config, STORE_TURN) == 0)
		return 0; /* an engine without such locks */
	return courier->have != 0 ? claim(courier) : look_for_holder(courier);
}

int
courier_check(struct courier *courier)
{
	struct courier_trip trip = { 0 };
	int error;

	if (courier->checked)
		return 0;
	if (courier->database->link != COURIER_READY)
		return BANK_EAGAIN;
	error = courier_check_session(courier);
	if (error == 0) {
		courier->database->why[0] = '\0';
		courier_trip_add(&trip, schema);
		error = courier_trip_go(courier->database, &trip);
	}
	if (error == 0)
		error = check_bank(courier, trip.results[0]);
	courier_trip_end(&trip);
	if (error == 0 && courier->have != 0)
		error = courier_check_number(courier);
	/* What is there may be on one disk alone. */
	if (error == 0 &&
	    memcmp(courier->mark, any_bank, IPC_LOT_BANK_SIZE) != 0)
		error = courier_check_barrier(courier);
	courier->checked = error == 0;
	return error;
}
