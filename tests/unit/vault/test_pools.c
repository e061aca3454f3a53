/* SPDX-License-Identifier: ISC */
/*
 * Pools of threads, and which of them a login is given to.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../bankd/vault/core/turns.h"
#include "../../../bankd/vault/core/vault_state.h"
#include "../../../bankd/vault/core/pool.h"
#include "../../../shared/base/util.h"
#include "../../../shared/config/config.h"
#include "../../../bankd/vault/login/login_state.h"

#define JOBS 200

struct count_job {
	struct job job;
	int in, out;
	int policy;
	void *thread;
};

struct counts {
	struct event_base *base;
	int done, settled, order_right;
};

static void
count_run(struct job *job, void *thread)
{
	struct count_job *count = (struct count_job *)(void *)job;

	count->out = count->in * 2;
	count->thread = thread;
	count->policy = sched_getscheduler(0);
}

static void
count_done(struct job *job, void *context)
{
	struct count_job *count = (struct count_job *)(void *)job;
	struct counts *counts = context;

	counts->order_right += count->in == counts->done;
	if (++counts->done == JOBS)
		event_base_loopbreak(counts->base);
}

static void
count_settle(void *context)
{
	struct counts *counts = context;

	counts->settled++;
}

static void
run_jobs(unsigned threads, enum pool_priority priority, struct counts *counts)
{
	static struct count_job jobs[JOBS];
	int mark;
	struct pool_options options = { .threads = threads,
		.priority = priority,
		.thread = &mark,
		.context = counts,
		.settle = count_settle };
	struct pool *pool;

	counts->base = event_base_new();
	assert_int_equal(pool_new(&pool, counts->base, &options), 0);
	for (int i = 0; i < JOBS; i++) {
		jobs[i] = (struct count_job) {
			.job = { .run = count_run, .done = count_done }, .in = i
		};
		pool_submit(pool, &jobs[i].job);
	}
	assert_int_equal(pool_in_hand(pool), JOBS);
	event_base_dispatch(counts->base);
	assert_int_equal(counts->done, JOBS);
	assert_int_equal(pool_in_hand(pool), 0);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(jobs[i].out, 2 * i);
		assert_ptr_equal(jobs[i].thread, &mark);
		assert_int_equal(jobs[i].policy,
		    priority == POOL_SPARE ? SCHED_IDLE : SCHED_OTHER);
	}
	pool_free(pool);
	event_base_free(counts->base);
}

static void
test_pool(void **state)
{
	struct counts one = { 0 }, many = { 0 }, spare = { 0 };

	(void)state;
	run_jobs(1, POOL_LOW, &one);
	assert_int_equal(one.order_right, JOBS);
	assert_true(one.settled >= 1);
	run_jobs(4, POOL_EQUAL, &many);
	run_jobs(2, POOL_SPARE, &spare);
}

static void
test_pool_free_drops(void **state)
{
	struct pool_options options = { .threads = 1 };
	struct count_job jobs[8] = { 0 };
	struct event_base *base = event_base_new();
	struct pool *pool;

	(void)state;
	assert_int_equal(pool_new(&pool, base, &options), 0);
	for (size_t i = 0; i < NELEM(jobs); i++) {
		jobs[i].job.run = count_run;
		pool_submit(pool, &jobs[i].job);
	}
	pool_free(pool);
	pool_free(NULL);
	event_base_free(base);
}

/* Each has one job in its turn, however many another has. */
static void
test_turns(void **state)
{
	static const uint32_t owners[] = { 7, 7, 7, 7, 8, 7 + TURNS_BUCKETS, 8,
		0, 7, 0 };
	static const size_t order[] = { 0, 4, 5, 7, 1, 6, 9, 2, 3, 8 };
	static struct turns turns;
	struct job jobs[NELEM(owners)];

	(void)state;
	turns_init(&turns);
	for (int round = 0; round < 2; round++) {
		assert_true(turns_empty(&turns));
		assert_null(turns_take(&turns));
		for (size_t i = 0; i < NELEM(jobs); i++) {
			jobs[i] = (struct job) { .owner = owners[i] };
			turns_add(&turns, &jobs[i]);
		}
		for (size_t i = 0; i < NELEM(jobs); i++) {
			assert_false(turns_empty(&turns));
			assert_ptr_equal(turns_take(&turns), &jobs[order[i]]);
		}
	}
	/* Whoever comes while others have their turns is behind them once. */
	for (size_t i = 0; i < 3; i++)
		turns_add(&turns, &jobs[i]);
	assert_ptr_equal(turns_take(&turns), &jobs[0]);
	turns_add(&turns, &jobs[4]);
	assert_ptr_equal(turns_take(&turns), &jobs[1]);
	assert_ptr_equal(turns_take(&turns), &jobs[4]);
	assert_ptr_equal(turns_take(&turns), &jobs[2]);
	assert_true(turns_empty(&turns));
}

