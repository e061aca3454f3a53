/* SPDX-License-Identifier: ISC */
/*
 * The SQLite store when things fail: kill -9 at random moments, a full disk
 * and I/O errors at every write, sync and truncation, a WAL that must be
 * copied.  What was acknowledged is there, what wasn't is whole or absent.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "../../../bankd/store/store_attempts.h"
#include "../../../bankd/store/store_kiosks.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/fault_vfs.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW
#define CUSTOMERS 300
#define KILLS 25

/* Batches for ever; after each commit its head goes down the pipe. */
static void
live(const char *directory, int acknowledge)
{
	struct store *store = fixture_open(directory, NULL);
	char from[24], to[24];
	uint64_t now = store_newest_ms(store), seq;
	long i, n, x, y;

	for (;;) {
		n = 1 + random() % 60;
		for (i = 0; i < n; i++) {
			x = random() % CUSTOMERS;
			y = (x + 1) % CUSTOMERS;
			snprintf(from, sizeof(from), "c%ld", x);
			snprintf(to, sizeof(to), "c%ld", y);
			if (store_account(store, from)->cents[1] < 100)
				continue;
			if (fixture_transfer(
				store, from, to, 1, now++, NULL, NULL) != 0)
				_exit(1);
		}
		if (store_commit(store) != 0)
			_exit(1);
		seq = store_last_seq(store);
		if (write(acknowledge, &seq, sizeof(seq)) != sizeof(seq))
			_exit(1);
	}
}

/* The last head that the child acknowledged before it was killed. */
static uint64_t
live_and_die(const char *directory)
{
	int ends[2], status;
	long commits = 1 + random() % 40;
	uint64_t seq = 0, next;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		live(directory, ends[1]);
	}
	close(ends[1]);
	while (
	    commits-- > 0 && read(ends[0], &next, sizeof(next)) == sizeof(next))
		seq = next;
	/* Anywhere within the next batches. */
	poll(NULL, 0, (int)(random() % 8));
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	while (read(ends[0], &next, sizeof(next)) == sizeof(next))
		seq = next;
	close(ends[0]);
	assert_true(WIFSIGNALED(status));
	return seq;
}

static void
test_kill(void **state)
{
	struct store *store;
	enum store_end end;
	uint64_t seq;
	int i;

	fault_vfs_skip_syncs(false);
	store = fixture_open(*state, NULL);
	fixture_seed();
	store_mark_running(store);
	fixture_customers(store, CUSTOMERS);
	store_close(store);
	for (i = 0; i < KILLS; i++) {
		seq = live_and_die(*state);
		if (i % 5 == 0)
			assert_true(fixture_verify(*state) >= seq);
		store = fixture_open(*state, &end);
		assert_int_equal(end, STORE_BROKEN);
		assert_true(store_last_seq(store) >= seq);
		seq = store_last_seq(store);
		if (i % 7 == 0)
			store_mark_stopped(store), store_mark_running(store);
		store_close(store);
		assert_int_equal(fixture_verify(*state), seq);
	}
}

/* One batch of everything that a batch can write. */
static int
rich_batch(struct store *store)
{
	struct store_attempt attempt = {
		.key = { 1 }, .count = 1, .time_ms = NOW
	};
	struct store_attempt owned = {
		.owner = 2, .key = { 1 }, .count = 1, .time_ms = NOW
	};
	struct store_kiosk kiosk = { .name = "k" };
	const char *id = "c3";
	struct ledger_account *new, *c3;
	uint8_t txid[16] = { 1 };
	char from[24];
	int error, i;

	error = store_account_new(store, "new", "", "h", NOW, &new);
	for (i = 0; error == 0 && i < 100; i++) {
		snprintf(from, sizeof(from), "c%d", i);
		error =
		    fixture_transfer(store, from, "new", 1, NOW, txid, NULL);
	}
	if (error == 0)
		error = store_begin(store, &id, 1, &c3);
	if (error == 0) {
		c3->last_login_ms = NOW;
		error = store_set_hash(store, c3, "changed");
	}
	if (error == 0)
		error = store_settle(store, c3, txid, 0);
	if (error == 0)
		error = store_attempt_put(store, &attempt);
	if (error == 0)
		error = store_attempt_put(store, &owned);
	if (error == 0)
		error = store_kiosk_put(store, &kiosk);
	if (error != 0) {
		store_abort(store);
		return error;
	}
	return store_commit(store);
}

