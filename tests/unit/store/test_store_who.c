/* SPDX-License-Identifier: ISC */
/*
 * Who did it, and why: texts of an entry and audit records are kept, come back
 * by the journal, are proven, and a bank of the schema before gets room for
 * them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/store/store_audits.h"
#include "../../../bankd/store/store_reader.h"
#include "../../../bankd/store/store_serve.h"
#include "../../../bankd/store/store_verify.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/money.h"
#include "../../../shared/base/util.h"
#include "../../lib/store_fixture.h"

static void
transfer(struct store *store, const char *memo, const char *by)
{
	const char *const ids[2] = { "c0", "c1" };
	struct ledger_account *accounts[2];
	struct ledger_entry entry = {
		.kind = LEDGER_TRANSFER, .amount_cents = 7, .kiosk = "lobby"
	};
	const struct ledger_limits limits = { { MONEY_MAX_CENTS,
	    MONEY_MAX_CENTS, MONEY_MAX_CENTS, MONEY_MAX_CENTS,
	    MONEY_MAX_CENTS } };
	struct ledger_rules rules = { .limits = &limits,
		.now_ms = FIXTURE_NOW + 1 };

	string_copy(entry.memo, memo, sizeof(entry.memo));
	string_copy(entry.by, by, sizeof(entry.by));
	if (by[0] != '\0')
		string_copy(entry.reason, "cash count", sizeof(entry.reason));
	assert_int_equal(store_begin(store, ids, 2, accounts), 0);
	assert_int_equal(
	    ledger_book(&entry,
		(struct ledger_leg) { accounts[0], WIRE_CHECKING },
		(struct ledger_leg) { accounts[1], WIRE_CHECKING }, &rules),
	    WIRE_DONE);
	assert_int_equal(
	    store_append(store, &entry, accounts[0], accounts[1]), 0);
}

static void
note(struct store *store, const char *verb, uint64_t seq)
{
	struct audit audit = { .time_ms = FIXTURE_NOW + 2,
		.by = "1001:ann",
		.about = "c0",
		.reason = "lost card",
		.seq = seq };

	string_copy(audit.verb, verb, sizeof(audit.verb));
	assert_int_equal(store_audit(store, &audit), 0);
}

struct seen {
	unsigned memos, by, audits;
	struct audit last;
};

static bool
see_entry(void *context, const struct ledger_entry *entry)
{
	struct seen *seen = context;

	seen->memos += strcmp(entry->memo, "rent") == 0;
	seen->by += strcmp(entry->by, "1001:ann") == 0 &&
	    strcmp(entry->reason, "cash count") == 0;
	return true;
}

static bool
see_audit(void *context, const struct audit *audit)
{
	struct seen *seen = context;

	assert_int_equal(audit->number, ++seen->audits);
	seen->last = *audit;
	return true;
}

static struct seen
look(const char *directory)
{
	struct store_reader *reader = fixture_reader(directory);
	struct seen seen = { 0 };

	assert_int_equal(store_reader_entries(reader, 0, see_entry, &seen), 0);
	assert_int_equal(store_reader_audits(reader, 0, see_audit, &seen), 0);
	store_reader_close(reader);
	return seen;
}

/* Three entries and two audit records, of which bank.db has none yet. */
static void
bank_behind(const char *directory)
{
	struct store *store = fixture_open(directory, NULL);

	if (store_last_seq(store) == 0) {
		fixture_customers(store, 2);
		assert_int_equal(store_commit(store), 0);
	}
	assert_int_equal(store_serve(store, false), 0);
	transfer(store, "", "");
	transfer(store, "rent", "");
	transfer(store, "", "1001:ann");
	note(store, "deposit", store_last_seq(store) + 3);
	note(store, "lock", 0);
	assert_int_equal(store_commit(store), 0);
	store_close(store);
}

static void
must_be_whole(const char *directory)
{
	struct seen seen = look(directory);

	assert_int_equal(seen.memos, 1);
	assert_int_equal(seen.by, 1);
	assert_int_equal(seen.audits, 2);
	assert_string_equal(seen.last.verb, "lock");
	assert_string_equal(seen.last.by, "1001:ann");
	assert_string_equal(seen.last.about, "c0");
	assert_string_equal(seen.last.detail, "");
	assert_string_equal(seen.last.reason, "lost card");
	(void)fixture_verify(directory);
}