#define THREADS 4
#define WAITING 64 /* max_logins_waiting, as it is without a configuration */

/* Jobs that run until they are let go, and how many do at once. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned running, most, ended;
	bool go;
} held = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0,
	false };

static void
hold_run(struct job *job, void *thread)
{
	(void)job;
	(void)thread;
	pthread_mutex_lock(&held.lock);
	if (++held.running > held.most)
		held.most = held.running;
	pthread_cond_broadcast(&held.changed);
	while (!held.go)
		pthread_cond_wait(&held.changed, &held.lock);
	held.running--;
	pthread_mutex_unlock(&held.lock);
}

static void
hold_done(struct job *job, void *context)
{
	(void)job;
	if (++held.ended == 2 * THREADS)
		event_base_loopbreak(context);
}

static void
wait_for_running(unsigned count)
{
	pthread_mutex_lock(&held.lock);
	while (held.running < count)
		pthread_cond_wait(&held.changed, &held.lock);
	pthread_mutex_unlock(&held.lock);
}

static void
let_go(void)
{
	pthread_mutex_lock(&held.lock);
	held.go = true;
	pthread_cond_broadcast(&held.changed);
	pthread_mutex_unlock(&held.lock);
}

/* All at once; or half, until all are let run again. */
static void
test_half_of_a_pool(void **state)
{
	struct event_base *base = event_base_new();
	struct pool_options options = { .threads = THREADS, .context = base };
	struct job jobs[2 * THREADS];
	struct pool *pool;

	(void)state;
	assert_int_equal(pool_new(&pool, base, &options), 0);
	pool_halve(pool, true);
	for (size_t i = 0; i < NELEM(jobs); i++) {
		jobs[i] = (struct job) { .run = hold_run, .done = hold_done };
		pool_submit(pool, &jobs[i]);
	}
	wait_for_running(THREADS / 2);
	let_go();
	event_base_dispatch(base);
	assert_int_equal(held.most, THREADS / 2);
	held.go = false;
	held.ended = 0;
	for (size_t i = 0; i < NELEM(jobs); i++)
		pool_submit(pool, &jobs[i]);
	wait_for_running(THREADS / 2);
	pool_halve(pool, false);
	wait_for_running(THREADS);
	let_go();
	event_base_dispatch(base);
	assert_int_equal(held.most, THREADS);
	pool_free(pool);
	event_base_free(base);
}

static void
test_half_of_one_is_one(void **state)
{
	struct counts counts = { .base = event_base_new() };
	struct pool_options options = { .threads = 1, .context = &counts };
	struct count_job jobs[JOBS];
	struct pool *pool;

	(void)state;
	assert_int_equal(pool_new(&pool, counts.base, &options), 0);
	pool_halve(pool, true);
	for (int i = 0; i < JOBS; i++) {
		jobs[i] = (struct count_job) {
			.job = { .run = count_run, .done = count_done }, .in = i
		};
		pool_submit(pool, &jobs[i].job);
	}
	event_base_dispatch(counts.base);
	assert_int_equal(counts.done, JOBS);
	pool_free(pool);
	event_base_free(counts.base);
}

