/* SPDX-License-Identifier: ISC */
/*
 * The journal alone, in its directory: what is on stable storage when, what
 * is released, a full disk, and threads.
 *
 *	SEED=n   other contents
 */
/* Before any header: it has functions of its own for libc's. */
#include "../../lib/disk/disk_calls.c"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/lone_journal.h"
#include "../../lib/patience.h"
#include "../../lib/script.h"
#include "../../lib/store_fixture.h"

#define MIB ((size_t)1024 * 1024)

/* -- what is on stable storage when -- */

static struct seen {
	uint64_t inode;
	size_t written, synced;
	bool dirty;
} seen[64];
static bool names_dirty;
static const char *disorder;

static struct seen *
seen_of(uint64_t inode)
{
	size_t i;

	for (i = 0; seen[i].inode != 0 && seen[i].inode != inode; i++)
		assert_true(i + 1 < NELEM(seen));
	seen[i].inode = inode;
	return &seen[i];
}

static bool
is_segment(const char *path)
{
	size_t length = strlen(path);

	return length > 5 && strcmp(path + length - 5, ".lots") == 0;
}

static bool
a_lot_is_dirty(void)
{
	for (size_t i = 0; i < NELEM(seen); i++)
		if (seen[i].dirty)
			return true;
	return false;
}

static void
see_write(const struct disk_call *call)
{
	struct seen *file = seen_of(call->inode);
	size_t end = (size_t)call->at + call->length;

	if (strstr(call->path, "newest") != NULL) {
		if (a_lot_is_dirty())
			disorder = "noted as answered before its sync";
		return;
	}
	if (is_segment(call->path) && (names_dirty || end > file->synced))
		disorder = "a lot in blocks that may not exist";
	if (end > file->written)
		file->written = end;
	file->dirty = true;
}

static void
see(const struct disk_call *call)
{
	struct seen *file;

	if (call->kind == DISK_WRITE)
		see_write(call);
	if (call->kind == DISK_RENAME)
		names_dirty = true;
	if (call->kind != DISK_SYNC)
		return;
	if (strcmp(call->path, "journal") == 0)
		names_dirty = false;
	file = seen_of(call->inode);
	file->synced = file->written;
	file->dirty = false;
}

static void
must_be_ordered(void)
{
	if (disorder == NULL && a_lot_is_dirty())
		disorder = "answered before its sync";
	if (disorder != NULL)
		fail_msg("lot %llu: %s",
		    (unsigned long long)lone.history->promise.acknowledged,
		    disorder);
}

static void
watch(void)
{
	memset(seen, 0, sizeof(seen));
	names_dirty = false;
	disorder = NULL;
	disk_calls.after = see;
}

static void
test_order(void **state)
{
	(void)state;
	watch();
	lone_open(0);
	for (int i = 0; i < 40; i++) {
		lone_propose(i % 7 == 0 ? 400000 : 6000);
		must_be_ordered();
		assert_int_equal(
		    journal_release(lone.journal,
			lone.history->promise.acknowledged - (uint64_t)(i % 5)),
		    0);
	}
	/* A lot that needs a segment of its own. */
	lone_propose(3 * MIB);
	must_be_ordered();
}

static const char *
segment_name(uint64_t first)
{
	static char names[4][48];
	static int next;

	next = (next + 1) % 4;
	snprintf(names[next], sizeof(names[next]), "journal/%016llx.lots",
	    (unsigned long long)first);
	return names[next];
}

static bool
has(const char *name)
{
	return access(fixture_path(lone.directory, name), F_OK) == 0;
}

static long
changes(void)
{
	return disk_calls.count[DISK_WRITE] + disk_calls.count[DISK_SYNC] +
	    disk_calls.count[DISK_TRUNCATE] + disk_calls.count[DISK_RENAME] +
	    disk_calls.count[DISK_UNLINK];
}

/* The last lot is moved to new blocks after a broken end, and only then. */
static void
test_moved(void **state)
{
	(void)state;
	watch();
	lone_open(0);
	for (int i = 0; i < 3; i++)
		lone_propose(6000);
	lone_close();
	lone.history->promise.stopped = true;
	memset(disk_calls.count, 0, sizeof(disk_calls.count));
	lone_open(1);
	assert_int_equal(changes(), 0);
	lone_close();
	assert_false(has(segment_name(3)));
	lone.history->promise.stopped = false;
	lone_open(1);
	assert_true(has(segment_name(3)));
	assert_true(disk_calls.count[DISK_SYNC] >= 2);
	assert_false(names_dirty);
	lone_propose(100);
	must_be_ordered();
	lone_close();
	lone_open(0);
}

/* -- what is released -- */

static void
test_release(void **state)
{
	struct journal_status status;

	(void)state;
	lone_open(0);
	/* Three in a segment of 1 MiB; the third one ends within it. */
	for (int i = 0; i < 9; i++)
		lone_propose(300000);
	assert_true(has(segment_name(1)) && has(segment_name(4)));
	assert_int_equal(journal_release(lone.journal, 2), 0);
	assert_true(has(segment_name(1)));
	assert_int_equal(journal_release(lone.journal, 3), 0);
	assert_false(has(segment_name(1)));
	assert_true(has(segment_name(4)));
	journal_status(lone.journal, &status);
	assert_true(status.oldest == 4 && status.newest == 9);
	/* All but the one that is written to. */
	assert_int_equal(journal_release(lone.journal, 9), 0);
	assert_false(has(segment_name(4)));
	journal_status(lone.journal, &status);
	assert_int_equal(status.segments, 1);
	lone_propose(100);
	lone.history->promise.released = 9;
	lone_close();
	lone_open(9);
}

