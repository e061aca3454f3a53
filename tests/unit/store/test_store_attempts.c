/* SPDX-License-Identifier: ISC */
/*
 * Rows of attempts in the store: what is kept, what is taken back, and their
 * bounds, of which no stranger may use up what is an account's.  Prints what
 * bankd-files(5) says of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../../bankd/store/sqlite/sqlite_state.h"
#include "../../../bankd/store/store_attempts.h"
#include "../../../shared/base/util.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW
#define LOCKED (NOW * 2)
#define ACCOUNT 2 /* the first customer's */
#define MILLION INT64_C(1000000)
#define SOME 20000
/* What bankd-files(5) says: bytes of a row, and of a stranger's. */
#define ROW_BYTES 60
#define STRANGER_BYTES 120

/* Of the ID `id`, its owner's or nobody's, at a kiosk; 0: the total. */
static struct store_attempt
attempt(uint32_t owner, uint32_t id, uint32_t kiosk)
{
	struct store_attempt made = { .owner = owner };

	put_u32(made.total, id);
	put_u32(made.key, id);
	put_u32(made.key + 4, kiosk);
	return made;
}

static void
put(struct store *store, struct store_attempt row, uint64_t time_ms,
    uint64_t locked_until_ms, uint64_t success_ms)
{
	assert_int_equal(store_attempt_get(store, &row), 0);
	row.count++;
	row.time_ms = time_ms;
	row.locked_until_ms = locked_until_ms;
	row.success_ms = success_ms;
	assert_int_equal(store_attempt_put(store, &row), 0);
}

static struct store_attempt
got(struct store *store, struct store_attempt row)
{
	assert_int_equal(store_attempt_get(store, &row), 0);
	return row;
}

static uint32_t
count(struct store *store, struct store_attempt row)
{
	return got(store, row).count;
}

static void
test_kept_and_taken_back(void **state)
{
	static const uint32_t owners[] = { 0, ACCOUNT };

	for (size_t i = 0; i < NELEM(owners); i++) {
		struct store *store = fixture_open(*state, NULL);
		const struct store_attempt key =
		    attempt(owners[i], owners[i], 1);
		struct store_attempt a = key;
		uint8_t secret[32];

		memcpy(secret, store_attempt_secret(store), sizeof(secret));
		assert_int_equal(count(store, key), 0);
		a.count = 3;
		a.pending = 2;
		a.time_ms = NOW;
		a.success_ms = 77;
		assert_int_equal(store_attempt_put(store, &a), 0);
		assert_int_equal(store_commit(store), 0);
		assert_int_equal(got(store, key).pending, 2);
		assert_int_equal(got(store, key).stranger, owners[i] == 0);
		a.count = 4;
		store_attempt_put(store, &a);
		store_abort(store);
		assert_int_equal(count(store, key), 3);
		store_close(store);
		/* Taken back: one for the row, and none at the next start. */
		for (int start = 0; start < 2; start++) {
			store = fixture_open(*state, NULL);
			assert_int_equal(count(store, key), 2);
			assert_int_equal(got(store, key).pending, 0);
			assert_int_equal(got(store, key).success_ms, 77);
			assert_memory_equal(
			    secret, store_attempt_secret(store), 32);
			store_close(store);
		}
	}
}

/* A row with nothing in it is none. */
static void
test_nothing_is_kept(void **state)
{
	static const uint32_t owners[] = { 0, ACCOUNT };
	struct store *store = fixture_open(*state, NULL);

	for (size_t i = 0; i < NELEM(owners); i++) {
		struct store_attempt a = attempt(owners[i], 1, 1);

		put(store, a, NOW, 0, 0);
		assert_int_equal(store_commit(store), 0);
		a = got(store, a);
		a.count = 0;
		assert_int_equal(store_attempt_put(store, &a), 0);
		assert_int_equal(store_commit(store), 0);
	}
	assert_int_equal(fixture_number(*state,
			     "SELECT (SELECT count(*) FROM attempt) +"
			     " (SELECT count(*) FROM stranger)"),
	    0);
	store_close(store);
}