static void
expect_before(struct store *store)
{
	struct store_attempt attempt = { .owner = 2, .key = { 1 } };
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE];

	assert_int_equal(store_last_seq(store), 2 * CUSTOMERS);
	assert_null(store_account(store, "new"));
	assert_int_equal(store_account(store, "c7")->cents[1], 100000);
	assert_int_equal(store_account(store, "c3")->last_login_ms, 0);
	assert_int_equal(store_attempt_get(store, &attempt), 0);
	assert_int_equal(attempt.count, 0);
	store_account_texts(store, store_account(store, "c3"), name, hash);
	assert_string_equal(hash, "hash");
}

static void
expect_after(struct store *store)
{
	assert_int_equal(store_last_seq(store), 2 * CUSTOMERS + 100);
	assert_int_equal(store_account(store, "new")->cents[1], 100);
	assert_int_equal(store_account(store, "c7")->cents[1], 99999);
	assert_int_equal(store_account(store, "c3")->last_login_ms, NOW);
}

/*
 * An error at the nth call: BANK_EIO, and then the files aren't touched
 * again, whatever is asked; a new open has the state before or after.
 */
static void
io_errors(enum fault_call call, int code, int error)
{
	struct store *store;
	struct ledger_account *account;
	const char *id = "c0";
	char *directory;
	long nth, after;
	int result = BANK_EIO;

	for (nth = 1; result != 0; nth++) {
		assert_true(nth < 1000);
		directory = fixture_directory();
		fault_vfs_set(call, 0, SQLITE_OK, 0);
		store = fixture_open(directory, NULL);
		fixture_customers(store, CUSTOMERS);
		fault_vfs_set(call, nth, code, error);
		result = rich_batch(store);
		if (result != 0) {
			assert_int_equal(result, BANK_EIO);
			after = fault_vfs.after;
			assert_int_equal(
			    store_begin(store, &id, 1, &account), BANK_EIO);
			assert_int_equal(rich_batch(store), BANK_EIO);
			assert_int_equal(store_commit(store), BANK_EIO);
			assert_int_equal(store_mark_stopped(store), BANK_EIO);
			assert_int_equal(store_mark_running(store), BANK_EIO);
			store_close(store);
			assert_int_equal(fault_vfs.after, after);
			assert_int_equal(after, 0);
			fault_vfs_set(call, 0, SQLITE_OK, 0);
			store = fixture_open(directory, NULL);
		}
		if (store_last_seq(store) == 2 * CUSTOMERS)
			expect_before(store);
		else
			expect_after(store);
		store_close(store);
		fixture_verify(directory);
		fixture_remove(directory);
	}
	assert_true(nth > (call == FAULT_SYNC ? 1 : 10));
}

/*
 * The batch is in the journal by then; room in bank.db's log was made before
 * it was proposed.  Who finds none nevertheless has to start anew.
 */
static void
test_full_disk(void **state)
{
	(void)state;
	io_errors(FAULT_WRITE, SQLITE_FULL, ENOSPC);
}

static void
test_quota(void **state)
{
	(void)state;
	io_errors(FAULT_WRITE, SQLITE_IOERR_WRITE, EDQUOT);
}

static void
test_write_errors(void **state)
{
	(void)state;
	io_errors(FAULT_WRITE, SQLITE_IOERR_WRITE, EIO);
}

static void
test_sync_errors(void **state)
{
	(void)state;
	io_errors(FAULT_SYNC, SQLITE_IOERR_FSYNC, EIO);
}

/* No code and errno make a failed sync a full disk. */
static void
test_sync_without_room(void **state)
{
	struct store *store = fixture_open(*state, NULL);

	fixture_customers(store, CUSTOMERS);
	fault_vfs_set(FAULT_SYNC, 1, SQLITE_IOERR_FSYNC, ENOSPC);
	assert_int_equal(rich_batch(store), BANK_EIO);
	store_close(store);
}

