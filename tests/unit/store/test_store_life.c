/* SPDX-License-Identifier: ISC */
/*
 * A longer life of the SQLite store: what is written back when, how much a
 * start replays, and how large the log gets.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../../../bankd/store/store.h"
#include "../../../shared/base/util.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW

/* Batches of a random length, aborts, reopenings: what was committed is. */
static void
test_random_life(void **state)
{
	enum { CUSTOMERS = 700, BATCHES = 400 };
	static int64_t cents[CUSTOMERS], kept[CUSTOMERS];
	struct store *store = fixture_open(*state, NULL);
	uint64_t seq = 2 * CUSTOMERS, now = NOW;
	char from[24], to[24];
	long batch, i, n, x, y;
	int64_t amount;

	fixture_seed();
	store_mark_running(store);
	fixture_customers(store, CUSTOMERS);
	for (i = 0; i < CUSTOMERS; i++)
		cents[i] = kept[i] = 100000;
	for (batch = 0; batch < BATCHES; batch++) {
		n = random() % 100;
		for (i = 0; i < n; i++) {
			x = random() % CUSTOMERS;
			y = (x + 1 + random() % (CUSTOMERS - 1)) % CUSTOMERS;
			snprintf(from, sizeof(from), "c%ld", x);
			snprintf(to, sizeof(to), "c%ld", y);
			amount = 1 + random() % (cents[x] / 2 + 1);
			if (amount > cents[x])
				continue;
			cents[x] -= amount;
			cents[y] += amount;
			assert_int_equal(fixture_transfer(store, from, to,
					     amount, now++, NULL, NULL),
			    0);
			seq++;
		}
		if (random() % 5 == 0) {
			store_abort(store);
			memcpy(cents, kept, sizeof(cents));
			seq = store_last_seq(store);
		} else {
			assert_int_equal(store_commit(store), 0);
			memcpy(kept, cents, sizeof(cents));
		}
		assert_int_equal(store_last_seq(store), seq);
		if (random() % 40 != 0)
			continue;
		if (random() % 2 == 0)
			store_mark_stopped(store);
		store_close(store);
		store = fixture_open(*state, NULL);
		for (i = 0; i < CUSTOMERS; i++) {
			snprintf(from, sizeof(from), "c%ld", i);
			assert_int_equal(
			    store_account(store, from)->cents[1], cents[i]);
		}
	}
	store_close(store);
	assert_int_equal(fixture_verify(*state), seq);
}

static int64_t
mark_of(void *state)
{
	return fixture_number(
	    state, "SELECT value FROM meta WHERE key = 'mark'");
}

static void
transfer_often(struct store *store, uint64_t *now, int count)
{
	for (int i = 1; i <= count; i++) {
		assert_int_equal(
		    fixture_transfer(store, i % 2 ? "c0" : "c1",
			i % 2 ? "c1" : "c0", 1, (*now)++, NULL, NULL),
		    0);
		if (i % 64 == 0 || i == count)
			assert_int_equal(store_commit(store), 0);
	}
}

/* A start replays the entries of two rounds at most, not everything. */
static void
go_round(void **state, unsigned customers, int round)
{
	struct store *store = fixture_open(*state, NULL);
	uint64_t now = NOW;
	int64_t mark = 0;

	store_mark_running(store);
	fixture_customers(store, customers);
	transfer_often(store, &now, 3 * round);
	assert_true(mark_of(*state) >= round);
	/* Also where the bank is killed again and again within a round. */
	for (int i = 0; i < 5; i++) {
		store_close(store);
		store = fixture_open(*state, NULL);
		mark = (int64_t)store_last_seq(store);
		transfer_often(store, &now, round / 2);
		if (i > 1)
			assert_true(mark_of(*state) >= mark - round);
	}
	store_close(store);
	fixture_verify(*state);
}

static void
test_rounds(void **state)
{
	go_round(state, 200, 4096);
}

/* Two entries for each account are a round, where there are many. */
static void
test_rounds_of_many(void **state)
{
	go_round(state, 3000, 6000);
}

static void
test_wal_is_bounded(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	struct stat status;
	int i;

	fixture_customers(store, 2);
	for (i = 0; i < 6000; i++) {
		fixture_transfer(store, i % 2 ? "c0" : "c1",
		    i % 2 ? "c1" : "c0", 1, NOW + (uint64_t)i, NULL, NULL);
		assert_int_equal(store_commit(store), 0);
	}
	stat(fixture_path(*state, "bank.db-wal"), &status);
	assert_true(status.st_size < 12 << 20);
	store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_random_life),
		FIXTURE_TEST(test_rounds),
		FIXTURE_TEST(test_rounds_of_many),
		FIXTURE_TEST(test_wal_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