/* From a thousand addresses, each with its failure or its lock. */
static void
guess_from_everywhere(
    struct store *store, uint32_t owner, uint32_t id, uint64_t locked_until_ms)
{
	for (uint32_t kiosk = 100; kiosk < 1100; kiosk++) {
		put(store, attempt(owner, id, kiosk), NOW + kiosk,
		    locked_until_ms, 0);
		put(store, attempt(owner, id, 0), NOW + kiosk, 0, 0);
	}
	assert_int_equal(store_commit(store), 0);
}

/*
 * Of a known ID and of an unknown one alike: the same rows are left, the
 * total and the newest, those that lock before all others.
 */
static void
test_an_id_is_bounded(void **state)
{
	static const uint32_t owners[] = { 0, ACCOUNT };
	struct store *store = fixture_open(*state, NULL);

	for (size_t i = 0; i < NELEM(owners); i++) {
		uint32_t owner = owners[i], id = 1 + owner, left = 0;

		/* One lock that is over, one that isn't. */
		put(store, attempt(owner, id, 1), NOW, NOW + 1, 0);
		put(store, attempt(owner, id, 2), NOW, LOCKED, 0);
		guess_from_everywhere(store, owner, id, 0);
		assert_int_equal(count(store, attempt(owner, id, 0)), 1000);
		assert_int_equal(count(store, attempt(owner, id, 1)), 0);
		assert_int_equal(count(store, attempt(owner, id, 2)), 1);
		for (uint32_t kiosk = 100; kiosk < 1100; kiosk++)
			left += count(store, attempt(owner, id, kiosk));
		assert_int_equal(left, STORE_ATTEMPTS_KIOSKS - 1);
		assert_int_equal(count(store, attempt(owner, id, 1099)), 1);
		/* The newest stays even where all others lock. */
		guess_from_everywhere(store, owner, id, LOCKED);
		put(store, attempt(owner, id, 3), NOW + 9999, 0, 0);
		assert_int_equal(store_commit(store), 0);
		assert_int_equal(count(store, attempt(owner, id, 3)), 1);
		assert_int_equal(count(store, attempt(owner, id, 0)), 2000);
	}
	assert_int_equal(fixture_number(*state, "SELECT count(*) FROM attempt"),
	    STORE_ATTEMPTS_KIOSKS + 1);
	assert_int_equal(
	    fixture_number(*state, "SELECT count(*) FROM stranger"),
	    STORE_ATTEMPTS_KIOSKS + 1);
	store_close(store);
}

/* Strangers can't make it, and nothing that they make takes its place. */
static void
test_trust_outlives_strangers(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	uint32_t kiosk;

	for (kiosk = 1; kiosk <= STORE_ATTEMPTS_TRUSTED; kiosk++)
		put(store, attempt(ACCOUNT, 1, kiosk), NOW, 0, NOW + kiosk);
	assert_int_equal(store_commit(store), 0);
	guess_from_everywhere(store, ACCOUNT, 1, LOCKED);
	for (kiosk = 1; kiosk <= STORE_ATTEMPTS_TRUSTED; kiosk++)
		assert_int_equal(
		    got(store, attempt(ACCOUNT, 1, kiosk)).success_ms,
		    NOW + kiosk);
	/* Only newer trust does, and takes that of the oldest. */
	put(store, attempt(ACCOUNT, 1, kiosk), NOW, 0, 0);
	put(store, attempt(ACCOUNT, 1, kiosk), NOW, 0, NOW + kiosk);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(got(store, attempt(ACCOUNT, 1, 1)).success_ms, 0);
	assert_int_equal(
	    got(store, attempt(ACCOUNT, 1, 2)).success_ms, NOW + 2);
	assert_int_equal(fixture_number(*state, "SELECT count(*) FROM attempt"),
	    1 + STORE_ATTEMPTS_KIOSKS - 1 + STORE_ATTEMPTS_TRUSTED);
	store_close(store);
}