/* Every call of an open after a broken end may fail; the next one works. */
static void
test_errors_in_recovery(void **state)
{
	static const struct {
		enum fault_call call;
		int code, error, expected;
	} table[] = {
		{ FAULT_WRITE, SQLITE_IOERR_WRITE, EIO, BANK_EIO },
		{ FAULT_WRITE, SQLITE_FULL, ENOSPC, BANK_ENOSPC },
		{ FAULT_SYNC, SQLITE_IOERR_FSYNC, EIO, BANK_EIO },
		{ FAULT_TRUNCATE, SQLITE_IOERR_TRUNCATE, EIO, BANK_EIO },
	};
	char *directory, error[512];
	struct store *store;
	enum store_end end;
	size_t i;
	long nth;
	int result;

	(void)state;
	for (i = 0; i < NELEM(table); i++)
		for (nth = 1, result = -1; result != 0; nth++) {
			assert_true(nth < 200);
			directory = fixture_directory();
			fault_vfs_set(FAULT_WRITE, 0, SQLITE_OK, 0);
			store = fixture_open(directory, NULL);
			store_mark_running(store);
			fixture_customers(store, CUSTOMERS);
			assert_int_equal(rich_batch(store), 0);
			store_close(store);
			fault_vfs_set(
			    table[i].call, nth, table[i].code, table[i].error);
			fault_vfs.for_ever = true;
			result = store_open(&store,
			    &(struct store_options) { .directory = directory },
			    &end, error, sizeof(error));
			if (result != 0) {
				assert_int_equal(result, table[i].expected);
				fault_vfs_set(FAULT_WRITE, 0, SQLITE_OK, 0);
				store = fixture_open(directory, &end);
			}
			assert_int_equal(end, STORE_BROKEN);
			expect_after(store);
			store_close(store);
			fixture_verify(directory);
			fixture_remove(directory);
		}
}

/* A start that finds the disk full gives up the reserve, and serves. */
static void
test_reserve(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	char path[512];
	int i;

	snprintf(path, sizeof(path), "%s/reserve", (char *)*state);
	store_mark_running(store);
	fixture_customers(store, CUSTOMERS);
	assert_int_equal(rich_batch(store), 0);
	store_close(store);
	fault_vfs_set(FAULT_WRITE, 0, SQLITE_OK, 0);
	fault_vfs.full_while = path;
	store = fixture_open(*state, NULL);
	assert_true(fault_vfs.failed > 0);
	expect_after(store);
	fault_vfs.full_while = NULL;
	/* Made anew at the open, for there was room behind our backs. */
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(store_make_room(store), 0);
	assert_int_equal(store_make_room(store), BANK_ENOTFOUND);
	for (i = 0; access(path, F_OK) != 0; i++) {
		assert_true(i < 20000);
		fixture_transfer(store, i % 2 ? "c0" : "c1",
		    i % 2 ? "c1" : "c0", 1, NOW + 1, NULL, NULL);
		assert_int_equal(store_commit(store), 0);
	}
	/* A stop on a full disk is proper too. */
	fault_vfs_set(FAULT_WRITE, 0, SQLITE_OK, 0);
	fault_vfs.full_while = path;
	assert_int_equal(store_mark_stopped(store), 0);
	fault_vfs.full_while = NULL;
	store_close(store);
	fixture_verify(*state);
}

/* A checkpoint that finds no room: what is committed stays committed. */
static void
test_checkpoint_without_room(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	char path[512];
	uint64_t seq;
	int i;

	snprintf(path, sizeof(path), "%s/full", (char *)*state);
	fixture_customers(store, CUSTOMERS);
	fault_vfs_set(FAULT_WRITE, 0, SQLITE_OK, 0);
	fixture_write(*state, "full", "");
	fault_vfs.database_full_while = path;
	for (i = 0; i < 4000; i++) {
		if (i == 3000)
			(void)unlink(path);
		seq = store_last_seq(store);
		fixture_transfer(store, "c0", "c1", 1, NOW, NULL, NULL);
		fixture_transfer(store, "c1", "c0", 1, NOW, NULL, NULL);
		assert_int_equal(store_commit(store), 0);
		assert_int_equal(store_last_seq(store), seq + 2);
	}
	assert_true(fault_vfs.failed > 0);
	fault_vfs.database_full_while = NULL;
	seq = store_last_seq(store);
	store_close(store);
	store = fixture_open(*state, NULL);
	assert_int_equal(store_last_seq(store), seq);
	store_close(store);
	fixture_verify(*state);
}

