/* SPDX-License-Identifier: ISC */
/*
 * Several stores, each with its bank.db, over one journal (shared_journal.h):
 * whoever is first, all come to the same state.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "../../../bankd/store/record.h"
#include "../../../bankd/store/store_hosts.h"
#include "../../../bankd/store/store_serve.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/shared_journal.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW
#define HOSTS_MAX 3
#define CUSTOMERS 5
#define STEPS 400

struct host {
	char *directory;
	struct store *store;
	struct shared_options options;
	unsigned waits, records[RECORD_KINDS], lots;
};

struct hosts {
	char *directory; /* of the journal */
	char path[4096];
	struct host host[HOSTS_MAX];
	unsigned count;
};

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

static int
try_open(struct hosts *hosts, unsigned i, char *error, size_t size)
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

static void
open_host(struct hosts *hosts, unsigned i)
{
	char error[512];

	if (try_open(hosts, i, error, sizeof(error)) != 0)
		fail_msg("%s", error);
	assert_int_equal(store_mark_running(hosts->host[i].store), 0);
	assert_int_equal(store_serve(hosts->host[i].store, false), 0);
}

/* All of one bank, which the first of them has made. */
static void
begin(struct hosts *hosts, unsigned count)
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
		open_host(hosts, i);
	fixture_customers(hosts->host[0].store, CUSTOMERS);
	for (unsigned i = 1; i < count; i++)
		assert_int_equal(store_take_over(hosts->host[i].store, 100), 1);
}

static void
end(struct hosts *hosts)
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
static void
agree(struct hosts *hosts)
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
static void
run(struct host *host, void (*batch)(struct store *store, void *context),
    void *context)
{
	int error, taken;

	do {
		batch(host->store, context);
		error = store_commit(host->store);
		while (error == BANK_EAGAIN &&
		    (taken = store_take_over(host->store, UINT32_MAX)) < 1)
			assert_int_equal(taken, BANK_EAWAY);
	} while (error == BANK_EAGAIN || error == BANK_ENOSPC);
	assert_int_equal(error, 0);
}

static void
a_transfer(struct store *store, void *context)
{
	struct ledger_entry entry;

	(void)context;
	assert_int_equal(
	    fixture_transfer(store, "c0", "c1", 100, NOW, NULL, &entry), 0);
}

/* What one changes of each kind is there for the other, and handed on. */
static void
test_taken_over(void **state)
{
	const char *ids[] = { "c2", "c3" };
	struct store_kiosk kiosk = { .name = "lobby", .cash = true };
	struct store_attempt attempt = { .total = "t",
		.key = "k",
		.count = 1,
		.pending = 1,
		.time_ms = NOW };
	struct ledger_account *accounts[2], *new;
	struct ledger_entry entry;
	uint8_t txid[WIRE_TXID_SIZE] = "0123456789abcde";
	struct hosts hosts;
	struct host *one = &hosts.host[0], *other = &hosts.host[1];
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE];

	(void)state;
	begin(&hosts, 2);
	assert_int_equal(
	    fixture_transfer(one->store, "c0", "c1", 100, NOW, NULL, &entry),
	    0);
	assert_int_equal(store_begin(one->store, ids, 2, accounts), 0);
	accounts[0]->closed_ms = NOW;
	accounts[1]->own_limit[1] = 5;
	assert_int_equal(
	    store_account_new(one->store, "new", "New", "$y$n", NOW, &new), 0);
	assert_int_equal(store_set_hash(one->store, accounts[1], "$y$h"), 0);
	assert_int_equal(store_kiosk_put(one->store, &kiosk), 0);
	assert_int_equal(store_attempt_put(one->store, &attempt), 0);
	assert_int_equal(
	    store_settle(one->store, accounts[1], txid, NOW - 600000), 0);
	assert_int_equal(store_tell(one->store, 3, "login lobby"), 0);
	assert_int_equal(store_commit(one->store), 0);
	memset(other->records, 0, sizeof(other->records));
	other->lots = 0;
	assert_int_equal(store_take_over(other->store, 100), 1);
	assert_int_equal(store_take_over(other->store, 100), 0);
	assert_int_equal(other->lots, 1);
	assert_int_equal(other->records[RECORD_ENTRY], 1);
	assert_int_equal(other->records[RECORD_ACCOUNT], 1);
	assert_int_equal(other->records[RECORD_HASH], 1);
	assert_int_equal(other->records[RECORD_ROW], 2);
	assert_int_equal(other->records[RECORD_SETTLED], 1);
	assert_int_equal(other->records[RECORD_ATTEMPT], 1);
	assert_int_equal(other->records[RECORD_KIOSK], 1);
	assert_int_equal(other->records[RECORD_TELL], 1);
	assert_int_equal(store_account(other->store, "c1")->cents[1], 100100);
	assert_int_equal(store_account(other->store, "c2")->closed_ms, NOW);
	assert_int_equal(store_account(other->store, "c3")->own_limit[1], 5);
	assert_int_equal(store_account_texts(other->store,
			     store_account(other->store, "new"), name, hash),
	    0);
	assert_string_equal(hash, "$y$n");
	agree(&hosts);
	end(&hosts);
}

