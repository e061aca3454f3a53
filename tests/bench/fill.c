/* SPDX-License-Identifier: ISC */
/*
 * Gives a stopped bank a long past: writes transfers by the store's own
 * calls, as ten million through the front door would take the benchmark's
 * whole time.  To the store all of it is one batch, so that accounts are
 * written back once, at its end; the transactions of its entries are from
 * inside the store, and not synced.  Leaves it as a broken end does, so that
 * the next start makes the two files anew.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../bankd/store/sqlite/sqlite_checkpoint.h"
#include "../../bankd/store/sqlite/sqlite_state.h"
#include "../../shared/base/util.h"
#include "figures.h"

#define TRANSACTION 16384
#define PER_MS 4096 /* entries with the same time */

static const struct ledger_limits limits = { .limit = { INT64_MAX, INT64_MAX,
						 INT64_MAX, INT64_MAX,
						 INT64_C(999999999999999) } };

/* Two customers, one cent, as ask_transfer() does it. */
static void
append(
    struct store *store, uint64_t customers, uint64_t time_ms, uint64_t *random)
{
	char ids[2][WIRE_ID_SIZE];
	const char *const named[] = { ids[0], ids[1] };
	struct ledger_account *accounts[2];
	struct ledger_entry entry = { .kind = LEDGER_TRANSFER,
		.amount_cents = 1 };
	struct ledger_rules rules = { .limits = &limits, .now_ms = time_ms };
	uint64_t from = random_next(random) % customers;
	uint64_t to =
	    (from + 1 + random_next(random) % (customers - 1)) % customers;

	snprintf(ids[0], sizeof(ids[0]), "c%07llu", (unsigned long long)from);
	snprintf(ids[1], sizeof(ids[1]), "c%07llu", (unsigned long long)to);
	put_u64(entry.txid, time_ms << 16);
	put_u64(entry.txid + 8, random_next(random));
	if (store_begin(store, named, NELEM(named), accounts) != 0 ||
	    accounts[0] == NULL || accounts[1] == NULL)
		errx(EX_DATAERR, "no customers %s and %s", ids[0], ids[1]);
	if (ledger_book(&entry,
		(struct ledger_leg) { accounts[0], WIRE_SAVINGS },
		(struct ledger_leg) { accounts[1], WIRE_CHECKING },
		&rules) != WIRE_DONE)
		errx(EX_DATAERR, "%s has no money", ids[0]);
	if (store_append(store, &entry, accounts[0], accounts[1]) != 0)
		errx(EX_IOERR, "append");
}

static void
fill(struct store *store, uint64_t count, uint64_t customers)
{
	uint64_t random = 1, start = store_newest_ms(store), time_ms = start;

	for (uint64_t i = 0; i < count; i++) {
		time_ms = start + i / PER_MS;
		append(store, customers, time_ms, &random);
		if ((i + 1) % TRANSACTION == 0 &&
		    (sqlite_end_write(store) != 0 ||
			sqlite_after_commit(store) != 0))
			errx(EX_IOERR, "transaction");
	}
	store_note_time(store, time_ms);
	if (store_commit(store) != 0 || store_mark_stopped(store) != 0 ||
	    store_mark_running(store) != 0)
		errx(EX_IOERR, "commit");
}

int
main(int argc, char **argv)
{
	char error[1024], path[4096];
	struct store *store;
	enum store_end end;
	int lock;

	if (argc != 4)
		errx(EX_USAGE, "usage: fill state-directory entries customers");
	snprintf(path, sizeof(path), "%s/lock", argv[1]);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock == -1 || flock(lock, LOCK_EX | LOCK_NB) == -1)
		err(EX_TEMPFAIL, "%s", path);
	if (store_open(&store, &(struct store_options) { .directory = argv[1] },
		&end, error, sizeof(error)) != 0)
		errx(EX_DATAERR, "%s", error);
	if (store_mark_running(store) != 0 ||
	    sqlite3_exec(store->connection.db, "PRAGMA synchronous = OFF", NULL,
		NULL, NULL) != SQLITE_OK)
		errx(EX_IOERR, "mark");
	fill(store, strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
	printf(
	    "{\"entries\":%llu}\n", (unsigned long long)store_last_seq(store));
	store_close(store);
	return 0;
}
