/* SPDX-License-Identifier: ISC */
/*
 * Readers of the SQLite store: walks and lists, one moment each, beside a
 * writer that goes on or comes back.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "../../../bankd/store/sqlite/sqlite_reader.h"
#include "../../../bankd/store/sqlite/sqlite_state.h"
#include "../../../bankd/store/store_reader.h"
#include "../../../bankd/store/store_copy.h"
#include "../../../bankd/store/store_verify.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/fault_vfs.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW

struct walk {
	uint64_t seqs[64];
	size_t count, stop_at;
};

static bool
note_entry(void *context, const struct ledger_entry *entry)
{
	struct walk *walk = context;

	walk->seqs[walk->count++] = entry->seq;
	return walk->count != walk->stop_at;
}

static void
expect_walk(struct store_reader *reader, uint32_t number, uint64_t newest,
    uint64_t before, size_t count, size_t stop_at, const char *expected)
{
	struct walk walk = { .stop_at = stop_at };
	char text[512] = "";
	size_t i;

	assert_int_equal(
	    store_reader_walk(reader,
		&(struct store_walk) { number, newest, before, count },
		note_entry, &walk),
	    0);
	for (i = 0; i < walk.count; i++)
		sprintf(text + strlen(text), "%d ", (int)walk.seqs[i]);
	assert_string_equal(text, expected);
}

static void
test_walk(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	struct store_reader *reader;
	uint32_t c0, c1;
	struct walk walk = { 0 };

	fixture_customers(store, 3); /* entries 1 to 6 */
	fixture_transfer(store, "c0", "c1", 1, NOW, NULL, NULL);
	fixture_transfer(store, "c1", "c2", 1, NOW, NULL, NULL);
	fixture_transfer(store, "c0", "c0", 1, NOW, NULL, NULL);
	fixture_transfer(store, "c2", "c0", 1, NOW, NULL, NULL);
	assert_int_equal(store_commit(store), 0);
	c0 = store_account(store, "c0")->number;
	c1 = store_account(store, "c1")->number;
	reader = fixture_reader(*state);
	expect_walk(reader, c0, 10, 0, 100, 0, "10 9 7 2 1 ");
	expect_walk(reader, c0, 10, 0, 2, 0, "10 9 ");
	expect_walk(reader, c0, 10, 9, 2, 0, "7 2 ");
	expect_walk(reader, c0, 10, 8, 2, 0, "7 2 ");
	expect_walk(reader, c0, 10, 1, 2, 0, "");
	expect_walk(reader, c0, 10, 99, 9, 0, "10 9 7 2 1 ");
	expect_walk(reader, c0, 10, 0, 100, 1, "10 ");
	expect_walk(reader, c1, 8, 0, 100, 0, "8 7 4 3 ");
	expect_walk(reader, c1, 0, 0, 100, 0, "");
	/* A walk that begins at another's entry is damage, or a mistake. */
	assert_int_equal(
	    store_reader_walk(reader, &(struct store_walk) { c1, 10, 0, 9 },
		note_entry, &walk),
	    BANK_EDAMAGED);
	store_reader_close(reader);
	store_close(store);
}

/* Entries of three customers, and which of them are the first one's. */
#define MANY 20000
#define PAGE 3
#define STATEMENTS_EACH 3 /* an entry, and the IDs of its two sides */
#define STEPS_MOST (256 * 16)

static uint64_t own[MANY];
static size_t own_count;

static void
make_many(struct store *store)
{
	struct ledger_entry entry;
	int i;

	own_count = 0;
	fixture_customers(store, 3);
	for (i = 0; i < MANY; i++) {
		if (i % 8 == 7)
			fixture_transfer(
			    store, "c2", "c2", 1, NOW, NULL, &entry);
		else
			fixture_transfer(store, i % 2 ? "c0" : "c1",
			    i % 2 ? "c1" : "c0", 1, NOW, NULL, &entry);
		if (i % 8 != 7)
			own[own_count++] = entry.seq;
		if (i % 500 == 499)
			assert_int_equal(store_commit(store), 0);
	}
}