/* The one who is second has changed nothing, and runs its batch again. */
static void
test_behind(void **state)
{
	struct hosts hosts;
	struct host *one = &hosts.host[0], *other = &hosts.host[1];
	struct ledger_entry entry;
	uint64_t seq;

	(void)state;
	begin(&hosts, 2);
	seq = store_last_seq(one->store);
	assert_int_equal(
	    fixture_transfer(one->store, "c0", "c1", 100, NOW, NULL, &entry),
	    0);
	assert_int_equal(
	    fixture_transfer(other->store, "c1", "c2", 7, NOW, NULL, &entry),
	    0);
	assert_int_equal(entry.seq, seq + 1);
	assert_int_equal(store_commit(one->store), 0);
	assert_int_equal(store_commit(other->store), BANK_EAGAIN);
	assert_int_equal(store_last_seq(other->store), seq);
	assert_int_equal(store_account(other->store, "c1")->cents[1], 100000);
	assert_int_equal(store_take_over(other->store, 100), 1);
	assert_int_equal(
	    fixture_transfer(other->store, "c1", "c2", 7, NOW, NULL, &entry),
	    0);
	assert_int_equal(entry.seq, seq + 2);
	assert_int_equal(store_commit(other->store), 0);
	agree(&hosts);
	end(&hosts);
}

static void
open_account(struct store *store, void *id)
{
	struct ledger_account *account;
	int error = store_account_new(store, id, "", "$y$x", NOW, &account);

	assert_true(error == 0 || error == BANK_EEXIST);
}

/* Numbers and lines are given out in the order of the lots. */
static void
test_lines(void **state)
{
	char here[] = "here", there[] = "there";
	struct hosts hosts;

	(void)state;
	begin(&hosts, 2);
	open_account(hosts.host[1].store, there);
	run(&hosts.host[0], open_account, here);
	assert_int_equal(store_commit(hosts.host[1].store), BANK_EAGAIN);
	assert_int_equal(store_take_over(hosts.host[1].store, 9), 1);
	run(&hosts.host[1], open_account, there);
	run(&hosts.host[1], open_account, here);
	agree(&hosts);
	assert_int_equal(
	    store_account(hosts.host[0].store, "here")->line, CUSTOMERS);
	assert_int_equal(
	    store_account(hosts.host[0].store, "there")->line, CUSTOMERS + 1);
	end(&hosts);
}

/* A script of what each call does; SHARED_WORKS behind its end. */
struct plan {
	const enum shared_fault *faults;
	struct hosts *hosts; /* before the second call the other is first */
	unsigned at;
};

static enum shared_fault
planned(void *context, enum shared_call call)
{
	struct plan *plan = context;

	if (call != SHARED_PROPOSE && call != SHARED_AGAIN)
		return SHARED_WORKS;
	if (plan->at == 1 && plan->hosts != NULL)
		run(&plan->hosts->host[1], a_transfer, NULL);
	return plan->faults[plan->at++];
}

/* In doubt: the same bytes again, until it is known. */
static void
test_doubt(void **state)
{
	static const enum shared_fault plans[][5] = {
		{ SHARED_LOST, SHARED_WORKS },
		{ SHARED_UNTOLD, SHARED_WORKS },
		{ SHARED_LOST, SHARED_AWAY, SHARED_UNTOLD, SHARED_UNTOLD,
		    SHARED_WORKS },
		{ SHARED_UNTOLD, SHARED_AWAY, SHARED_OVERTAKEN },
		{ SHARED_LOST, SHARED_OVERTAKEN },
	};
	struct ledger_entry entry;

	(void)state;
	for (size_t i = 0; i < 2 * NELEM(plans); i++) {
		struct hosts hosts;
		struct plan plan = { .faults = plans[i / 2] };
		struct host *host = &hosts.host[0];
		bool is_in = plans[i / 2][0] == SHARED_UNTOLD;
		bool first, overtaken = i / 2 == 4;
		int error;

		begin(&hosts, 2);
		plan.hosts = i % 2 == 0 ? &hosts : NULL;
		host->options.fault = planned;
		host->options.context = &plan;
		assert_int_equal(fixture_transfer(host->store, "c0", "c1", 1,
				     NOW, NULL, &entry),
		    0);
		error = store_commit(host->store);
		first = is_in || (plan.hosts == NULL && !overtaken);
		assert_int_equal(error, first ? 0 : BANK_EAGAIN);
		assert_true(host->waits > 0);
		host->options.fault = NULL;
		assert_int_equal(store_take_over(host->store, 9) > 0,
		    plan.hosts != NULL || overtaken || i / 2 == 3);
		agree(&hosts);
		assert_int_equal(store_last_seq(host->store),
		    entry.seq - !first + (plan.hosts != NULL));
		end(&hosts);
	}
}

