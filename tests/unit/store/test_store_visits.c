/* SPDX-License-Identifier: ISC */
/*
 * When kiosks were last seen: rows beside the lots, which they don't change,
 * and with which they are committed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/store/store_kiosks.h"
#include "../../../bankd/store/store_serve.h"
#include "../../../shared/base/util.h"
#include "../../lib/store_fixture.h"

static void
put(struct store *store, const char *kiosk, const char *address)
{
	struct store_visit visit = { .time_ms = FIXTURE_NOW + 7 };

	string_copy(visit.kiosk, kiosk, sizeof(visit.kiosk));
	string_copy(visit.address, address, sizeof(visit.address));
	assert_int_equal(store_visit_put(store, &visit), 0);
}

struct visits {
	struct store_visit list[4];
	size_t count;
};

static void
take(void *context, const struct store_visit *visit)
{
	struct visits *visits = context;

	assert_true(visits->count < NELEM(visits->list));
	visits->list[visits->count++] = *visit;
}

static struct visits
visits_of(struct store *store)
{
	struct visits visits = { .count = 0 };

	assert_int_equal(store_visit_each(store, take, &visits), 0);
	return visits;
}

/* One that serves, with a lot that bank.db doesn't have. */
static struct store *
open_behind(const char *directory)
{
	struct store *store = fixture_open(directory, NULL);

	if (store_last_seq(store) == 0) {
		fixture_customers(store, 2);
		assert_int_equal(store_commit(store), 0);
	}
	assert_int_equal(store_serve(store, false), 0);
	assert_int_equal(
	    fixture_transfer(store, "c0", "c1", 5, FIXTURE_NOW + 1, NULL, NULL),
	    0);
	assert_int_equal(store_commit(store), 0);
	return store;
}

static void
test_they_are_kept(void **state)
{
	char *directory = *state;
	struct store *store = open_behind(directory);
	struct store_status before, after;
	struct visits visits;

	store_status(store, &before);
	put(store, "lobby", "192.0.2.7");
	put(store, "atrium", "::1");
	put(store, "lobby", "192.0.2.8");
	store_status(store, &after);
	assert_int_equal(after.lot, before.lot);
	assert_int_equal(store_publish(store), 0);
	store_close(store);

	store = fixture_open(directory, NULL);
	visits = visits_of(store);
	store_close(store);
	assert_int_equal(visits.count, 2);
	assert_string_equal(visits.list[0].kiosk, "atrium");
	assert_string_equal(visits.list[1].kiosk, "lobby");
	assert_string_equal(visits.list[1].address, "192.0.2.8");
	assert_int_equal(visits.list[1].time_ms, FIXTURE_NOW + 7);
	(void)fixture_verify(directory);
}

/* A vault that dies loses the newest of them, and nothing else. */
static void
test_they_are_lost(void **state)
{
	char *directory = *state;
	struct store *store = open_behind(directory);

	put(store, "lobby", "192.0.2.7");
	store_close(store);
	store = fixture_open(directory, NULL);
	assert_int_equal(visits_of(store).count, 0);
	assert_int_equal(store_last_seq(store), fixture_verify(directory));
	store_close(store);
}

/* A batch that is taken back, later, takes back none of them. */
static void
test_a_batch_behind_them(void **state)
{
	char *directory = *state;
	struct store *store = open_behind(directory);

	put(store, "lobby", "192.0.2.7");
	assert_int_equal(
	    fixture_transfer(store, "c0", "c1", 5, FIXTURE_NOW + 2, NULL, NULL),
	    0);
	store_abort(store);
	assert_int_equal(store_publish(store), 0);
	store_close(store);
	store = fixture_open(directory, NULL);
	assert_int_equal(visits_of(store).count, 1);
	store_close(store);
	(void)fixture_verify(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_they_are_kept),
		FIXTURE_TEST(test_they_are_lost),
		FIXTURE_TEST(test_a_batch_behind_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