/* A page before this number, which may be anybody's. */
static void
expect_page(
    struct store_reader *reader, const struct ledger_account *c0, uint64_t n)
{
	struct walk walk = { 0 };
	size_t i = own_count;

	while (i > 0 && own[i - 1] >= n)
		i--;
	assert_int_equal(
	    store_reader_walk(reader,
		&(struct store_walk) { c0->number, c0->last_seq, n, PAGE },
		note_entry, &walk),
	    0);
	for (size_t k = 0; k < PAGE && i > k; k++)
		assert_int_equal(walk.seqs[k], own[i - 1 - k]);
}

static int
count_statement(unsigned type, void *context, void *p, void *x)
{
	(void)type;
	(void)p;
	(void)x;
	++*(long *)context;
	return 0;
}

/* The work doesn't grow with how far back it is, whoever's the number is. */
static void
test_walk_from_anywhere(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	const struct ledger_account *c0;
	struct store_reader *reader;
	long statements, most = 0;
	uint64_t n;

	fixture_seed();
	make_many(store);
	c0 = store_account(store, "c0");
	reader = fixture_reader(*state);
	sqlite3_trace_v2(reader->connection.db, SQLITE_TRACE_STMT,
	    count_statement, &statements);
	for (int i = 0; i < 300; i++) {
		n = PAGE + 6 + (uint64_t)random() % (MANY + 20);
		if (i < 100)
			n = own[0] + 7 + 8 * (uint64_t)i; /* old, and c2's */
		statements = 0;
		expect_page(reader, c0, n);
		if (statements > most)
			most = statements;
	}
	print_message("# at most %ld statements for a page\n", most);
	assert_in_range(most, STATEMENTS_EACH * PAGE,
	    STATEMENTS_EACH * (STEPS_MOST + PAGE + 2));
	store_reader_close(reader);
	store_close(store);
}

/* A bank of before: its walks are right, and its next start helps them. */
static void
test_walk_without_milestones(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	struct ledger_account c0;
	struct store_reader *reader;

	make_many(store);
	c0 = *store_account(store, "c0");
	assert_int_equal(store_mark_stopped(store), 0);
	store_close(store);
	fixture_change(*state,
	    "DROP INDEX entry_debit_milestone;"
	    "DROP INDEX entry_credit_milestone");
	reader = fixture_reader(*state);
	for (uint64_t n = 10; n < MANY; n += 1999)
		expect_page(reader, &c0, n);
	store_reader_close(reader);
	store_close(fixture_open(*state, NULL));
	assert_int_equal(fixture_number(*state,
			     "SELECT count(*) FROM sqlite_schema"
			     " WHERE name LIKE 'entry_%_milestone'"),
	    2);
}

struct list {
	uint64_t sum;
	int64_t c0;
	unsigned count, names;
};

static bool
note_account(void *context, const struct ledger_account *account,
    const struct store_reader_holder *holder)
{
	struct list *list = context;

	list->count++;
	list->names += strcmp(holder->name, "A Name") == 0;
	list->sum += (uint64_t)account->cents[0] + (uint64_t)account->cents[1];
	if (strcmp(account->id, "c0") == 0)
		list->c0 = account->cents[1];
	return true;
}

/* What holds a moment keeps a whole checkpoint from its end. */
struct beside {
	struct store *store;
	uint64_t last;
	unsigned count;
};

static bool
checkpoint_beside(struct beside *beside)
{
	int code, pages = -1;

	fixture_transfer(beside->store, "c0", "c1", 1, NOW, NULL, NULL);
	assert_int_equal(store_commit(beside->store), 0);
	code = sqlite3_wal_checkpoint_v2(beside->store->connection.db, "main",
	    SQLITE_CHECKPOINT_TRUNCATE, &pages, NULL);
	assert_int_equal(code, SQLITE_OK);
	assert_int_equal(pages, 0);
	return true;
}

static bool
entry_beside(void *context, const struct ledger_entry *entry)
{
	struct beside *beside = context;

	assert_int_equal(entry->seq, beside->last + 1);
	beside->last = entry->seq;
	beside->count++;
	return checkpoint_beside(beside);
}

