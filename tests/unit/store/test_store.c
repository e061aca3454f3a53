/* SPDX-License-Identifier: ISC */
/*
 * What bankd/store's headers promise to a vault, over the journal in files and
 * over the shared one: batches, look-ups, what is there when the store is
 * opened again, and after each kind of end.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../../../bankd/store/store_find.h"
#include "../../../bankd/store/store_kiosks.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW

static void
txid_at(uint8_t txid[WIRE_TXID_SIZE], uint64_t time_ms, uint8_t tail)
{
	memset(txid, tail, WIRE_TXID_SIZE);
	put_u64(txid, time_ms << 16 | tail);
}

/* As after a kill. */
static struct store *
reopen(struct store *store, const char *directory)
{
	store_close(store);
	return fixture_open(directory, NULL);
}

static void
test_lines(void **state)
{
	struct store *store = fixture_open(*state, NULL);

	fixture_customers(store, 3);
	assert_int_equal(store_lines(store), 3);
	assert_int_equal(store_account(store, ":cash/x")->line, -1);
	assert_int_equal(store_account(store, "c2")->line, 2);
	assert_string_equal(store_account_by_line(store, 1)->id, "c1");
	assert_null(store_account_by_line(store, 3));
	store_close(store);
}

/* Nobody sees what is in a batch, and an abort leaves nothing of it. */
static void
test_abort(void **state)
{
	const char *ids[] = { "c0", "nobody", "c0", ":cash/x" };
	struct ledger_account *accounts[4], *again, *new;
	struct store *store = fixture_open(*state, NULL);
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE];

	fixture_customers(store, 3);
	assert_int_equal(store_begin(store, ids, 4, accounts), 0);
	assert_null(accounts[1]);
	assert_ptr_equal(accounts[0], accounts[2]);
	assert_false(store_dirty(store));
	assert_int_equal(store_begin(store, ids, 1, &again), 0);
	assert_ptr_equal(again, accounts[0]);
	assert_int_equal(
	    fixture_transfer(store, "c0", "c1", 5, NOW, NULL, NULL), 0);
	assert_int_equal(accounts[0]->cents[1], 99995);
	assert_true(store_dirty(store));
	assert_int_equal(store_account(store, "c0")->cents[1], 100000);
	assert_int_equal(store_last_seq(store), 6);

	assert_int_equal(
	    store_account_new(store, "new", "N", "h", NOW, &new), 0);
	assert_int_equal(new->line, 3);
	assert_null(store_account(store, "new"));
	ids[0] = "new";
	assert_int_equal(store_begin(store, ids, 1, &again), 0);
	assert_ptr_equal(again, new);
	assert_int_equal(store_set_hash(store, accounts[0], "other"), 0);
	store_abort(store);

	assert_int_equal(store_lines(store), 3);
	assert_null(store_account(store, "new"));
	assert_int_equal(
	    store_account_texts(store, store_account(store, "c0"), name, hash),
	    0);
	assert_string_equal(hash, "hash");
	assert_string_equal(name, "A Name");
	store_close(store);
}

static void
test_commit(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	struct ledger_account *new, *again;

	fixture_customers(store, 3);
	assert_int_equal(
	    store_account_new(store, "new", "O", "o", NOW, &new), 0);
	store_abort(store);
	assert_int_equal(
	    store_account_new(store, "c0", "", "", NOW, &new), BANK_EEXIST);
	assert_int_equal(
	    store_account_new(store, "new", "N", "h", NOW, &new), 0);
	assert_int_equal(
	    store_account_new(store, "new", "", "", NOW, &again), BANK_EEXIST);
	assert_int_equal(
	    fixture_transfer(store, "c0", "new", 7, NOW, NULL, NULL), 0);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(store_account(store, "new")->cents[1], 7);
	assert_int_equal(store_account(store, "new")->last_seq, 7);
	assert_int_equal(store_last_seq(store), 7);

	store = reopen(store, *state);
	assert_int_equal(store_account(store, "new")->cents[1], 7);
	assert_int_equal(store_account(store, "c0")->cents[1], 99993);
	store_close(store);
	assert_int_equal(fixture_verify(*state), 7);
}

