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
#include "../../lib/many_stores.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW

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
	stores_begin(&hosts, 2);
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
	stores_agree(&hosts);
	stores_end(&hosts);
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
	stores_begin(&hosts, 2);
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
	stores_agree(&hosts);
	stores_end(&hosts);
}

/* Numbers and lines are given out in the order of the lots. */
static void
test_lines(void **state)
{
	char here[] = "here", there[] = "there";
	struct hosts hosts;

	(void)state;
	stores_begin(&hosts, 2);
	stores_add(hosts.host[1].store, there);
	stores_run(&hosts.host[0], stores_add, here);
	assert_int_equal(store_commit(hosts.host[1].store), BANK_EAGAIN);
	assert_int_equal(store_take_over(hosts.host[1].store, 9), 1);
	stores_run(&hosts.host[1], stores_add, there);
	stores_run(&hosts.host[1], stores_add, here);
	stores_agree(&hosts);
	assert_int_equal(
	    store_account(hosts.host[0].store, "here")->line, STORES_CUSTOMERS);
	assert_int_equal(store_account(hosts.host[0].store, "there")->line,
	    STORES_CUSTOMERS + 1);
	stores_end(&hosts);
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
		stores_run(&plan->hosts->host[1], stores_transfer, NULL);
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

		stores_begin(&hosts, 2);
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
		stores_agree(&hosts);
		assert_int_equal(store_last_seq(host->store),
		    entry.seq - !first + (plan.hosts != NULL));
		stores_end(&hosts);
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
	stores_begin(&hosts, 2);
	host->options.fault = one_fault;
	host->options.context = &fault;
	stores_transfer(host->store, NULL);
	assert_int_equal(store_commit(host->store), BANK_ENOSPC);
	stores_run(host, stores_transfer, NULL);
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
	stores_agree(&hosts);
	fault = SHARED_FORK;
	stores_transfer(host->store, NULL);
	assert_int_equal(store_commit(host->store), BANK_EFORK);
	assert_non_null(strstr(store_why(host->store), "fork: here lot 2"));
	assert_int_equal(store_take_over(host->store, 9), BANK_EFORK);
	/* A journal that went back: the one that is ahead has a fork. */
	store_close(host->store);
	store_close(hosts.host[1].store);
	assert_int_equal(truncate(hosts.path, 2 * 4096), 0);
	assert_int_equal(
	    stores_try_open(&hosts, 0, error, sizeof(error)), BANK_EFORK);
	assert_non_null(strstr(error, "fork: here lot 2"));
	host->store = hosts.host[1].store = NULL;
	stores_end(&hosts);
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
	stores_begin(&hosts, 2);
	stores_run(one, stores_guess, &more);
	stores_run(other, stores_guess, &more);
	stores_run(other, stores_guess, &more);
	stores_run(one, stores_guess, &more);
	stores_run(one, stores_guess, &less);
	stores_agree(&hosts);
	assert_int_equal(guesses(one->store).pending, 3);
	assert_int_equal(guesses(one->store).count, 4);
	store_close(one->store);
	stores_open(&hosts, 0);
	assert_int_equal(guesses(one->store).pending, 3);
	assert_int_equal(store_take_back(one->store, 1), 0);
	assert_int_equal(guesses(one->store).pending, 2);
	assert_int_equal(guesses(one->store).count, 3);
	assert_int_equal(store_take_back(one->store, 1), 0);
	assert_int_equal(guesses(one->store).pending, 2);
	/* While another is first. */
	stores_run(one, stores_transfer, NULL);
	assert_int_equal(store_take_back(other->store, 2), 0);
	assert_int_equal(guesses(other->store).pending, 0);
	assert_int_equal(guesses(other->store).count, 2);
	stores_agree(&hosts);
	stores_end(&hosts);
}

/* A lot that is left out is missed, even one that changed nothing. */
static void
test_gap(void **state)
{
	enum shared_fault fault = SHARED_OVERTAKEN;
	struct hosts hosts;
	struct host *one = &hosts.host[0], *other = &hosts.host[1];

	(void)state;
	stores_begin(&hosts, 2);
	one->options.fault = one_fault;
	one->options.context = &fault;
	stores_run(one, stores_transfer, NULL);
	fault = SHARED_SKIPS;
	other->options.fault = one_fault;
	other->options.context = &fault;
	assert_int_equal(store_take_over(other->store, 9), BANK_EDAMAGED);
	assert_int_equal(store_take_over(other->store, 9), BANK_EIO);
	stores_end(&hosts);
}

/* Of another's time what was given out counts, and not what may be. */
static void
test_time(void **state)
{
	struct ledger_entry entry;
	struct hosts hosts;
	struct host *one = &hosts.host[0], *other = &hosts.host[1];

	(void)state;
	stores_begin(&hosts, 2);
	store_note_time(one->store, NOW + 5000);
	assert_int_equal(fixture_transfer(one->store, "c0", "c1", 1, NOW + 5000,
			     NULL, &entry),
	    0);
	assert_int_equal(store_commit(one->store), 0);
	assert_int_equal(store_take_over(other->store, 9), 1);
	assert_int_equal(store_newest_ms(other->store), NOW + 5000);
	stores_end(&hosts);
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
	};

	fixture_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