static void
test_by_the_journal(void **state)
{
	char *directory = *state;

	bank_behind(directory);
	assert_int_equal(look(directory).audits, 0);
	store_close(fixture_open(directory, NULL));
	must_be_whole(directory);
}

/* The next record goes on from the newest, whoever opens the bank. */
static void
test_goes_on(void **state)
{
	char *directory = *state;
	struct store *store;

	bank_behind(directory);
	for (unsigned i = 3; i <= 4; i++) {
		store = fixture_open(directory, NULL);
		note(store, "unlock", 0);
		store_abort(store);
		note(store, "unlock", 0);
		assert_int_equal(store_commit(store), 0);
		store_close(store);
		assert_int_equal(look(directory).audits, i);
		(void)fixture_verify(directory);
	}
}

static void
expect_damage(const char *directory, const char *sql, const char *word)
{
	struct store_reader *reader;
	struct store_heads heads;
	char error[512];

	fixture_change(directory, sql);
	reader = fixture_reader(directory);
	assert_int_equal(
	    store_reader_verify(reader, &heads, error, sizeof(error)),
	    BANK_EDAMAGED);
	if (strstr(error, word) == NULL)
		fail_msg("%s: no `%s` in: %s", sql, word, error);
	store_reader_close(reader);
	fixture_change(directory,
	    "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept");
}

static void
test_each_column_is_proven(void **state)
{
	static const char *const changes[] = { "time = time + 1", "by = 'x'",
		"verb = verb || 'x'", "about = NULL", "detail = 'x'",
		"reason = 'found'", "seq = 1 - seq", "of = 1", "chain = x'00'",
		"chain = zeroblob(32)", "verb = ''" };
	char *directory = *state, sql[128];

	bank_behind(directory);
	store_close(fixture_open(directory, NULL));
	fixture_change(directory, "CREATE TABLE kept AS SELECT * FROM audit");
	for (size_t i = 0; i < NELEM(changes); i++) {
		snprintf(sql, sizeof(sql),
		    "UPDATE audit SET %s WHERE number = 2", changes[i]);
		expect_damage(directory, sql, "audit record 2: ");
	}
	expect_damage(directory, "DELETE FROM audit WHERE number = 1",
	    "audit record 1: missing");
	(void)fixture_verify(directory);
}

/* What the bankd before this one left, by the tables alone. */
static void
make_older(const char *directory)
{
	fixture_change(directory,
	    "ALTER TABLE entry DROP COLUMN memo;"
	    "ALTER TABLE entry DROP COLUMN by;"
	    "ALTER TABLE entry DROP COLUMN reason;"
	    "DROP TABLE audit;"
	    "ALTER TABLE account DROP COLUMN must_change;"
	    "DROP TABLE stock;"
	    "UPDATE meta SET value = 3 WHERE key = 'schema'");
}

static void
test_older_bank(void **state)
{
	char *directory = *state;
	struct store *store = fixture_open(directory, NULL);
	struct store_reader *reader;
	struct store_heads heads;
	char error[512];
	bool has_log;

	fixture_customers(store, 2);
	assert_int_equal(store_commit(store), 0);
	store_close(store);
	make_older(directory);
	/* Who only looks proves it, and leaves it as it was. */
	assert_int_equal(store_reader_open_still(&reader, directory, &has_log,
			     error, sizeof(error)),
	    0);
	assert_int_equal(
	    store_reader_verify(reader, &heads, error, sizeof(error)), 0);
	assert_true(heads.seq > 0 && heads.audits == 0);
	store_reader_close(reader);
	assert_int_equal(fixture_number(directory,
			     "SELECT value FROM meta WHERE key = 'schema'"),
	    3);
	bank_behind(directory);
	store_close(fixture_open(directory, NULL));
	must_be_whole(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_by_the_journal),
		FIXTURE_TEST(test_goes_on),
		FIXTURE_TEST(test_each_column_is_proven),
		FIXTURE_TEST(test_older_bank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
