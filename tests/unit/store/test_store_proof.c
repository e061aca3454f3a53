/* SPDX-License-Identifier: ISC */
/*
 * The proof of all rows in the SQLite store: it must name the first row that
 * doesn't fit, whichever row was touched and however.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/store/store_reader.h"
#include "../../../bankd/store/store_verify.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW
#define ENTRIES 12

/* A bank of 12 entries, properly stopped: every kind but adjust. */
static char *
small_bank(void)
{
	struct ledger_limits limits = { .limit = { 1 << 30, 1 << 30, 1 << 30,
					    1 << 30, 1 << 30 } };
	char *directory = fixture_directory();
	struct store *store = fixture_open(directory, NULL);
	const char *ids[] = { ":cash/x", "c0" };
	struct ledger_account *accounts[2];
	struct ledger_entry out = { .kind = LEDGER_WITHDRAW,
		.amount_cents = 300 };
	struct ledger_entry back = { 0 };
	struct ledger_rules rules = { .limits = &limits };
	uint8_t txid[16] = { 1, 2, 3 };

	fixture_customers(store, 3);
	fixture_transfer(store, "c0", "c1", 10, NOW + 1, txid, NULL);
	store_commit(store);
	fixture_transfer(store, "c0", "c0", 20, NOW + 2, NULL, NULL);
	store_begin(store, ids, 2, accounts);
	rules.now_ms = NOW + 3;
	ledger_book(&out, (struct ledger_leg) { accounts[1], WIRE_SAVINGS },
	    (struct ledger_leg) { accounts[0], WIRE_SAVINGS }, &rules);
	store_append(store, &out, accounts[1], accounts[0]);
	rules.now_ms = NOW + 4;
	ledger_reverse(&back, &out, accounts[0], accounts[1], &rules);
	store_append(store, &back, accounts[0], accounts[1]);
	store_commit(store);
	fixture_transfer(store, "c1", "c2", 40, NOW + 5, NULL, NULL);
	fixture_transfer(store, "c2", "c0", 50, NOW + 6, NULL, NULL);
	store_commit(store);
	assert_int_equal(store_last_seq(store), ENTRIES);
	store_mark_stopped(store);
	store_close(store);
	assert_int_equal(fixture_verify(directory), ENTRIES);
	return directory;
}

static void
expect_damage(const char *directory, const char *what, const char *word)
{
	struct store_reader *reader = fixture_reader(directory);
	struct store_heads heads;
	char error[512];

	assert_int_equal(
	    store_reader_verify(reader, &heads, error, sizeof(error)),
	    BANK_EDAMAGED);
	if (strstr(error, word) == NULL)
		fail_msg("%s: no `%s` in: %s", what, word, error);
	store_reader_close(reader);
}

/* Every column of every entry, one at a time: named by its number. */
static void
test_each_column(void **state)
{
	static const char *const changes[] = { "time = time + 1",
		"txid = x'00112233445566778899aabbccddeeff'",
		"kind = (kind + 1) % 5", "kind = 77", "kiosk = kiosk || 'x'",
		"debit = debit % 4 + 1", "debit_account = 1 - debit_account",
		"credit = credit % 4 + 1",
		"credit_account = 1 - credit_account", "amount = amount + 1",
		"debit_savings = debit_savings + 1",
		"debit_checking = debit_checking + 1",
		"credit_savings = credit_savings + 1",
		"credit_checking = credit_checking + 1",
		"debit_previous = debit_previous + 1",
		"credit_previous = credit_previous + 1",
		"reverses = CASE WHEN reverses IS NULL THEN 9 ELSE NULL END",
		"chain = zeroblob(32)", "chain = x'00'",
		"memo = coalesce(memo, '') || 'x'",
		"by = coalesce(by, '') || 'x'", "by = ''",
		"reason = coalesce(reason, '') || 'x'" };
	char *directory = small_bank(), sql[256], word[32];
	size_t i;
	int seq;

	(void)state;
	fixture_change(directory,
	    "CREATE TABLE kept AS SELECT * FROM entry;"
	    "DROP INDEX entry_reverses");
	for (seq = 1; seq <= ENTRIES; seq++)
		for (i = 0; i < NELEM(changes); i++) {
			snprintf(sql, sizeof(sql),
			    "UPDATE entry SET %s WHERE seq = %d", changes[i],
			    seq);
			snprintf(word, sizeof(word), "entry %d: ", seq);
			fixture_change(directory, sql);
			expect_damage(directory, sql, word);
			fixture_change(directory,
			    "DELETE FROM entry;"
			    "INSERT INTO entry SELECT * FROM kept");
		}
	fixture_remove(directory);
}

