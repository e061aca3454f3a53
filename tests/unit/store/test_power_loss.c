/* SPDX-License-Identifier: ISC */
/*
 * The power goes at every storage call of a script of 200 transactions, some
 * states of the disk for each: what was promised by then is there, once, no
 * more than was begun, and both files are right.
 *
 *	POWER_STATES=n   so many states (default: 10000); SEED=n
 */
/* Before any header: it has functions of its own for libc's. */
#include "../../lib/disk/disk_calls.c"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../lib/power.h"
#include "../../lib/script.h"
#include "../../lib/store_fixture.h"

#define STATES 10000
#define MOMENTS_MAX 20000

static struct script_truth truth;
static struct script_promise promise, promises[MOMENTS_MAX];
static struct power *power;

static int
note_promise(const struct disk_call *call)
{
	size_t moment = power_moments(power);

	/* What was promised when this call began; none at a time is lost. */
	if (moment < MOMENTS_MAX)
		promises[moment] = promise;
	return disk_skip_sync(call);
}

static void
record(const char *directory)
{
	disk_calls = (struct disk_calls) { .directory = directory,
		.before = disk_skip_sync };
	script_seed(directory);
	script_learn(directory, &truth);
	fixture_empty(directory);
	script_seed(directory);
	power = power_begin(directory);
	disk_calls.before = note_promise;
	for (int life = 0; life < SCRIPT_LIVES; life++)
		assert_int_equal(script_live(directory, life, 0, &promise), 0);
	disk_calls.before = disk_skip_sync;
	disk_calls.after = NULL;
	assert_true(power_moments(power) < MOMENTS_MAX);
}

static void
cut_at(size_t moment, const char *directory, long state)
{
	const char *wrong;
	unsigned seed = (unsigned)random();

	srandom(seed);
	fixture_empty(directory);
	power_cut(power, directory);
	wrong = script_judge(directory, &truth, &promises[moment]);
	if (wrong != NULL)
		fail_msg("state %ld, moment %zu: %s", state, moment, wrong);
}

static void
test_power_loss(void **state)
{
	const char *given = getenv("POWER_STATES");
	long states = given != NULL ? atol(given) : STATES, done = 0;
	char *directory = fixture_directory(), *cut = fixture_directory();
	time_t began = time(NULL);
	size_t moment, count;

	(void)state;
	fixture_seed();
	record(directory);
	disk_calls.directory = cut;
	count = power_moments(power);
	for (moment = 1; moment < count; moment++) {
		power_go(power, moment);
		for (; done < states * (long)moment / (long)(count - 1); done++)
			cut_at(moment, cut, done);
	}
	printf("# %ld states of %zu moments, %ld s\n", done, count,
	    (long)(time(NULL) - began));
	power_free(power);
	disk_calls = (struct disk_calls) { 0 };
	fixture_empty(directory);
	fixture_empty(cut);
	fixture_remove(directory);
	fixture_remove(cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
