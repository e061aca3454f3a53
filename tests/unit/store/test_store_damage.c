/* SPDX-License-Identifier: ISC */
/*
 * What an open of the SQLite store (bankd/store/store.h) refuses: what is no
 * bank, a newer one, and a damaged one, whose first damaged row is named.
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

#include "../../../bankd/store/store.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW

static void
expect_refused(const char *directory, int expected, const char *word)
{
	struct store *store;
	enum store_end end;
	char error[512];

	assert_int_equal(store_open(&store,
			     &(struct store_options) { .directory = directory },
			     &end, error, sizeof(error)),
	    expected);
	assert_null(store);
	if (strstr(error, "bank.db") == NULL || strstr(error, word) == NULL)
		fail_msg("no `%s` in: %s", word, error);
}

static void
test_what_is_no_bank(void **state)
{
	char garbage[8192];

	memset(garbage, 'x', sizeof(garbage) - 1);
	garbage[sizeof(garbage) - 1] = '\0';
	fixture_write(*state, "bank.db", garbage);
	expect_refused(*state, BANK_EDAMAGED, "not a database");
	unlink(fixture_path(*state, "bank.db"));
	fixture_change(*state, "CREATE TABLE x (y)");
	expect_refused(*state, BANK_EINVAL, "not the database of a bank");
	unlink(fixture_path(*state, "bank.db"));
	store_close(fixture_open(*state, NULL));
	fixture_change(
	    *state, "UPDATE meta SET value = value + 1 WHERE key = 'schema'");
	expect_refused(*state, BANK_EINVAL, "newer");
	expect_refused("/nonexistent", BANK_ESYS, "No such file");
}

#define LONG_ID "abcdefghijklmnopqrstuvwxyz0123456789"

/* A bank of 7 entries, the last two past the mark. */
static char *
replayed_bank(void)
{
	char *directory = fixture_directory();
	struct store *store = fixture_open(directory, NULL);

	fixture_customers(store, 2);
	for (int i = 0; i < 3; i++) {
		fixture_transfer(store, "c0", "c1", 1, NOW, NULL, NULL);
		store_commit(store);
	}
	store_mark_stopped(store);
	store_close(store);
	fixture_change(
	    directory, "UPDATE meta SET value = 5 WHERE key = 'mark'");
	store_close(fixture_open(directory, NULL));
	return directory;
}

/* What the chain doesn't tell, as it was made anew over it. */
static void
test_behind_the_chain(void **state)
{
	char *directory = replayed_bank();

	(void)state;
	fixture_change(directory, "UPDATE entry SET kind = 1 WHERE seq = 7");
	fixture_chain(directory, 7);
	expect_refused(directory, BANK_EDAMAGED, "entry 7 does not add up");
	fixture_remove(directory);
}

static void
test_damage_at_open(void **state)
{
	static const struct {
		const char *sql, *word;
	} table[] = {
		{ "UPDATE account SET savings = 1 WHERE id = ':cash/x'",
		    "sum" },
		{ "UPDATE account SET savings = savings + 1,"
		  " checking = checking - 1 WHERE id = 'c1'",
		    "entry 7" },
		{ "UPDATE entry SET amount = amount + 1 WHERE seq = 7",
		    "entry 7" },
		{ "DELETE FROM entry WHERE seq = 6", "entry 6" },
		{ "DELETE FROM entry WHERE seq = 7", "names entry 7" },
		{ "UPDATE account SET id = 'c0' WHERE id = 'c1'", "account" },
		/* The sum is 0, and yet the rules would stumble over it. */
		{ "UPDATE account SET savings = -1, checking = checking +"
		  " savings + 1 WHERE id = 'c0'",
		    "account 2" },
		{ "UPDATE account SET savings = savings - 1, checking = 1"
		  " WHERE id = ':cash/x'",
		    "account 1" },
		/* A line of `balance` has room for 32 bytes of it. */
		{ "UPDATE account SET id = substr('" LONG_ID "', 1, 33)"
		  " WHERE id = 'c1'",
		    "account 3" },
		{ "UPDATE account SET id = '' WHERE id = 'c1'", "account 3" },
		{ "UPDATE entry SET amount = -amount WHERE seq = 7",
		    "entry 7" },
		{ "DELETE FROM account WHERE id = 'c0'", "account 2" },
		{ "UPDATE account SET line = 7 WHERE id = 'c0'", "account 2" },
		{ "UPDATE account SET number = 4000000000 WHERE id = 'c1'",
		    "account 3" },
		{ "UPDATE entry SET debit = 99 WHERE seq = 7", "entry 7" },
		{ "DELETE FROM meta WHERE key = 'secret'", "secret" },
		{ "DELETE FROM meta WHERE key = 'mark'", "mark" },
		{ "UPDATE meta SET value = 'x' WHERE key = 'end'", "end" },
		{ "UPDATE meta SET value = 99 WHERE key = 'mark'", "entry 99" },
	};
	char *directory;
	size_t i;

	(void)state;
	for (i = 0; i < NELEM(table); i++) {
		directory = replayed_bank();
		fixture_change(directory, table[i].sql);
		expect_refused(directory, BANK_EDAMAGED, table[i].word);
		fixture_remove(directory);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_what_is_no_bank),
		cmocka_unit_test(test_behind_the_chain),
		cmocka_unit_test(test_damage_at_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
