/* SPDX-License-Identifier: ISC */
/*
 * kill -9 before every storage call of a script of 200 transactions, from the
 * first open to the last sync, and within every write; and every open, read,
 * write, sync, truncation, rename and unlink fails, once or for ever, with
 * each of the errors that a disk has.  After each: what was promised is
 * there, once, and no more than was begun.
 *
 *	LIVES=n   so many of the script's ten (default: all)
 */
/* Before any header: it has functions of its own for libc's. */
#include "../lib/disk/disk_calls.c"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../shared/error.h"
#include "../../shared/util.h"
#include "../lib/script.h"
#include "../lib/store_fixture.h"

#define DIED 9

static struct script_truth truth;
static struct script_promise *promise;
static char *before_life; /* a directory: what each life begins with */
static char *now;         /* and what it makes of it */
static long nth;          /* the call that is the last, or that fails */

/* All of a directory but the shared memory; holes stay holes. */
static void
copy(const char *from, const char *to)
{
	script_empty(to);
	script_copy(from, to);
}

static int
skip_sync(const struct disk_call *call)
{
	return call->kind == DISK_SYNC ? DISK_DONE : 0;
}

static int
setup(void **state)
{
	(void)state;
	promise = mmap(NULL, sizeof(*promise), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	before_life = fixture_directory();
	now = fixture_directory();
	disk_calls =
	    (struct disk_calls) { .directory = now, .before = skip_sync };
	script_seed(now);
	script_learn(now, &truth);
	copy(before_life, now);
	script_seed(now);
	return 0;
}

static void
remove_all(char *directory)
{
	script_empty(directory);
	fixture_remove(directory);
}

static int
teardown(void **state)
{
	(void)state;
	disk_calls = (struct disk_calls) { 0 };
	remove_all(before_life);
	remove_all(now);
	munmap(promise, sizeof(*promise));
	return 0;
}

static int
lives(void)
{
	const char *given = getenv("LIVES");

	return given != NULL ? atoi(given) : SCRIPT_LIVES;
}

/* Half of what is written may be there, as a kill finds it. */
static int
die_at_nth(const struct disk_call *call)
{
	if (call->kind == DISK_READ)
		return 0;
	if (--nth > 0)
		return skip_sync(call);
	if (call->kind == DISK_WRITE && promise->begun % 2 == 1)
		(void)!syscall(SYS_pwrite64,
		    open(fixture_path(now, call->path), O_WRONLY), call->data,
		    call->length / 2, call->at);
	_exit(DIED);
}

/* Whether the life came to its end before its nth call. */
static bool
live_until(long n, int life)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		nth = n;
		disk_calls.before = die_at_nth;
		_exit(script_live(now, life, 0, promise) == 0 ? 0 : 1);
	}
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != DIED)
		assert_int_equal(WEXITSTATUS(status), 0);
	return WEXITSTATUS(status) == 0;
}

static void
must_be_right(const char *what, int life, long n)
{
	const char *wrong = script_judge(now, &truth, promise);

	if (wrong != NULL)
		fail_msg("life %d, %s %ld: %s", life, what, n, wrong);
}

static void
test_kill_at_every_call(void **state)
{
	struct script_promise at_first;
	long n, total = 0;
	bool ended;

	(void)state;
	memset(promise, 0, sizeof(*promise));
	for (int life = 0; life < lives(); life++) {
		copy(now, before_life);
		at_first = *promise;
		for (n = 1, ended = false; !ended; n++) {
			copy(before_life, now);
			*promise = at_first;
			ended = live_until(n, life);
			if (!ended)
				must_be_right("killed at call", life, n);
		}
		total += n - 2;
	}
	must_be_right("end", 0, 0);
	printf("# killed at %ld storage calls\n", total);
}

/* What is to fail, from the nth of its kind on. */
static struct {
	enum disk_kind kind;
	int answer;
	long times;
} fault;

static int
fail_nth(const struct disk_call *call)
{
	if (call->kind == fault.kind && --nth <= 0 && fault.times-- > 0) {
		/*
		 * SQLite takes no notice of a directory's; a new file that
		 * finds no room is thrown away and written again.
		 */
		if (call->kind == DISK_SYNC && call->path[0] != '\0' &&
		    (fault.answer == EIO || strstr(call->path, ".new") == NULL))
			promise->sync_failed = true;
		return fault.answer;
	}
	return skip_sync(call);
}