/* Of what an ID gathered before it was somebody's nothing is lost. */
static void
test_an_account_takes_its_own(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	struct store_attempt row;

	put(store, attempt(0, 1, 1), NOW, LOCKED, 0);
	put(store, attempt(0, 2, 1), NOW, LOCKED, 0);
	assert_int_equal(store_commit(store), 0);
	row = got(store, attempt(ACCOUNT, 1, 1));
	assert_true(row.stranger);
	assert_int_equal(row.locked_until_ms, LOCKED);
	row.count++;
	assert_int_equal(store_attempt_put(store, &row), 0);
	assert_int_equal(store_commit(store), 0);
	row = got(store, attempt(ACCOUNT, 1, 1));
	assert_false(row.stranger);
	assert_int_equal(row.count, 2);
	assert_int_equal(
	    fixture_number(*state, "SELECT count(*) FROM stranger"), 1);
	/* Cleared before it was ever put is gone too. */
	row = got(store, attempt(ACCOUNT + 1, 2, 1));
	row.count = 0;
	row.locked_until_ms = 0;
	assert_int_equal(store_attempt_put(store, &row), 0);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(
	    fixture_number(*state, "SELECT count(*) FROM stranger"), 0);
	store_close(store);
}

/* So many, and an account's rows, which are older than all of them. */
static void
fill_with_strangers(
    struct store *store, uint32_t strangers, uint64_t locked_until_ms)
{
	uint32_t id = 1000;

	put(store, attempt(ACCOUNT, 1, 1), 1, 0, NOW);
	put(store, attempt(ACCOUNT, 1, 0), 1, 0, 0);
	put(store, attempt(0, id++, 0), NOW - 2, LOCKED, 0);
	put(store, attempt(0, id++, 0), NOW - 2, NOW - 1, 0);
	while (store->batch.strangers < strangers)
		put(store, attempt(0, id++, 0), NOW, locked_until_ms, 0);
	assert_int_equal(store_commit(store), 0);
}

static void
test_strangers_are_bounded(void **state)
{
	struct store *store = fixture_open(*state, NULL);

	fill_with_strangers(store, STORE_STRANGERS_MAX, 0);
	/* Also counted anew; first goes a lock that is over. */
	store_close(store);
	store = fixture_open(*state, NULL);
	for (uint32_t kiosk = 0; kiosk < 3; kiosk++)
		put(store, attempt(0, 9, kiosk), NOW + 1, 0, 0);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(
	    fixture_number(*state, "SELECT count(*) FROM stranger"),
	    STORE_STRANGERS_MAX);
	assert_int_equal(count(store, attempt(0, 1000, 0)), 1);
	for (uint32_t id = 1001; id < 1005; id++)
		assert_int_equal(
		    count(store, attempt(0, id, 0)), id < 1004 ? 0 : 1);
	/* All rows of this ID, and what is an account's, stay. */
	for (uint32_t kiosk = 0; kiosk < 3; kiosk++)
		assert_int_equal(count(store, attempt(0, 9, kiosk)), 1);
	assert_int_equal(got(store, attempt(ACCOUNT, 1, 1)).success_ms, NOW);
	assert_int_equal(count(store, attempt(ACCOUNT, 1, 0)), 1);
	store_close(store);
}

/* All of them lock somebody: the rows of one who comes now stay together. */
static void
test_strangers_that_lock(void **state)
{
	struct store *store = fixture_open(*state, NULL);

	fill_with_strangers(store, 100, LOCKED);
	/* As if it were full. */
	store->batch.strangers = store->head.strangers = STORE_STRANGERS_MAX;
	for (int guess = 0; guess < 2; guess++) {
		put(store, attempt(0, 9, 1), NOW + 1, 0, 0);
		put(store, attempt(0, 9, 0), NOW + 1, 0, 0);
		assert_int_equal(store_commit(store), 0);
	}
	assert_int_equal(count(store, attempt(0, 9, 1)), 2);
	assert_int_equal(count(store, attempt(0, 9, 0)), 2);
	store_close(store);
}