static void
test_urgent_rows(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	const char *id = "c0";
	struct ledger_account *account;
	uint64_t newest;

	fixture_customers(store, 1);
	store_begin(store, &id, 1, &account);
	account->last_login_ms = NOW + 7;
	account->own_limit[2] = 55;
	assert_true(store_dirty(store));
	assert_int_equal(store_commit(store), 0);
	newest = store_newest_ms(store);
	assert_int_equal(newest, NOW + 7);
	store = reopen(store, *state);
	assert_int_equal(store_account(store, "c0")->last_login_ms, NOW + 7);
	assert_int_equal(store_account(store, "c0")->own_limit[2], 55);
	assert_true(store_newest_ms(store) >= newest);
	store_close(store);
}

/* Nothing but the row tells of it. */
static void
test_closed_is_urgent(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	const char *id = "nil";
	struct ledger_account *account;

	fixture_customers(store, 1);
	assert_int_equal(
	    store_account_new(store, "nil", "N", "h", NOW, &account), 0);
	assert_int_equal(store_commit(store), 0);
	store_begin(store, &id, 1, &account);
	account->closed_ms = NOW + 7;
	account->changed = true;
	assert_true(store_dirty(store));
	assert_int_equal(store_commit(store), 0);
	store = reopen(store, *state);
	assert_int_equal(store_account(store, "nil")->closed_ms, NOW + 7);
	store_close(store);
}

static void
test_txids(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	const struct ledger_account *c0, *c1;
	struct ledger_entry entry;
	uint8_t a[16], b[16], old[16];
	bool settled;

	txid_at(a, NOW, 1);
	txid_at(b, NOW, 2);
	txid_at(old, NOW - 1000, 3);
	fixture_customers(store, 2);
	c0 = store_account(store, "c0");
	c1 = store_account(store, "c1");
	fixture_transfer(store, "c0", "c1", 5, NOW, a, NULL);
	/* In the open batch already; and another's txid is another one. */
	assert_int_equal(store_find_txid(store, c0, a, &entry, &settled), 0);
	assert_int_equal(
	    store_find_txid(store, c1, a, &entry, &settled), BANK_ENOTFOUND);
	fixture_transfer(store, "c1", "c0", 9, NOW, a, NULL);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(store_find_txid(store, c1, a, &entry, &settled), 0);
	assert_int_equal(entry.amount_cents, 9);
	assert_string_equal(entry.debit.id, "c1");
	assert_string_equal(entry.kiosk, "lobby");
	assert_int_equal(store_find_txid(store, c0, a, &entry, &settled), 0);
	assert_int_equal(entry.amount_cents, 5);
	assert_false(settled);

	assert_int_equal(store_settle(store, c0, old, 0), 0);
	assert_int_equal(store_settle(store, c0, old, 0), 0);
	assert_int_equal(store_settle(store, c0, b, NOW - 1000), 0);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(
	    store_find_txid(store, c0, old, &entry, &settled), BANK_ENOTFOUND);
	assert_true(settled);
	assert_int_equal(
	    store_find_txid(store, c0, b, &entry, &settled), BANK_ENOTFOUND);
	assert_true(settled);
	assert_int_equal(
	    store_find_txid(store, c1, b, &entry, &settled), BANK_ENOTFOUND);
	assert_false(settled);
	/* Older than `stale`: gone; not before. */
	store_settle(store, c1, b, NOW - 999);
	store_commit(store);
	assert_int_equal(
	    store_find_txid(store, c0, old, &entry, &settled), BANK_ENOTFOUND);
	assert_false(settled);
	store = reopen(store, *state);
	store_find_txid(store, store_account(store, "c0"), b, &entry, &settled);
	assert_true(settled);
	store_close(store);
}