/* The WAL that a broken end left is in new blocks before it is read. */
static void
test_wal_is_copied(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	struct stat before, after;

	store_mark_running(store);
	fixture_customers(store, CUSTOMERS);
	assert_int_equal(rich_batch(store), 0);
	store_close(store);
	stat(fixture_path(*state, "bank.db-wal"), &before);
	assert_true(before.st_size > 0);
	store = fixture_open(*state, NULL);
	stat(fixture_path(*state, "bank.db-wal"), &after);
	assert_true(before.st_ino != after.st_ino);
	assert_int_equal(after.st_size, 0);
	assert_int_equal(after.st_mode & 0777, 0600);
	assert_int_equal(
	    access(fixture_path(*state, "bank.db-wal.new"), F_OK), -1);
	expect_after(store);
	store_mark_stopped(store);
	store_close(store);
	stat(fixture_path(*state, "bank.db-wal"), &before);
	store = fixture_open(*state, NULL);
	stat(fixture_path(*state, "bank.db-wal"), &after);
	assert_true(before.st_ino == after.st_ino);
	store_close(store);
}

/* Bytes to a file until there is no room at all. */
static void
fill_disk(const char *directory)
{
	static char bytes[4096];
	FILE *file = fopen(fixture_path(directory, "filler"), "w");

	setvbuf(file, NULL, _IONBF, 0);
	while (fwrite(bytes, 1, sizeof(bytes), file) == sizeof(bytes))
		;
	fclose(file);
}

/* Filled and freed, with the kernel's own errors; 0, or the line. */
static int
small_disk(const char *directory)
{
	struct store *store = fixture_open(directory, NULL);
	int round, i, result;

	store_mark_running(store);
	fixture_customers(store, CUSTOMERS);
	for (round = 0; round < 3; round++) {
		fill_disk(directory);
		for (i = 0, result = 0; result == 0 && i < 5000; i++) {
			fixture_transfer(store, "c0", "c1", 1, NOW, NULL, NULL);
			fixture_transfer(store, "c1", "c0", 1, NOW, NULL, NULL);
			result = store_commit(store);
		}
		if (result != BANK_ENOSPC ||
		    store_account(store, "c0")->cents[1] != 100000)
			return __LINE__;
		/* And a vault that ends and comes back on the full disk. */
		if (round == 1)
			store_close(store), store = NULL;
		unlink(fixture_path(directory, "filler"));
		if (store == NULL)
			store = fixture_open(directory, NULL);
		fixture_transfer(store, "c0", "c1", 1, NOW, NULL, NULL);
		fixture_transfer(store, "c1", "c0", 1, NOW, NULL, NULL);
		if (store_commit(store) != 0)
			return __LINE__;
	}
	if (store_mark_stopped(store) != 0)
		return __LINE__;
	store_close(store);
	fixture_verify(directory);
	return 0;
}

/* A child's own tmpfs of 12 MB: for root alone. */
static void
test_small_disk(void **state)
{
	int status, line;
	pid_t child = fork();

	if (child == 0) {
		fault_vfs_skip_syncs(false);
		if (unshare(CLONE_NEWNS) == -1 ||
		    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
		    mount("none", *state, "tmpfs", 0, "size=12m") == -1)
			_exit(0);
		line = small_disk(*state);
		if (line != 0)
			fprintf(stderr, "line %d\n", line);
		_exit(line != 0 ? 1 : 77);
	}
	waitpid(child, &status, 0);
	if (status == 0)
		skip();
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 77);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_kill),
		FIXTURE_TEST(test_full_disk),
		FIXTURE_TEST(test_quota),
		FIXTURE_TEST(test_write_errors),
		FIXTURE_TEST(test_sync_errors),
		FIXTURE_TEST(test_sync_without_room),
		FIXTURE_TEST(test_errors_in_recovery),
		FIXTURE_TEST(test_reserve),
		FIXTURE_TEST(test_checkpoint_without_room),
		FIXTURE_TEST(test_wal_is_copied),
		FIXTURE_TEST(test_small_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