/* Bytes of the database, its free pages taken off. */
static int64_t
bytes(const char *directory)
{
	return fixture_number(directory, "PRAGMA page_size") *
	    (fixture_number(directory, "PRAGMA page_count") -
		fixture_number(directory, "PRAGMA freelist_count"));
}

/* In an order by chance, as customers come. */
static int64_t
fill_accounts(struct store *store, uint32_t accounts, uint32_t kiosks)
{
	int64_t rows = 0;

	for (uint32_t i = 0; i < accounts; i++) {
		uint32_t owner = 2 + (uint32_t)((uint64_t)i * 7919 % accounts);

		for (uint32_t kiosk = 0; kiosk <= kiosks; kiosk++, rows++) {
			struct store_attempt row = attempt(owner, owner, kiosk);

			/* A hash, like those that there are. */
			if (kiosk != 0)
				for (size_t at = 0; at < 16; at += 4)
					put_u32(row.key + at,
					    (uint32_t)((owner * 31 + kiosk) *
						(at + 1) * 2654435761U));
			put(store, row, NOW + kiosk, LOCKED,
			    kiosk > STORE_ATTEMPTS_KIOSKS ? NOW + kiosk : 0);
		}
		if (i % 100 == 0)
			assert_int_equal(store_commit(store), 0);
	}
	assert_int_equal(store_commit(store), 0);
	return rows;
}

/* Bytes of a row, where so many accounts have as many rows each. */
static int64_t
row_bytes(struct store *store, const char *directory, uint32_t accounts,
    uint32_t kiosks)
{
	int64_t rows, before = bytes(directory);

	rows = fill_accounts(store, accounts, kiosks);
	assert_int_equal(
	    fixture_number(directory, "SELECT count(*) FROM attempt"), rows);
	return (bytes(directory) - before) / rows;
}

/* What bankd-files(5) says: a million customers, at best and at worst. */
static void
test_what_they_take(void **state)
{
	const uint32_t most = STORE_ATTEMPTS_KIOSKS + STORE_ATTEMPTS_TRUSTED;
	struct store *store = fixture_open(*state, NULL);
	int64_t one, all, stranger;

	assert_int_equal(store_commit(store), 0);
	one = row_bytes(store, *state, SOME, 0);
	assert_int_equal(store_close_whole(store), 0);
	fixture_empty(*state);
	store = fixture_open(*state, NULL);
	assert_int_equal(store_commit(store), 0);
	all = row_bytes(store, *state, 2000, most);
	stranger = bytes(*state);
	fill_with_strangers(store, SOME, 0);
	stranger = (bytes(*state) - stranger) / SOME;
	printf("# a million customers: %" PRId64 " MB where each has a row, "
	       "%" PRId64 " MB where each has all of %" PRIu32 "\n",
	    one, all * (1 + most), 1 + most);
	printf("# IDs that nobody has: %" PRId64 " MB in %d rows\n",
	    stranger * STORE_STRANGERS_MAX / MILLION, STORE_STRANGERS_MAX);
	assert_true(one > 0 && one <= ROW_BYTES);
	assert_true(all > 0 && all <= ROW_BYTES);
	assert_true(stranger > 0 && stranger <= STRANGER_BYTES);
	store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_kept_and_taken_back),
		FIXTURE_TEST(test_nothing_is_kept),
		FIXTURE_TEST(test_an_id_is_bounded),
		FIXTURE_TEST(test_trust_outlives_strangers),
		FIXTURE_TEST(test_an_account_takes_its_own),
		FIXTURE_TEST(test_strangers_are_bounded),
		FIXTURE_TEST(test_strangers_that_lock),
		FIXTURE_TEST(test_what_they_take),
	};

	return cmocka_run_group_tests_name("attempts", tests, NULL, NULL);
}
