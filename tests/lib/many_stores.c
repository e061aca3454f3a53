/* SPDX-License-Identifier: ISC */
/*
 * The stores of many_stores.h.
 */
#include "many_stores.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "../../bankd/store/store_attempts.h"
#include "../../bankd/store/store_serve.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "store_fixture.h"

static void
taken(void *context, const struct record *record)
{
	struct host *host = context;

	if (record == NULL)
		host->lots++;
	else
		host->records[record->kind]++;
}

static void
waits(void *context)
{
	((struct host *)context)->waits++;
}

int
stores_try_open(struct hosts *hosts, unsigned i, char *error, size_t size)
{
	struct host *host = &hosts->host[i];
	const struct store_options options = { .directory = host->directory,
		.journal = shared_journal_open,
		.engine = &host->options,
		.host = i + 1 };
	const struct store_follower follower = { host, taken, waits };
	enum store_end end;
	int result = store_open(&host->store, &options, &end, error, size);

	if (result == 0)
		store_follow(host->store, &follower);
	return result;
}

void
stores_open(struct hosts *hosts, unsigned i)
{
	char error[512];

	if (stores_try_open(hosts, i, error, sizeof(error)) != 0)
		fail_msg("%s", error);
	assert_int_equal(store_mark_running(hosts->host[i].store), 0);
	assert_int_equal(store_serve(hosts->host[i].store, false), 0);
}

/* All of one bank, which the first of them has made. */
void
stores_begin(struct hosts *hosts, unsigned count)
{
	char command[9000];

	memset(hosts, 0, sizeof(*hosts));
	hosts->count = count;
	hosts->directory = fixture_directory();
	snprintf(hosts->path, sizeof(hosts->path), "%s/lots", hosts->directory);
	for (unsigned i = 0; i < count; i++) {
		hosts->host[i].directory = fixture_directory();
		hosts->host[i].options.path = hosts->path;
	}
	store_close_whole(fixture_open(hosts->host[0].directory, NULL));
	for (unsigned i = 1; i < count; i++) {
		snprintf(command, sizeof(command), "cp %s/bank.db %s/",
		    hosts->host[0].directory, hosts->host[i].directory);
		assert_int_equal(system(command), 0);
	}
	for (unsigned i = 0; i < count; i++)
		stores_open(hosts, i);
	fixture_customers(hosts->host[0].store, STORES_CUSTOMERS);
	for (unsigned i = 1; i < count; i++)
		assert_int_equal(store_take_over(hosts->host[i].store, 100), 1);
}

void
stores_end(struct hosts *hosts)
{
	for (unsigned i = 0; i < hosts->count; i++) {
		store_close(hosts->host[i].store);
		fixture_remove(hosts->host[i].directory);
	}
	fixture_remove(hosts->directory);
}

/* Everything that bank.db tells but balances, which follow later. */
static char *
told(const struct host *host)
{
	static const char *const tables[] = {
		"SELECT number, line, id, opened, closed, last_login,"
		" limit_transfer, limit_transfer_day, limit_withdraw,"
		" limit_withdraw_day, name, hash FROM account",
		"SELECT seq, time, hex(txid), kind, kiosk, debit, credit, "
		"amount,"
		" debit_savings, debit_checking, credit_savings,"
		" credit_checking, reverses, hex(chain) FROM entry",
		"SELECT hex(txid), owner FROM settled ORDER BY 1, 2",
		"SELECT owner, hex(key), count, pending, time, locked_until,"
		" success FROM attempt",
		"SELECT hex(total), hex(key), count, pending, time,"
		" locked_until, success FROM stranger",
		"SELECT name, hex(public_key), cash, revoked FROM kiosk",
		"SELECT host, hex(total), hex(key), owner, count FROM pending",
		"SELECT value FROM meta WHERE key = 'lot'",
		"SELECT hex(value) FROM meta WHERE key = 'digest'",
	};
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	sqlite3_stmt *row;
	sqlite3 *db;

	assert_int_equal(store_publish(host->store), 0);
	assert_int_equal(
	    sqlite3_open_v2(fixture_path(host->directory, "bank.db"), &db,
		SQLITE_OPEN_READONLY, NULL),
	    SQLITE_OK);
	for (size_t i = 0; i < NELEM(tables); i++) {
		assert_int_equal(
		    sqlite3_prepare_v2(db, tables[i], -1, &row, NULL),
		    SQLITE_OK);
		while (sqlite3_step(row) == SQLITE_ROW) {
			for (int c = 0; c < sqlite3_column_count(row); c++)
				fprintf(to, "%s ",
				    (const char *)sqlite3_column_text(row, c));
			fputc('\n', to);
		}
		sqlite3_finalize(row);
	}
	sqlite3_close(db);
	for (uint32_t i = 0; i < store_lines(host->store); i++) {
		const struct ledger_account *account =
		    store_account_by_line(host->store, i);

		fprintf(to, "%s %lld %lld\n", account->id,
		    (long long)account->cents[0], (long long)account->cents[1]);
	}
	fclose(to);
	return text;
}

/* Every host has taken over everything, and has the same. */
void
stores_agree(struct hosts *hosts)
{
	char *first, *other;

	for (unsigned i = 0; i < hosts->count; i++)
		assert_true(
		    store_take_over(hosts->host[i].store, UINT32_MAX) >= 0);
	first = told(&hosts->host[0]);
	for (unsigned i = 1; i < hosts->count; i++) {
		other = told(&hosts->host[i]);
		if (strcmp(first, other) != 0)
			fail_msg(
			    "host 1:\n%s\nhost %u:\n%s", first, i + 1, other);
		free(other);
	}
	free(first);
	for (unsigned i = 0; i < hosts->count; i++)
		fixture_verify(hosts->host[i].directory);
}

/* Until it isn't behind any more, as the vault does. */
void
stores_run(struct host *host, void (*batch)(struct store *store, void *context),
    void *context)
{
	int error, taken;

	do {
		batch(host->store, context);
		error = store_commit(host->store);
		while (error == BANK_EAGAIN &&
		    (taken = store_take_over(host->store, UINT32_MAX)) < 0)
			assert_int_equal(taken, BANK_EAWAY);
	} while (error == BANK_EAGAIN || error == BANK_ENOSPC);
	assert_int_equal(error, 0);
}

void
stores_transfer(struct store *store, void *context)
{
	struct ledger_entry entry;

	(void)context;
	assert_int_equal(
	    fixture_transfer(store, "c0", "c1", 100, FIXTURE_NOW, NULL, &entry),
	    0);
}

void
stores_add(struct store *store, void *id)
{
	struct ledger_account *account;
	int error =
	    store_account_new(store, id, "", "$y$x", FIXTURE_NOW, &account);

	assert_true(error == 0 || error == BANK_EEXIST);
}

void
stores_guess(struct store *store, void *context)
{
	struct store_attempt attempt = { .total = "t", .key = "k" };
	int change = *(int *)context;

	assert_int_equal(store_attempt_get(store, &attempt), 0);
	attempt.count += change > 0;
	attempt.pending += (uint32_t)change;
	attempt.time_ms = FIXTURE_NOW;
	assert_int_equal(store_attempt_put(store, &attempt), 0);
}
