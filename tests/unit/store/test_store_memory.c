/* SPDX-License-Identifier: ISC */
/*
 * The tests' own store keeps the contract of each store, and fails as it is
 * told to: else what is tested over it proves nothing.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/store/store.h"
#include "../../../shared/base/error.h"
#include "../../lib/memory/store_memory.c"
#include "../../lib/memory/store_memory_find.c"
#include "../../lib/store_contract.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW

static int
setup(void **state)
{
	struct store *store = fixture_open("", NULL);

	fixture_customers(store, 3);
	*state = store;
	return 0;
}

static int
teardown(void **state)
{
	store_close(*state);
	return 0;
}

static int
pay(struct store *store, const uint8_t *txid)
{
	return fixture_transfer(store, "c0", "c1", 5, NOW, txid, NULL);
}

static void
test_faults(void **state)
{
	struct store *store = *state;
	struct store_attempt attempt = { .count = 2, .pending = 1 };

	store_attempt_put(store, &attempt);
	store_commit(store);
	store_mark_running(store);
	store_memory_fail(store, MEMORY_COMMIT, 1, BANK_ENOSPC, false);
	assert_int_equal(pay(store, NULL), 0);
	assert_int_equal(store_commit(store), BANK_ENOSPC);
	assert_int_equal(store_last_seq(store), 6);
	store_memory_fail(store, MEMORY_APPEND, 2, BANK_ENOSPC, false);
	assert_int_equal(pay(store, NULL), 0);
	assert_int_equal(pay(store, NULL), BANK_ENOSPC);
	store_abort(store);
	store_memory_fail(store, MEMORY_COMMIT, 1, BANK_EIO, true);
	assert_int_equal(pay(store, NULL), 0);
	assert_int_equal(store_commit(store), BANK_EIO);
	assert_int_equal(pay(store, NULL), BANK_EIO);
	assert_int_equal(store_memory_restart(store), STORE_BROKEN);
	/* Never answered, and there. */
	assert_int_equal(store_last_seq(store), 7);
	store_attempt_get(store, &attempt);
	assert_int_equal(attempt.count, 1);
	assert_int_equal(attempt.pending, 0);
	assert_int_equal(store_memory_calls(store, MEMORY_COMMIT), 4);
}

struct store *
store_contract_again(struct store *store, const char *directory)
{
	(void)directory;
	store_memory_restart(store);
	return store;
}

/* Nothing outlives it that could be. */
void
store_contract_proven(const char *directory, uint64_t seq)
{
	(void)directory;
	(void)seq;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL) +
	    store_contract_run("memory");
}
