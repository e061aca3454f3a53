/* SPDX-License-Identifier: ISC */
/*
 * What stands in for clock.c, pool.c and libevent in a simulated vault: each
 * has the functions of its header, and does nothing by itself.
 */
#include <sys/queue.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "../../bankd/vault/core/pool.h"
#include "../../bankd/vault/login/login_key.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "sim.h"

#define US_PER_MS 1000

uint64_t
clock_real_ms(void)
{
	return (uint64_t)((int64_t)clock_steady_ms() + world->real_ahead_ms);
}

uint64_t
clock_steady_ms(void)
{
	return world->steady_us / US_PER_MS;
}

uint64_t
clock_steady_us(void)
{
	return world->steady_us;
}

/* -- libevent --------------------------------------------------------------
 */

struct event_base {
	uint64_t exit_us;
};

struct event {
	evutil_socket_t fd;
	short what;
	event_callback_fn call;
	void *context;
	uint64_t due_us, every_us; /* due_us 0: no timer */
	bool pending;
	TAILQ_ENTRY(event) link;
};

static TAILQ_HEAD(events, event) events = TAILQ_HEAD_INITIALIZER(events);

struct event_base *
event_base_new(void)
{
	return calloc(1, sizeof(struct event_base));
}

void
event_base_free(struct event_base *base)
{
	free(base);
}

/* The vault hands itself on with its first event. */
struct event *
event_new(struct event_base *base, evutil_socket_t fd, short what,
    event_callback_fn call, void *context)
{
	struct event *event = calloc(1, sizeof(*event));

	(void)base;
	if (event == NULL)
		return NULL;
	if (sim_vault == NULL)
		sim_vault = context;
	event->fd = fd;
	event->what = what;
	event->call = call;
	event->context = context;
	TAILQ_INSERT_TAIL(&events, event, link);
	return event;
}

int
event_add(struct event *event, const struct timeval *timeout)
{
	event->pending = true;
	event->due_us = event->every_us = 0;
	if (timeout == NULL)
		return 0;
	event->every_us =
	    (uint64_t)timeout->tv_sec * 1000000 + (uint64_t)timeout->tv_usec;
	event->due_us = world->steady_us + event->every_us;
	return 0;
}

int
event_del(struct event *event)
{
	event->pending = false;
	return 0;
}

void
event_free(struct event *event)
{
	if (event == NULL)
		return;
	TAILQ_REMOVE(&events, event, link);
	free(event);
}

int
event_pending(const struct event *event, short what, struct timeval *timeout)
{
	(void)what;
	(void)timeout;
	return event->pending;
}

int
event_base_loop(struct event_base *base, int flags)
{
	(void)base;
	(void)flags;
	sim_turn();
	return 0;
}

int
event_base_loopexit(struct event_base *base, const struct timeval *timeout)
{
	base->exit_us = world->steady_us + (uint64_t)timeout->tv_usec;
	return 0;
}

int
event_base_dispatch(struct event_base *base)
{
	while (world->steady_us <= base->exit_us)
		sim_turn();
	return 0;
}

static struct event *
due_timer(void)
{
	struct event *event, *first = NULL;

	TAILQ_FOREACH (event, &events, link) {
		if (event->pending && event->due_us != 0 &&
		    event->due_us <= world->steady_us &&
		    (first == NULL || event->due_us < first->due_us))
			first = event;
	}
	return first;
}

void
sim_fire_timers(void)
{
	struct event *event;

	while ((event = due_timer()) != NULL) {
		if ((event->what & EV_PERSIST) != 0)
			event->due_us = world->steady_us + event->every_us;
		else
			event->pending = false;
		event->call(-1, EV_TIMEOUT, event->context);
	}
}

static bool
is_ready(const struct event *event)
{
	bool reads = (event->what & EV_READ) != 0;
	struct pollfd pfd = { .fd = event->fd,
		.events = reads ? POLLIN : POLLOUT };

	return event->pending && event->fd >= 0 && poll(&pfd, 1, 0) == 1;
}

