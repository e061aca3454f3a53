/* SPDX-License-Identifier: ISC */
/*
 * kill -9 before every storage call of a script of 200 transactions, from the
 * first open to the last sync, and within every write; and every open, read,
 * write, sync, truncation, rename, unlink and allocation fails, once or for
 * ever, with each of the errors that a disk has.  After each: what was promised
 * is there, once, and no more than was begun.
 *
 *	LIVES=n   so many of the script's ten (default: all)
 *	CALLS=n   each nth of them alone
 *	SEED=n    another script
 *	PAIRS=k/n part k of n of all pairs of failures too, of any two calls
 *	ONLY=name one of the tests
 */
/* Before any header: it has functions of its own for libc's. */
#include "../../lib/disk/disk_calls.c"

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

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/disk_faults.h"
#include "../../lib/patience.h"
#include "../../lib/script.h"
#include "../../lib/store_fixture.h"

#define DIED 9

static struct script_truth truth;
static struct script_promise *promise;
static char *before_life; /* a directory: what each life begins with */
static char *now;         /* and what it makes of it */
static long nth;          /* the call that is the last, or that fails */
static struct disk_fault fault;

/* All of a directory but the shared memory; holes stay holes. */
static void
copy(const char *from, const char *to)
{
	fixture_empty(to);
	script_copy(from, to);
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
	    (struct disk_calls) { .directory = now, .before = disk_skip_sync };
	script_seed(now);
	script_learn(now, &truth);
	copy(before_life, now);
	script_seed(now);
	return 0;
}

static void
remove_all(char *directory)
{
	fixture_empty(directory);
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
		return disk_skip_sync(call);
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

	(void)state;
	memset(promise, 0, sizeof(*promise));
	for (int life = 0; life < lives(); life++) {
		copy(now, before_life);
		at_first = *promise;
		for (n = fixture_first(); !live_until(n, life);
		     n += fixture_stride(), total++) {
			must_be_right("killed at call", life, n);
			copy(before_life, now);
			*promise = at_first;
		}
	}
	must_be_right("end", 0, 0);
	printf("# killed at %ld storage calls\n", total);
}

/*
 * SQLite takes no notice of a directory's; a new file that finds no room is
 * thrown away and written again.
 */
static void
note_failed_sync(const struct disk_call *call, int answer)
{
	if (call->kind == DISK_SYNC && call->path[0] != '\0' &&
	    (answer == EIO || strstr(call->path, ".new") == NULL))
		promise->sync_failed = true;
}

static int
fail_nth(const struct disk_call *call)
{
	if (call->kind != fault.kind || --nth > 0 || fault.times-- <= 0)
		return disk_skip_sync(call);
	note_failed_sync(call, fault.answer);
	return fault.answer;
}

/*
 * In a process of its own: a handle that failed may hold what it held.
 * Whether the fault came.
 */
static bool
live_with_fault(long n, int life)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		patience_alarm(60000);
		nth = n;
		disk_calls.before = fail_nth;
		(void)script_live(now, life, 3, promise);
		_exit(nth <= 0 ? 1 : 0);
	}
	waitpid(child, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		fail_msg("life %d, call %ld: ended with %d", life, n, status);
	return WEXITSTATUS(status) == 1;
}

/* Every call of a life that is of the kind: how many there were. */
static long
fail_each(const struct disk_fault *which, const char *text, int life)
{
	struct script_promise at_first = *promise;
	long n, total = 0;
	bool came = true;

	for (n = fixture_first(); came; n += fixture_stride()) {
		copy(before_life, now);
		*promise = at_first;
		fault = *which;
		came = live_with_fault(n, life);
		must_be_right(text, life, n);
		total += came;
	}
	*promise = at_first;
	return total;
}

static long
fail_all(int life)
{
	return disk_each_fault(disk_may_answer, fail_each, life);
}

/*
 * The lives that hold everything: the first start, one after a proper stop,
 * one after a broken end, which begins with a recovery.
 */
static void
each_life(long (*fail_life)(int life), const char *what)
{
	struct script_promise at_first;
	long total = 0;

	memset(promise, 0, sizeof(*promise));
	for (int life = 0; life < 3 && life < lives(); life++) {
		copy(now, before_life);
		at_first = *promise;
		total += fail_life(life);
		copy(before_life, now);
		*promise = at_first;
		assert_int_equal(script_live(now, life, 0, promise), 0);
	}
	printf("# %ld %s\n", total, what);
}

static void
test_every_call_fails(void **state)
{
	(void)state;
	each_life(fail_all, "calls that failed");
}

/* Two that fail, of any kind: the second in the same life or in the next. */
static struct pair {
	long first, second;
	int failed;
} * pair;

static int
fail_pair(const struct disk_call *call)
{
	int answer;

	if (pair->failed == 2 ||
	    --*(pair->failed == 0 ? &pair->first : &pair->second) > 0)
		return disk_skip_sync(call);
	answer = disk_any_error(call->kind);
	note_failed_sync(call, answer);
	pair->failed++;
	return answer;
}

/* A life, and the start that follows its end. */
static void
live_with_pair(int life)
{
	int status;
	pid_t child;

	for (int start = 0; start < 2; start++) {
		if ((child = fork()) == 0) {
			patience_alarm(60000);
			disk_calls.before = fail_pair;
			(void)script_live(now, life, 3, promise);
			_exit(0);
		}
		waitpid(child, &status, 0);
		if (!WIFEXITED(status))
			fail_msg("life %d: ended with %d", life, status);
		promise->sync_failed = false;
	}
}

static long
fail_pairs(int life)
{
	const char *share = getenv("PAIRS");
	const char *slash = strchr(share, '/');
	long every = slash != NULL ? atol(slash + 1) : 1, total = 0;
	struct script_promise at_first = *promise;
	struct pair which = { 0, 0, 2 };
	char text[64];

	pair = mmap(NULL, sizeof(*pair), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (which.first = 1; which.failed > 0; which.first++)
		for (which.second = 1 + atol(share) % every, which.failed = 2;
		     which.failed == 2; which.second += every) {
			copy(before_life, now);
			*promise = at_first;
			*pair = (struct pair) { which.first, which.second, 0 };
			/* The children draw from here on. */
			srandom((unsigned)random());
			live_with_pair(life);
			which.failed = pair->failed;
			snprintf(
			    text, sizeof(text), "calls %ld and", which.first);
			must_be_right(text, life, which.second);
			total += which.failed == 2;
		}
	*promise = at_first;
	munmap(pair, sizeof(*pair));
	return total;
}

/* Each with each is an hour's work: PAIRS takes every nth second one. */
static void
test_pairs_fail(void **state)
{
	(void)state;
	fixture_seed();
	each_life(fail_pairs, "pairs that failed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_kill_at_every_call, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_every_call_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_pairs_fail, setup, teardown),
	};

	if (getenv("PAIRS") == NULL)
		cmocka_set_skip_filter("test_pairs_fail");
	if (getenv("ONLY") != NULL)
		cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