static enum shared_fault
one_fault(void *context, enum shared_call call)
{
	enum shared_fault fault = *(enum shared_fault *)context;

	(void)call;
	*(enum shared_fault *)context = SHARED_WORKS;
	return fault;
}

static void
test_answers(void **state)
{
	enum shared_fault fault = SHARED_FULL;
	struct hosts hosts;
	struct host *host = &hosts.host[0];
	char error[512];

	(void)state;
	begin(&hosts, 2);
	host->options.fault = one_fault;
	host->options.context = &fault;
	a_transfer(host->store, NULL);
	assert_int_equal(store_commit(host->store), BANK_ENOSPC);
	run(host, a_transfer, NULL);
	fault = SHARED_AWAY;
	assert_int_equal(store_take_over(host->store, 9), BANK_EAWAY);
	assert_non_null(strstr(store_why(host->store), "doesn't answer"));
	assert_int_equal(store_take_over(host->store, 9), 0);
	/* What was seen of others is made firm, once. */
	assert_int_equal(store_firm(host->store), 0);
	assert_int_equal(host->options.barriers, 0);
	assert_int_equal(store_take_over(hosts.host[1].store, 9), 1);
	assert_int_equal(store_firm(hosts.host[1].store), 0);
	assert_int_equal(store_firm(hosts.host[1].store), 0);
	assert_int_equal(hosts.host[1].options.barriers, 1);
	assert_true(store_fresh(host->store));
	host->options.stale = true;
	assert_false(store_fresh(host->store));
	agree(&hosts);
	fault = SHARED_FORK;
	a_transfer(host->store, NULL);
	assert_int_equal(store_commit(host->store), BANK_EFORK);
	assert_non_null(strstr(store_why(host->store), "fork: here lot 2"));
	assert_int_equal(store_take_over(host->store, 9), BANK_EFORK);
	/* A journal that went back: the one that is ahead has a fork. */
	store_close(host->store);
	store_close(hosts.host[1].store);
	assert_int_equal(truncate(hosts.path, 2 * 4096), 0);
	assert_int_equal(try_open(&hosts, 0, error, sizeof(error)), BANK_EFORK);
	assert_non_null(strstr(error, "fork: here lot 2"));
	host->store = hosts.host[1].store = NULL;
	end(&hosts);
}

static void
count_guess(struct store *store, void *context)
{
	struct store_attempt attempt = { .total = "t", .key = "k" };
	int change = *(int *)context;

	assert_int_equal(store_attempt_get(store, &attempt), 0);
	attempt.count += change > 0;
	attempt.pending += (uint32_t)change;
	attempt.time_ms = NOW;
	assert_int_equal(store_attempt_put(store, &attempt), 0);
}

static struct store_attempt
guesses(struct store *store)
{
	struct store_attempt attempt = { .total = "t", .key = "k" };

	assert_int_equal(store_attempt_get(store, &attempt), 0);
	return attempt;
}

/* A start takes back its own attempts, and leaves those of others. */
static void
test_pending(void **state)
{
	int more = 1, less = -1;
	struct hosts hosts;
	struct host *one = &hosts.host[0], *other = &hosts.host[1];

	(void)state;
	begin(&hosts, 2);
	run(one, count_guess, &more);
	run(other, count_guess, &more);
	run(other, count_guess, &more);
	run(one, count_guess, &more);
	run(one, count_guess, &less);
	agree(&hosts);
	assert_int_equal(guesses(one->store).pending, 3);
	assert_int_equal(guesses(one->store).count, 4);
	store_close(one->store);
	open_host(&hosts, 0);
	assert_int_equal(guesses(one->store).pending, 3);
	assert_int_equal(store_take_back(one->store, 1), 0);
	assert_int_equal(guesses(one->store).pending, 2);
	assert_int_equal(guesses(one->store).count, 3);
	assert_int_equal(store_take_back(one->store, 1), 0);
	assert_int_equal(guesses(one->store).pending, 2);
	/* While another is first. */
	run(one, a_transfer, NULL);
	assert_int_equal(store_take_back(other->store, 2), 0);
	assert_int_equal(guesses(other->store).pending, 0);
	assert_int_equal(guesses(other->store).count, 2);
	agree(&hosts);
	end(&hosts);
}