static void
test_reversal(void **state)
{
	struct ledger_limits limits = { .limit = {
					    1, 1, 100000, 100000, 1000000 } };
	struct store *store = fixture_open(*state, NULL);
	const char *ids[] = { ":cash/x", "c0" };
	struct ledger_account *accounts[2];
	struct ledger_entry out = { .kind = LEDGER_WITHDRAW,
		.amount_cents = 300 };
	struct ledger_entry back = { 0 }, found;
	struct ledger_rules rules = { .limits = &limits, .now_ms = NOW };

	fixture_customers(store, 1);
	store_begin(store, ids, 2, accounts);
	assert_int_equal(
	    ledger_book(&out, (struct ledger_leg) { accounts[1], WIRE_SAVINGS },
		(struct ledger_leg) { accounts[0], WIRE_SAVINGS }, &rules),
	    WIRE_DONE);
	assert_int_equal(
	    store_append(store, &out, accounts[1], accounts[0]), 0);
	assert_int_equal(
	    store_find_reversal(store, out.seq, &found), BANK_ENOTFOUND);
	assert_int_equal(
	    ledger_reverse(&back, &out, accounts[0], accounts[1], &rules),
	    WIRE_DONE);
	assert_int_equal(
	    store_append(store, &back, accounts[0], accounts[1]), 0);
	assert_int_equal(store_find_reversal(store, out.seq, &found), 0);
	assert_int_equal(found.seq, back.seq);
	assert_int_equal(store_commit(store), 0);
	/* Replayed, day's sums too. */
	store = reopen(store, *state);
	assert_int_equal(store_account(store, "c0")->day_withdraw, 0);
	assert_int_equal(store_account(store, "c0")->cents[0], 100000);
	assert_int_equal(store_find_seq(store, back.seq, &found), 0);
	assert_int_equal(found.reverses, out.seq);
	assert_int_equal(store_find_seq(store, 99, &found), BANK_ENOTFOUND);
	store_close(store);
	assert_int_equal(fixture_verify(*state), 4);
}

static void
note_kiosk(void *context, const struct store_kiosk *kiosk)
{
	char *text = context;

	sprintf(text + strlen(text), "%s:%d:%d:%d ", kiosk->name,
	    kiosk->public_key[31], kiosk->cash, kiosk->revoked);
}

static void
test_kiosks(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	struct store_kiosk b = { .name = "b", .public_key = { [31] = 7 } };
	struct store_kiosk a = { .name = "a", .cash = true };
	char text[100] = "";

	store_kiosk_put(store, &b);
	store_kiosk_put(store, &a);
	store_commit(store);
	b.revoked = true;
	store_kiosk_put(store, &b);
	store_commit(store);
	store = reopen(store, *state);
	assert_int_equal(store_kiosk_each(store, note_kiosk, text), 0);
	assert_string_equal(text, "a:0:1:0 b:7:0:1 ");
	store_close(store);
}

static void
test_time(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	uint64_t given;

	store_mark_running(store);
	fixture_customers(store, 1);
	assert_int_equal(store_newest_ms(store), NOW);
	store_note_time(store, NOW + 500);
	store_note_time(store, NOW + 400);
	given = store_newest_ms(store);
	assert_int_equal(given, NOW + 500);
	assert_false(store_dirty(store));
	assert_int_equal(store_commit(store), 0);
	/* Some of it is written ahead. */
	store_note_time(store, given += 90);
	assert_int_equal(store_commit(store), 0);
	store_note_time(store, given += 90);
	store = reopen(store, *state);
	assert_true(store_newest_ms(store) >= given);
	given = store_newest_ms(store) + 5000;
	store_note_time(store, given);
	assert_int_equal(store_commit(store), 0);
	store = reopen(store, *state);
	assert_true(store_newest_ms(store) >= given);
	given = store_newest_ms(store) + 700;
	store_note_time(store, given);
	store_mark_stopped(store);
	store = reopen(store, *state);
	assert_int_equal(store_newest_ms(store), given);
	store_close(store);
}

static int
count_text(void *context, const struct ledger_account *account,
    const char *name, const char *hash)
{
	int *lines = context;

	assert_int_equal(account->line, (*lines)++);
	assert_string_equal(name, "A Name");
	assert_string_equal(hash, "hash");
	return 0;
}

static void
test_texts(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	int lines = 0;

	fixture_customers(store, 1500);
	assert_int_equal(store_texts_each(store, count_text, &lines), 0);
	assert_int_equal(lines, 1500);
	store_close(store);
}

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_lines),
		FIXTURE_TEST(test_abort),
		FIXTURE_TEST(test_commit),
		FIXTURE_TEST(test_urgent_rows),
		FIXTURE_TEST(test_closed_is_urgent),
		FIXTURE_TEST(test_txids),
		FIXTURE_TEST(test_reversal),
		FIXTURE_TEST(test_kiosks),
		FIXTURE_TEST(test_time),
		FIXTURE_TEST(test_texts),
		FIXTURE_TEST(test_ends),
	};
	int failed = cmocka_run_group_tests_name("file", tests, NULL, NULL);

	setenv("JOURNAL", "shared", 1);
	return failed +
	    cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