/* What the chain doesn't tell, as it was made anew over it. */
static void
test_behind_the_chain(void **state)
{
	static const struct {
		const char *sql, *word;
	} table[] = {
		{ "amount = amount + 1", "does not add up" },
		{ "debit_checking = debit_checking + 1", "does not add up" },
		{ "kind = 1", "does not add up" },
		{ "debit_previous = debit_previous - 1", "previous" },
		{ "credit_previous = credit_previous - 1", "previous" },
		{ "time = time - 60000", "older" },
		{ "reverses = 9", "no reversal" },
	};
	char *directory, sql[256];

	(void)state;
	for (size_t i = 0; i < NELEM(table); i++) {
		directory = small_bank();
		snprintf(sql, sizeof(sql),
		    "DROP INDEX entry_reverses;"
		    "UPDATE entry SET %s WHERE seq = 12",
		    table[i].sql);
		fixture_change(directory, sql);
		fixture_chain(directory, 12);
		expect_damage(directory, sql, "entry 12: ");
		expect_damage(directory, sql, table[i].word);
		fixture_remove(directory);
	}
}

static void
test_each_row(void **state)
{
	char *directory = small_bank(), sql[512], word[64];
	int a, b;

	(void)state;
	fixture_change(directory, "CREATE TABLE kept AS SELECT * FROM entry");
	for (a = 1; a <= ENTRIES; a++) {
		snprintf(
		    sql, sizeof(sql), "DELETE FROM entry WHERE seq = %d", a);
		snprintf(word, sizeof(word),
		    a < ENTRIES ? "entry %d: missing"
				: "names entry %d, which is missing",
		    a);
		fixture_change(directory, sql);
		expect_damage(directory, sql, word);
		fixture_change(directory,
		    "DELETE FROM entry;"
		    "INSERT INTO entry SELECT * FROM kept");
		for (b = a + 1; b <= ENTRIES; b++) {
			snprintf(sql, sizeof(sql),
			    "UPDATE entry SET seq = -1 WHERE seq = %d;"
			    "UPDATE entry SET seq = %d WHERE seq = %d;"
			    "UPDATE entry SET seq = %d WHERE seq = -1",
			    a, a, b, b);
			snprintf(word, sizeof(word), "entry %d: ", a);
			fixture_change(directory, sql);
			expect_damage(directory, sql, word);
			fixture_change(directory,
			    "DELETE FROM entry;"
			    "INSERT INTO entry SELECT * FROM kept");
		}
	}
	fixture_change(directory,
	    "INSERT INTO entry SELECT 13, time, NULL, kind, kiosk, debit,"
	    " debit_account, credit, credit_account, amount, debit_savings,"
	    " debit_checking, credit_savings, credit_checking, 11, 12, NULL,"
	    " chain, NULL, NULL, NULL FROM entry WHERE seq = 12");
	expect_damage(directory, "added", "entry 13: ");
	fixture_remove(directory);
}

static void
test_accounts_and_pages(void **state)
{
	static const struct {
		const char *sql, *word;
	} table[] = {
		{ "UPDATE account SET savings = savings + 1 WHERE id = 'c1'",
		    "account c1" },
		{ "UPDATE account SET last_seq = 7 WHERE id = 'c1'",
		    "account c1" },
		{ "UPDATE account SET last_seq = 0 WHERE id = 'c1'",
		    "account c1" },
		{ "UPDATE account SET last_seq = 13 WHERE id = 'c1'",
		    "account c1" },
		/* Whose ID it is, each of its entries tells. */
		{ "UPDATE account SET id = 'x' WHERE id = 'c1'", "entry 3: " },
		{ "DELETE FROM account WHERE id = 'c1'", "account 3" },
		{ "INSERT INTO account SELECT 5, 3, 'c9', 1, 0, 0, 1, 0, 0, 0,"
		  " 0, 0, -1, -1, -1, -1, '', '', 0 FROM account WHERE number "
		  "= 1",
		    "account c9" },
		/* An index without its rows would let a txid be used twice. */
		{ "PRAGMA writable_schema = ON;"
		  "CREATE TABLE t (txid BLOB);"
		  "CREATE INDEX i ON t (txid) WHERE txid IS NOT NULL;"
		  "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM"
		  " sqlite_schema WHERE name = 'i') WHERE name = 'entry_txid'",
		    "bank.db: " },
	};
	char *directory;
	size_t i;

	(void)state;
	for (i = 0; i < NELEM(table); i++) {
		directory = small_bank();
		fixture_change(directory, table[i].sql);
		expect_damage(directory, table[i].sql, table[i].word);
		fixture_remove(directory);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_column),
		cmocka_unit_test(test_behind_the_chain),
		cmocka_unit_test(test_each_row),
		cmocka_unit_test(test_accounts_and_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