/* A lot that is left out is missed, even one that changed nothing. */
static void
test_gap(void **state)
{
	enum shared_fault fault = SHARED_OVERTAKEN;
	struct hosts hosts;
	struct host *one = &hosts.host[0], *other = &hosts.host[1];

	(void)state;
	begin(&hosts, 2);
	one->options.fault = one_fault;
	one->options.context = &fault;
	run(one, a_transfer, NULL);
	fault = SHARED_SKIPS;
	other->options.fault = one_fault;
	other->options.context = &fault;
	assert_int_equal(store_take_over(other->store, 9), BANK_EDAMAGED);
	assert_int_equal(store_take_over(other->store, 9), BANK_EIO);
	end(&hosts);
}

/* Of another's time what was given out counts, and not what may be. */
static void
test_time(void **state)
{
	struct ledger_entry entry;
	struct hosts hosts;
	struct host *one = &hosts.host[0], *other = &hosts.host[1];

	(void)state;
	begin(&hosts, 2);
	store_note_time(one->store, NOW + 5000);
	assert_int_equal(fixture_transfer(one->store, "c0", "c1", 1, NOW + 5000,
			     NULL, &entry),
	    0);
	assert_int_equal(store_commit(one->store), 0);
	assert_int_equal(store_take_over(other->store, 9), 1);
	assert_int_equal(store_newest_ms(other->store), NOW + 5000);
	end(&hosts);
}

static unsigned
draw(unsigned below)
{
	return (unsigned)random() % below;
}

struct act {
	unsigned kind, a, b, cents;
	uint64_t now_ms;
	char id[16];
};

static void
act(struct store *store, void *context)
{
	const struct act *act = context;
	struct store_kiosk kiosk = { .cash = act->a % 2 == 0 };
	struct ledger_account *account;
	struct ledger_entry entry;
	char from[8], to[8];
	const char *id = from;
	int change = 1;
	uint8_t txid[WIRE_TXID_SIZE];

	snprintf(from, sizeof(from), "c%u", act->a);
	snprintf(to, sizeof(to), "c%u", act->b);
	store_note_time(store, act->now_ms);
	assert_int_equal(store_begin(store, &id, 1, &account), 0);
	switch (act->kind) {
	default:
		(void)fixture_transfer(
		    store, from, to, act->cents, act->now_ms, NULL, &entry);
		break;
	case 1:
		open_account(store, (void *)(uintptr_t)act->id);
		break;
	case 2:
		assert_int_equal(store_set_hash(store, account, to), 0);
		break;
	case 3:
		account->last_login_ms = act->now_ms;
		break;
	case 4:
		count_guess(store, &change);
		break;
	case 5:
		snprintf(kiosk.name, sizeof(kiosk.name), "k%u", act->b);
		assert_int_equal(store_kiosk_put(store, &kiosk), 0);
		break;
	case 6:
		memset(txid, (int)act->cents, sizeof(txid));
		put_u64(txid, act->now_ms << 16);
		assert_int_equal(
		    store_settle(store, account, txid, act->now_ms - 600000),
		    0);
		break;
	}
}

/* Closed without a mark, as a kill leaves it, and opened again. */
static void
begin_again(struct hosts *hosts, unsigned i)
{
	struct shared_options *options = &hosts->host[i].options;
	int error;

	store_close(hosts->host[i].store);
	options->fault = NULL;
	open_host(hosts, i);
	options->fault = shared_chance;
	do
		error = store_take_back(hosts->host[i].store, i + 1);
	while (error == BANK_ENOSPC || error == BANK_EAWAY);
	assert_int_equal(error, 0);
}

/*
 * Three hosts, drawn steps and faults, each a batch that is run again at
 * every point where another was first; starts and publications in between.
 */
static void
test_life(void **state)
{
	struct shared_chance chance = { .of = 4 };
	struct hosts hosts;

	(void)state;
	chance.state = (uint64_t)random();
	begin(&hosts, 3);
	for (unsigned i = 0; i < 3; i++) {
		hosts.host[i].options.fault = shared_chance;
		hosts.host[i].options.context = &chance;
	}
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned i = draw(3), a = draw(CUSTOMERS);
		struct act drawn = { draw(14), a,
			(a + 1 + draw(CUSTOMERS - 1)) % CUSTOMERS,
			draw(900) + 1, NOW + step * 7, "" };

		snprintf(drawn.id, sizeof(drawn.id), "n%u", draw(40));
		if (drawn.kind == 13)
			begin_again(&hosts, i);
		else
			run(&hosts.host[i], act, &drawn);
		if (draw(9) == 0)
			assert_int_equal(store_publish(hosts.host[i].store), 0);
	}
	for (unsigned i = 0; i < 3; i++)
		hosts.host[i].options.fault = NULL;
	agree(&hosts);
	for (unsigned i = 0; i < 3; i++)
		assert_true(hosts.host[i].options.behind > 10);
	end(&hosts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken_over),
		cmocka_unit_test(test_behind),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_pending),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_life),
	};

	fixture_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