static bool
back_beside(void *context, const struct ledger_entry *entry)
{
	struct beside *beside = context;

	assert_true(entry->seq < beside->last);
	beside->last = entry->seq;
	beside->count++;
	return checkpoint_beside(beside);
}

static bool
account_beside(void *context, const struct ledger_account *account,
    const struct store_reader_holder *holder)
{
	struct beside *beside = context;

	assert_int_equal(account->number, ++beside->count);
	assert_int_equal(
	    strcmp(holder->name, "A Name") == 0, account->line >= 0);
	return checkpoint_beside(beside);
}

/* Who takes what is read may wait; the bank's log begins anew meanwhile. */
static void
test_no_moment_while_others_wait(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	struct beside beside = { .store = store };
	struct store_reader *reader;
	uint64_t last;
	uint32_t c0;

	fixture_customers(store, 300); /* entries 1 to 600 */
	store_commit(store);
	reader = fixture_reader(*state);
	assert_int_equal(
	    store_reader_entries(reader, 0, entry_beside, &beside), 0);
	/* Of the moment in which it began, though more came. */
	assert_int_equal(beside.count, 600);
	beside.count = 0;
	beside.last = UINT64_MAX;
	assert_int_equal(
	    store_reader_entries_back(reader, 0, back_beside, &beside), 0);
	assert_int_equal(beside.count, 600 + 600);
	beside.count = 0;
	assert_int_equal(
	    store_reader_accounts(reader, account_beside, &beside), 0);
	assert_int_equal(beside.count, 301);
	c0 = store_account(store, "c0")->number;
	last = store_account(store, "c0")->last_seq;
	beside.count = 0;
	beside.last = last + 1;
	assert_int_equal(store_reader_walk(reader,
			     &(struct store_walk) { c0, last, 0, 10000 },
			     back_beside, &beside),
	    0);
	assert_int_equal(beside.count, 2 + 600 + 1200 + 301);
	store_reader_close(reader);
	store_close(store);
}

/* Rows that are written back late are no excuse for old balances. */
static void
test_accounts(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	struct store_reader *reader;
	struct list list = { 0 };

	fixture_customers(store, 40);
	fixture_transfer(store, "c0", "c1", 5, NOW, NULL, NULL);
	store_commit(store);
	reader = fixture_reader(*state);
	fixture_transfer(store, "c0", "c1", 7, NOW, NULL, NULL);
	store_commit(store);
	fixture_transfer(store, "c0", "c1", 70, NOW, NULL, NULL);
	assert_int_equal(store_reader_accounts(reader, note_account, &list), 0);
	assert_int_equal(list.count, 41);
	assert_int_equal(list.names, 40);
	assert_int_equal(list.sum, 0);
	assert_int_equal(list.c0, 100000 - 12);
	store_abort(store);
	store_reader_close(reader);
	store_close(store);
}

static void
test_no_bank(void **state)
{
	struct store_reader *reader;
	char error[512];

	assert_int_not_equal(
	    store_reader_open(&reader, *state, error, sizeof(error)), 0);
	assert_null(reader);
	assert_non_null(strstr(error, "bank.db"));
}

static atomic_bool stop_reading;

static void *
read_on(void *context)
{
	struct store_reader *reader = fixture_reader(context);
	struct list list;
	uint64_t last = 0;
	struct store_heads heads;
	char error[512];
	uintptr_t rounds = 0;

	while (!stop_reading || rounds < 2) {
		list = (struct list) { 0 };
		if (store_reader_accounts(reader, note_account, &list) != 0 ||
		    list.sum != 0)
			return NULL;
		if (store_reader_verify(reader, &heads, error, sizeof(error)) !=
			0 ||
		    heads.seq < last) {
			fprintf(stderr, "%s\n", error);
			return NULL;
		}
		last = heads.seq;
		rounds++;
	}
	store_reader_close(reader);
	return (void *)rounds;
}

/*
 * A reader beside the writer, whose vault dies and comes back under it (the
 * WAL gets a new inode each time): each moment is one moment.
 */