/* One of those that are ready. */
bool
sim_fire_links(void)
{
	struct event *event, *ready[16];
	size_t count = 0;

	TAILQ_FOREACH (event, &events, link) {
		if (count < 16 && is_ready(event))
			ready[count++] = event;
	}
	if (count == 0)
		return false;
	event = ready[sim_draw(count)];
	if ((event->what & EV_PERSIST) == 0)
		event->pending = false;
	event->call(
	    event->fd, event->what & (EV_READ | EV_WRITE), event->context);
	return true;
}

/* -- the pool --------------------------------------------------------------
 */

STAILQ_HEAD(job_list, job);

struct pool {
	struct pool_options options;
	struct job_list waiting, ended;
	size_t in_hand;
};

#define POOLS_MAX 8
static struct pool *pools[POOLS_MAX];
static size_t pool_count;

int
pool_new(struct pool **made, struct event_base *base,
    const struct pool_options *options)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	(void)base;
	if (pool == NULL || pool_count == POOLS_MAX)
		abort();
	pool->options = *options;
	STAILQ_INIT(&pool->waiting);
	STAILQ_INIT(&pool->ended);
	pools[pool_count++] = pool;
	*made = pool;
	return 0;
}

void
pool_submit(struct pool *pool, struct job *job)
{
	pool->in_hand++;
	STAILQ_INSERT_TAIL(&pool->waiting, job, link);
}

void
pool_halve(struct pool *pool, bool half)
{
	(void)pool;
	(void)half;
}

size_t
pool_in_hand(const struct pool *pool)
{
	return pool->in_hand;
}

void
pool_free(struct pool *pool)
{
	for (size_t i = 0; i < pool_count; i++) {
		if (pools[i] == pool)
			pools[i] = pools[--pool_count];
	}
	free(pool);
}

/* One of them; of one owner the first. */
static struct job *
draw_job(struct job_list *list, bool in_turn)
{
	struct job *job, *first;
	size_t count = 0, which;

	STAILQ_FOREACH (job, list, link)
		count++;
	if (count == 0)
		return NULL;
	which = sim_draw(count);
	job = STAILQ_FIRST(list);
	while (which-- > 0)
		job = STAILQ_NEXT(job, link);
	STAILQ_FOREACH (first, list, link) {
		if (in_turn && first->owner == job->owner)
			break;
	}
	if (first != NULL)
		job = first;
	STAILQ_REMOVE(list, job, job, link);
	return job;
}

static bool
work_of(struct pool *pool)
{
	struct job *job;

	if (sim_one_in(2) || STAILQ_EMPTY(&pool->ended)) {
		if ((job = draw_job(&pool->waiting, true)) != NULL) {
			job->run(job, pool->options.thread);
			STAILQ_INSERT_TAIL(&pool->ended, job, link);
			return true;
		}
	}
	if ((job = draw_job(&pool->ended, false)) == NULL)
		return false;
	pool->in_hand--;
	job->done(job, pool->options.context);
	if (pool->options.settle != NULL)
		pool->options.settle(pool->options.context);
	return true;
}

bool
sim_work(void)
{
	size_t first = pool_count > 0 ? sim_draw(pool_count) : 0;

	for (size_t i = 0; i < pool_count; i++) {
		if (work_of(pools[(first + i) % pool_count]))
			return true;
	}
	return false;
}

/* -- chance, and the rest that has threads ---------------------------------
 */

int __wrap_RAND_bytes(unsigned char *bytes, int count);
int __wrap_login_key_unwrap(const struct login_key *key,
    const uint8_t wrapped[FRAME_WRAPPED_SIZE], uint8_t k[SEAL_KEY_SIZE]);
int __wrap_store_serve(struct store *store, bool threads);
int __real_store_serve(struct store *store, bool threads);

int
__wrap_RAND_bytes(unsigned char *bytes, int count)
{
	for (int i = 0; i < count; i++)
		bytes[i] = (unsigned char)sim_draw(256);
	return 1;
}

/* A kiosk of ours wraps nothing: K is in the clear, and takes no time. */
int
__wrap_login_key_unwrap(const struct login_key *key,
    const uint8_t wrapped[FRAME_WRAPPED_SIZE], uint8_t k[SEAL_KEY_SIZE])
{
	(void)key;
	memcpy(k, wrapped, SEAL_KEY_SIZE);
	return 0;
}

int
__wrap_store_serve(struct store *store, bool threads)
{
	(void)threads;
	return __real_store_serve(store, false);
}
