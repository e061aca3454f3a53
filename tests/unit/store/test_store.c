/* SPDX-License-Identifier: ISC */
/*
 * The SQLite store (bankd/store/store.h) over real files: the contract of each
 * store, and what an open finds after each kind of end.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../../lib/store_contract.h"
#include "../../lib/store_fixture.h"

static void
test_ends(void **state)
{
	struct store *store;
	struct stat status;
	enum store_end end;

	store = fixture_open(*state, &end);
	assert_int_equal(end, STORE_NEW);
	assert_int_equal(store_last_seq(store), 0);
	assert_int_equal(store_lines(store), 0);
	store_close(store);
	/* Still new: nothing was written to the files. */
	store = fixture_open(*state, &end);
	assert_int_equal(end, STORE_NEW);
	assert_int_equal(store_mark_running(store), 0);
	fixture_customers(store, 2);
	store_close(store);
	store = fixture_open(*state, &end);
	assert_int_equal(end, STORE_BROKEN);
	assert_int_equal(store_last_seq(store), 4);
	assert_int_equal(store_mark_stopped(store), 0);
	store_close(store);
	store = fixture_open(*state, &end);
	assert_int_equal(end, STORE_STOPPED);
	assert_int_equal(store_account(store, "c1")->cents[0], 100000);
	store_close(store);
	stat(fixture_path(*state, "bank.db"), &status);
	assert_int_equal(status.st_mode & 0777, 0600);
	stat(fixture_path(*state, "bank.db-wal"), &status);
	assert_int_equal(status.st_mode & 0777, 0600);
	stat(fixture_path(*state, "reserve"), &status);
	assert_true(status.st_blocks * 512 >= 4 << 20);
	assert_int_equal(fixture_verify(*state), 4);
}

struct store *
store_contract_again(struct store *store, const char *directory)
{
	store_close(store);
	return fixture_open(directory, NULL);
}

void
store_contract_proven(const char *directory, uint64_t seq)
{
	assert_int_equal(fixture_verify(directory), seq);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_ends),
	};
	int failed = cmocka_run_group_tests_name("ends", tests, NULL, NULL) +
	    store_contract_run("file");

	setenv("JOURNAL", "shared", 1);
	return failed +
	    cmocka_run_group_tests_name("shared ends", tests, NULL, NULL) +
	    store_contract_run("shared");
}