/* One that is done with is the next one, as its size is right. */
static void
test_recycle(void **state)
{
	long made;

	(void)state;
	lone_open(0);
	for (int i = 0; i < 3; i++)
		lone_propose(300000);
	(void)unlink(fixture_path(lone.directory, "journal/spare"));
	lone_close();
	lone_open(0);
	for (int i = 0; i < 60; i++) {
		lone_propose(300000);
		assert_int_equal(journal_release(lone.journal,
				     lone.history->promise.acknowledged),
		    0);
		lone.history->promise.released =
		    lone.history->promise.acknowledged;
	}
	made = disk_calls.count[DISK_RENAME];
	assert_true(made > 0);
	lone_close();
	lone_open(lone.history->promise.released);
	lone_propose(100);
}

/* Released while what the opening has found is still being read. */
static void
test_release_while_reading(void **state)
{
	struct lot_view view;
	int error;

	(void)state;
	lone_open(0);
	for (int i = 0; i < 9; i++)
		lone_propose(300000);
	lone_close();
	lone.journal =
	    journal_script_open(lone.directory, lone.history, 0, &error);
	assert_non_null(lone.journal);
	for (uint64_t number = 1; number <= 9; number++) {
		assert_int_equal(journal_next(lone.journal, &view), 1);
		assert_true(view.head.number == number);
		assert_int_equal(journal_release(lone.journal, number), 0);
	}
	assert_int_equal(journal_next(lone.journal, &view), 0);
	lone_propose(100);
}

/* -- no room -- */

static int no_room;

static int
refuse_new(const struct disk_call *call)
{
	if (call->kind == DISK_WRITE && strstr(call->path, ".new") != NULL)
		return no_room;
	return disk_skip_sync(call);
}

static void
test_full(void **state)
{
	static const int numbers[] = { ENOSPC, EDQUOT, EFBIG };
	uint64_t newest;
	long writes;
	int answer = JOURNAL_MINE;

	(void)state;
	lone_open(0);
	for (size_t i = 0; i < NELEM(numbers); i++) {
		no_room = numbers[i];
		disk_calls.before = refuse_new;
		while (answer == JOURNAL_MINE) {
			newest = lone.history->promise.acknowledged;
			writes = disk_calls.count[DISK_WRITE];
			answer = journal_script_propose(
			    lone.journal, lone.history, 300000);
		}
		assert_int_equal(answer, JOURNAL_FULL);
		assert_int_equal(errno, numbers[i]);
		/* The one that was refused. */
		assert_int_equal(disk_calls.count[DISK_WRITE], writes + 1);
		assert_true(newest == lone.history->promise.acknowledged);
		assert_false(has("journal/spare.new"));
		/* A smaller one finds its place. */
		lone_propose(100);
		assert_int_equal(
		    journal_script_propose(lone.journal, lone.history, 300000),
		    JOURNAL_FULL);
		disk_calls.before = disk_skip_sync;
		lone_propose(300000);
		answer = JOURNAL_MINE;
	}
	lone_close();
	lone_open(0);
}

static int
fail_sync(const struct disk_call *call)
{
	return call->kind == DISK_SYNC ? EIO : 0;
}

/* Nothing is tried again after it, though the disk would take it. */
static void
test_sync_fails(void **state)
{
	(void)state;
	lone_open(0);
	lone_propose(100);
	disk_calls.before = fail_sync;
	assert_int_equal(
	    journal_script_propose(lone.journal, lone.history, 100), BANK_EIO);
	disk_calls.before = disk_skip_sync;
	assert_int_equal(
	    journal_script_propose(lone.journal, lone.history, 100), BANK_EIO);
	assert_int_equal(journal_release(lone.journal, 1), BANK_EIO);
}

/* -- threads -- */

static void
test_threads(void **state)
{
	(void)state;
	disk_calls = (struct disk_calls) { 0 };
	patience_alarm(60000);
	for (int life = 0; life < 3; life++) {
		lone_open(lone.history->promise.released);
		assert_int_equal(journal_serve(lone.journal), 0);
		for (int i = 0; i < 150; i++) {
			lone_propose(
			    (size_t)random() % (i % 10 == 0 ? 600000 : 40000));
			if (i % 4 != 0)
				continue;
			lone.history->promise.released =
			    lone.history->promise.acknowledged -
			    (uint64_t)random() % 3;
			assert_int_equal(journal_release(lone.journal,
					     lone.history->promise.released),
			    0);
		}
		lone.history->promise.stopped = life % 2 == 0;
		lone_close();
	}
	alarm(0);
	lone_open(lone.history->promise.released);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, lone_setup, lone_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order),
		TEST(test_moved),
		TEST(test_release),
		TEST(test_recycle),
		TEST(test_release_while_reading),
		TEST(test_full),
		TEST(test_sync_fails),
		TEST(test_threads),
	};

	if (getenv("ONLY") != NULL)
		cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
