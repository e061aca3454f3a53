/* SPDX-License-Identifier: ISC */
/*
 * The journal alone, by a script of lots, over a disk that is in our hands:
 * killed before every storage call and within every write; every call fails,
 * once and for ever, with each of the errors that a disk has; and the power
 * goes at every moment.  After each, all lots that were acknowledged are
 * there, unchanged and in order, and at most one that was begun.
 *
 *	JOURNAL_STATES=n so many states of the disk (default: 100); SEED=n
 *	CALLS=n          each nth of the calls alone
 *	LIVES=n          so many of the script's four (default: two)
 *	ONLY=name        one of the tests
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
#include "../../lib/journal_script.h"
#include "../../lib/patience.h"
#include "../../lib/power.h"
#include "../../lib/script.h"
#include "../../lib/store_fixture.h"

#define DIED 9
#define STATES 100
#define LIVES 2
#define MOMENTS_MAX 4000

static struct journal_history *history, *at_first;
static char *before_life; /* a directory: what each life begins with */
static char *now;         /* and what it makes of it */
static long nth;          /* the call that is the last, or that fails */
static struct disk_fault fault;

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
	fixture_seed();
	history = journal_history_new(1);
	at_first = journal_history_new(1);
	before_life = fixture_directory();
	now = fixture_directory();
	disk_calls =
	    (struct disk_calls) { .directory = now, .before = disk_skip_sync };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	disk_calls = (struct disk_calls) { 0 };
	fixture_remove(before_life);
	fixture_remove(now);
	journal_history_free(history);
	journal_history_free(at_first);
	return 0;
}

static int
lives(void)
{
	const char *given = getenv("LIVES");

	return given != NULL && atoi(given) < JOURNAL_LIVES ? atoi(given)
							    : LIVES;
}

static void
must_be_right(const char *what, int life, long n)
{
	const char *wrong = journal_script_judge(now, history);

	if (wrong != NULL)
		fail_msg("life %d, %s %ld: %s", life, what, n, wrong);
}

/* Half of what is written may be there, as a kill finds it. */
static int
die_at_nth(const struct disk_call *call)
{
	if (call->kind == DISK_READ)
		return 0;
	if (--nth > 0)
		return disk_skip_sync(call);
	if (call->kind == DISK_WRITE && nth % 2 == 0)
		(void)!syscall(SYS_pwrite64,
		    open(fixture_path(now, call->path), O_WRONLY), call->data,
		    call->length / 2, call->at);
	_exit(DIED);
}

/* A new file that finds no room is thrown away and written again. */
static int
fail_nth(const struct disk_call *call)
{
	bool spare = call->path != NULL && strstr(call->path, ".new") != NULL;

	if (call->kind != fault.kind || --nth > 0 || fault.times-- <= 0)
		return disk_skip_sync(call);
	if (call->kind == DISK_SYNC &&
	    !(spare && (fault.answer == ENOSPC || fault.answer == EDQUOT)))
		history->sync_failed = true;
	return fault.answer;
}

/*
 * A life in a process of its own, from what was before it: whether its nth
 * call came.
 */
static bool
live_to(long n, int life, int (*before)(const struct disk_call *))
{
	int status;
	pid_t child;

	copy(before_life, now);
	*history = *at_first;
	srandom((unsigned)random());
	if ((child = fork()) == 0) {
		patience_alarm(60000);
		nth = n;
		disk_calls.before = before;
		(void)journal_script_live(now, life, 3, history);
		_exit(nth <= 0 ? 1 : 0);
	}
	waitpid(child, &status, 0);
	if (!WIFEXITED(status))
		fail_msg("life %d, call %ld: ended with %d", life, n, status);
	return WEXITSTATUS(status) != 0;
}

/* Each life, and then its like without a fault, for the next to begin with. */
static void
each_life(long (*fail_life)(int life), int most, const char *what)
{
	long total = 0;

	for (int life = 0; life < lives() && life < most; life++) {
		copy(now, before_life);
		*at_first = *history;
		total += fail_life(life);
		copy(before_life, now);
		*history = *at_first;
		disk_calls.before = disk_skip_sync;
		assert_int_equal(journal_script_live(now, life, 0, history), 0);
	}
	must_be_right("end", 0, 0);
	printf("# %ld %s\n", total, what);
}

static long
kill_life(int life)
{
	long total = 0;

	for (long n = fixture_first(); live_to(n, life, die_at_nth);
	     n += fixture_stride(), total++)
		must_be_right("killed at call", life, n);
	return total;
}

static void
test_kill_at_every_call(void **state)
{
	(void)state;
	each_life(kill_life, JOURNAL_LIVES, "kills");
}

/* No truncation here is one that a disk refuses. */
static bool
may_answer(enum disk_kind kind, int answer)
{
	return kind != DISK_TRUNCATE && disk_may_answer(kind, answer);
}

static long
fail_each(const struct disk_fault *which, const char *text, int life)
{
	long total = 0;

	for (long n = fixture_first();
	     fault = *which, live_to(n, life, fail_nth);
	     n += fixture_stride(), total++)
		must_be_right(text, life, n);
	return total;
}

static long
fail_life(int life)
{
	return disk_each_fault(may_answer, fail_each, life);
}

static void
test_every_call_fails(void **state)
{
	/* The first start, and one after a proper stop. */
	(void)state;
	each_life(fail_life, 2, "calls that failed");
}

static struct power *power;
static struct journal_promise promises[MOMENTS_MAX];

static int
note_promise(const struct disk_call *call)
{
	size_t moment = power_moments(power);

	assert_true(moment < MOMENTS_MAX);
	promises[moment] = history->promise;
	return disk_skip_sync(call);
}

static void
cut_at(size_t moment, const char *directory, long state)
{
	const char *wrong;
	unsigned seed = (unsigned)random();

	srandom(seed);
	fixture_empty(directory);
	power_cut(power, directory);
	*at_first = *history;
	at_first->promise = promises[moment];
	wrong = journal_script_judge(directory, at_first);
	if (wrong != NULL)
		fail_msg("state %ld, moment %zu: %s", state, moment, wrong);
}

static void
test_power_loss(void **unused)
{
	const char *given = getenv("JOURNAL_STATES");
	long states = given != NULL ? atol(given) : STATES, state = 0;
	size_t moment, count;

	(void)unused;
	power = power_begin(now);
	disk_calls.before = note_promise;
	for (int life = 0; life < lives(); life++)
		assert_int_equal(journal_script_live(now, life, 0, history), 0);
	disk_calls.before = disk_skip_sync;
	disk_calls.directory = before_life;
	count = power_moments(power);
	for (moment = 1; moment < count; moment++) {
		power_go(power, moment);
		for (; state < states * (long)moment / (long)(count - 1);
		     state++)
			cut_at(moment, before_life, state);
	}
	printf("# %ld states of %zu moments\n", state, count);
	power_free(power);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_kill_at_every_call),
		TEST(test_every_call_fails),
		TEST(test_power_loss),
	};

	if (getenv("ONLY") != NULL)
		cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