static void
vault_begin(struct vault *vault, unsigned threads, void *context)
{
	struct pool_options options = {
		.threads = threads, .priority = POOL_LOW, .context = context
	};
	static struct books books;
	static struct logins logins;

	logins = (struct logins) { 0 };
	*vault = (struct vault) {
		.base = context, .books = &books, .logins = &logins
	};
	books.config = config_new(bankd_options, BANKD_OPTION_COUNT);
	assert_non_null(vault->books->config);
	assert_int_equal(vault_option(vault, LOGIN_MAX_WAITING), WAITING);
	assert_int_equal(
	    pool_new(&vault->pools[VAULT_WORKERS], vault->base, &options), 0);
	options.priority = POOL_SPARE;
	assert_int_equal(
	    pool_new(&vault->pools[VAULT_CROWD], vault->base, &options), 0);
}

static void
vault_end(struct vault *vault)
{
	pool_free(vault->pools[VAULT_WORKERS]);
	pool_free(vault->pools[VAULT_CROWD]);
	config_free(vault->books->config);
	event_base_free(vault->base);
}

static int policy;

static void
policy_run(struct job *job, void *thread)
{
	(void)job;
	(void)thread;
	policy = sched_getscheduler(0);
}

static void
policy_done(struct job *job, void *context)
{
	(void)job;
	event_base_loopbreak(context);
}

/* The first few are quick, a crowd takes what is left, R is never of it. */
static void
test_where_logins_go(void **state)
{
	static const struct {
		uint8_t type;
		size_t waiting;
		int policy;
	} rows[] = {
		{ FRAME_LOGIN, 1, SCHED_OTHER },
		{ FRAME_LOGIN, WAITING / 4, SCHED_OTHER },
		{ FRAME_LOGIN, WAITING / 4 + 1, SCHED_IDLE },
		{ FRAME_OPEN, WAITING, SCHED_IDLE },
		{ FRAME_RESUME, WAITING, SCHED_OTHER },
	};
	static struct vault vault;
	struct login login = { .errand.job = {
				   .run = policy_run, .done = policy_done } };

	(void)state;
	vault_begin(&vault, 1, event_base_new());
	for (size_t i = 0; i < NELEM(rows); i++) {
		login.type = rows[i].type;
		vault.logins->costly = rows[i].waiting;
		login_submit(&vault, &login);
		event_base_dispatch(vault.base);
		assert_int_equal(policy, rows[i].policy);
	}
	vault_end(&vault);
}

/* A flood has half of the threads where customers ask much, else all. */
static void
test_a_flood_leaves_half(void **state)
{
	static const struct {
		size_t waiting;
		bool much_asked;
		unsigned most;
	} rows[] = {
		{ WAITING, true, THREADS / 2 },
		{ WAITING, false, THREADS },
		{ WAITING / 4 * 3 + 1, true, THREADS / 2 },
		{ WAITING / 4 * 3, true, THREADS },
	};
	static struct login logins[2 * THREADS];
	static struct vault vault;

	(void)state;
	vault_begin(&vault, THREADS, event_base_new());
	for (size_t i = 0; i < NELEM(rows); i++) {
		held.go = false;
		held.ended = held.most = 0;
		vault.logins->costly = rows[i].waiting;
		vault.much_asked = rows[i].much_asked;
		for (size_t j = 0; j < NELEM(logins); j++) {
			logins[j].type = FRAME_LOGIN;
			logins[j].errand.job =
			    (struct job) { .run = hold_run, .done = hold_done };
			login_submit(&vault, &logins[j]);
		}
		wait_for_running(rows[i].most);
		let_go();
		event_base_dispatch(vault.base);
		assert_int_equal(held.most, rows[i].most);
	}
	vault_end(&vault);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_pool_free_drops),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_half_of_a_pool),
		cmocka_unit_test(test_half_of_one_is_one),
		cmocka_unit_test(test_where_logins_go),
		cmocka_unit_test(test_a_flood_leaves_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
