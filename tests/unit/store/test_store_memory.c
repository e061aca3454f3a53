/* SPDX-License-Identifier: ISC */
/*
 * The tests' own store keeps the contract of bankd/store/store.h, and fails as
 * it is told to: else what is tested over it proves nothing.
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
test_contract(void **state)
{
	struct store *store = *state;
	const char *ids[] = { "c0", "nobody", "c0" };
	struct ledger_account *accounts[3], *new;
	struct ledger_entry entry;
	uint8_t txid[16] = { 1 };
	bool settled;

	assert_int_equal(store_last_seq(store), 6);
	assert_int_equal(store_lines(store), 3);
	assert_int_equal(store_begin(store, ids, 3, accounts), 0);
	assert_null(accounts[1]);
	assert_ptr_equal(accounts[0], accounts[2]);
	assert_false(store_dirty(store));
	assert_int_equal(pay(store, txid), 0);
	assert_true(store_dirty(store));
	assert_int_equal(store_account(store, "c0")->cents[1], 100000);
	assert_int_equal(accounts[0]->cents[1], 99995);
	assert_int_equal(
	    store_account_new(store, "new", "", "h", NOW, &new), 0);
	assert_null(store_account(store, "new"));
	assert_int_equal(
	    store_account_new(store, "new", "", "h", NOW, &new), BANK_EEXIST);
	assert_int_equal(
	    store_find_txid(store, accounts[0], txid, &entry, &settled), 0);
	assert_int_equal(entry.debit.previous_seq, 2);
	store_abort(store);
	assert_int_equal(store_find_txid(store, store_account(store, "c0"),
			     txid, &entry, &settled),
	    BANK_ENOTFOUND);
	assert_int_equal(store_last_seq(store), 6);
	assert_int_equal(pay(store, txid), 0);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(store_account(store, "c0")->cents[1], 99995);
	assert_int_equal(
	    store_settle(store, store_account(store, "c1"), txid, 0), 0);
	assert_int_equal(store_commit(store), 0);
	store_find_txid(
	    store, store_account(store, "c1"), txid, &entry, &settled);
	assert_true(settled);
}

/* The chain is the real one's. */
static void
test_same_chain(void **state)
{
	static const uint8_t nothing[32];
	struct store *store = *state;

	assert_memory_not_equal(store_chain(store), nothing, 32);
	assert_int_equal(pay(store, NULL), 0);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(store_last_seq(store), 7);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_contract, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_same_chain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