static const struct {
	const char *name;
	enum disk_kind kind;
	int answer;
	long times;
} faults[] = {
	{ "open EIO", DISK_OPEN, EIO, 1 },
	{ "open EIO for ever", DISK_OPEN, EIO, LONG_MAX },
	{ "open ENOSPC", DISK_OPEN, ENOSPC, 1 },
	{ "open EDQUOT for ever", DISK_OPEN, EDQUOT, LONG_MAX },
	{ "open EINTR", DISK_OPEN, EINTR, 1 },
	{ "read EIO", DISK_READ, EIO, 1 },
	{ "read EIO for ever", DISK_READ, EIO, LONG_MAX },
	{ "read EINTR", DISK_READ, EINTR, 1 },
	{ "read short", DISK_READ, DISK_SHORT, 1 },
	{ "write EIO", DISK_WRITE, EIO, 1 },
	{ "write EIO for ever", DISK_WRITE, EIO, LONG_MAX },
	{ "write ENOSPC", DISK_WRITE, ENOSPC, 1 },
	{ "write ENOSPC for ever", DISK_WRITE, ENOSPC, LONG_MAX },
	{ "write EDQUOT", DISK_WRITE, EDQUOT, 1 },
	{ "write EDQUOT for ever", DISK_WRITE, EDQUOT, LONG_MAX },
	{ "write EINTR", DISK_WRITE, EINTR, 1 },
	{ "write short", DISK_WRITE, DISK_SHORT, 1 },
	{ "sync EIO", DISK_SYNC, EIO, 1 },
	{ "sync EIO for ever", DISK_SYNC, EIO, LONG_MAX },
	{ "sync ENOSPC", DISK_SYNC, ENOSPC, 1 },
	{ "sync EDQUOT for ever", DISK_SYNC, EDQUOT, LONG_MAX },
	{ "sync EINTR", DISK_SYNC, EINTR, 1 },
	{ "truncate EIO", DISK_TRUNCATE, EIO, 1 },
	{ "truncate EIO for ever", DISK_TRUNCATE, EIO, LONG_MAX },
	{ "truncate EINTR", DISK_TRUNCATE, EINTR, 1 },
	{ "rename EIO", DISK_RENAME, EIO, 1 },
	{ "rename ENOSPC for ever", DISK_RENAME, ENOSPC, LONG_MAX },
	{ "unlink EIO for ever", DISK_UNLINK, EIO, LONG_MAX },
};

/* In a process of its own: a handle that failed may hold what it held. */
static bool
live_with_fault(size_t i, long n, int life)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		alarm(60);
		nth = n;
		fault.kind = faults[i].kind;
		fault.answer = faults[i].answer;
		fault.times = faults[i].times;
		disk_calls.before = fail_nth;
		(void)script_live(now, life, 3, promise);
		_exit(nth <= 0 ? 1 : 0);
	}
	waitpid(child, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		fail_msg("life %d, %s, call %ld: ended with %d", life,
		    faults[i].name, n, status);
	return WEXITSTATUS(status) == 0;
}

/*
 * The lives that hold everything: the first start, one after a proper stop,
 * one after a broken end.
 */
static void
test_every_call_fails(void **state)
{
	struct script_promise at_first;
	long n, total = 0;
	size_t i;
	bool ended;

	(void)state;
	memset(promise, 0, sizeof(*promise));
	for (int life = 0; life < 3 && life < lives(); life++) {
		copy(now, before_life);
		at_first = *promise;
		for (i = 0; i < NELEM(faults); i++)
			for (n = 1, ended = false; !ended; n++) {
				copy(before_life, now);
				*promise = at_first;
				ended = live_with_fault(i, n, life);
				must_be_right(faults[i].name, life, n);
				total++;
			}
		copy(before_life, now);
		*promise = at_first;
		assert_int_equal(script_live(now, life, 0, promise), 0);
	}
	printf("# %ld calls that failed\n", total);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_kill_at_every_call, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_every_call_fails, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