static void
test_beside_a_writer(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	pthread_t thread;
	void *rounds;
	int i, j;

	stop_reading = false;
	fixture_customers(store, 50);
	assert_int_equal(pthread_create(&thread, NULL, read_on, *state), 0);
	for (i = 0; i < 6; i++) {
		for (j = 0; j < 100; j++) {
			fixture_transfer(store, "c0", "c1", 1,
			    store_newest_ms(store), NULL, NULL);
			fixture_transfer(store, "c1", "c2", 1,
			    store_newest_ms(store), NULL, NULL);
			assert_int_equal(store_commit(store), 0);
		}
		if (i % 3 == 0)
			store_mark_stopped(store);
		store_close(store);
		store = fixture_open(*state, NULL);
	}
	stop_reading = true;
	pthread_join(thread, &rounds);
	assert_non_null(rounds);
	store_close(store);
}

struct restart {
	struct store *store;
	const char *directory;
};

static void
restart(void *context)
{
	struct restart *restart = context;
	int i;

	store_close(restart->store);
	restart->store = fixture_open(restart->directory, NULL);
	/* Past the end of the WAL that the reader has, its first page too. */
	for (i = 0; i < 100; i++) {
		fixture_transfer(
		    restart->store, "c0", "c1", 1, NOW, NULL, NULL);
		assert_int_equal(store_commit(restart->store), 0);
	}
}

static int
ask_accounts(struct store_reader *reader)
{
	struct list list = { 0 };
	int error = store_reader_accounts(reader, note_account, &list);

	if (error == 0 && (list.count != 3 || list.sum != 0))
		error = BANK_EINVAL;
	return error;
}

static int
ask_proof(struct store_reader *reader)
{
	struct store_heads heads;
	char error[512];

	return store_reader_verify(reader, &heads, error, sizeof(error));
}

static int
ask_copy(struct store_reader *reader)
{
	char path[] = "/tmp/test-store-copy-XXXXXX", error[512];
	int fd = mkstemp(path), result;

	assert_int_not_equal(fd, -1);
	close(fd);
	result = store_reader_copy(reader, path, error, sizeof(error));
	unlink(path);
	/* It may ask to be asked again, in these words. */
	if (result == BANK_EAGAIN && strstr(error, "try again") != NULL)
		return 0;
	return result;
}

/*
 * The vault comes back at the nth lock that a question of the reader's asks
 * for, so also between the look at the WAL and the first read: what that
 * reads is of no moment, and no damage either.  False when there is none.
 */
static bool
restart_during(int (*ask)(struct store_reader *reader), long nth)
{
	char *directory = fixture_directory();
	struct restart back = { .directory = directory };
	struct store_reader *reader;
	bool came;
	int error;

	back.store = fixture_open(directory, NULL);
	fixture_customers(back.store, 2);
	assert_int_equal(store_commit(back.store), 0);
	reader = fixture_reader(directory);
	fault_vfs.context = &back;
	fault_vfs.locks = nth;
	fault_vfs.at_lock = restart;
	error = ask(reader);
	came = fault_vfs.at_lock == NULL;
	fault_vfs.at_lock = NULL;
	if (error != 0)
		fail_msg("at lock %ld: %s", nth, bank_strerror(error));
	store_reader_close(reader);
	store_close(back.store);
	fixture_remove(directory);
	return came;
}

static void
test_restart_at_each_lock(void **state)
{
	static int (*const asks[])(struct store_reader *
	    reader) = { ask_accounts, ask_proof, ask_copy };
	long nth;

	(void)state;
	for (size_t i = 0; i < NELEM(asks); i++) {
		for (nth = 0; restart_during(asks[i], nth); nth++)
			continue;
		assert_true(nth > 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_walk),
		FIXTURE_TEST(test_walk_from_anywhere),
		FIXTURE_TEST(test_walk_without_milestones),
		FIXTURE_TEST(test_accounts),
		FIXTURE_TEST(test_no_moment_while_others_wait),
		FIXTURE_TEST(test_no_bank),
		FIXTURE_TEST(test_restart_at_each_lock),
		FIXTURE_TEST(test_beside_a_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
