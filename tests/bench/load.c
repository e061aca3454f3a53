/* SPDX-License-Identifier: ISC */
/*
 * The load generator's life: open the sessions, warm up, measure, wait for
 * what is under way, report.  One thread; nothing here is the bank's.
 */
#include "load.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>

#include <openssl/err.h>

#include "../../shared/base/error.h"

#define EVENTS 256
#define NS_PER_S 1000000000.0
#define OPEN_LIMIT_S 240.0
#define DRAIN_LIMIT_S 10.0
#define RETRY_NS 10000000

static bool
sending(const struct load *load)
{
	return load->phase == PHASE_WARM || load->phase == PHASE_MEASURE;
}

/* Starts the request of a session that is free. */
static void
start_request(struct session *session, uint64_t due_ns)
{
	session->due_ns = due_ns;
	if (session->group->what->renews)
		session_open(session);
	else
		session_ask(session);
}

static void
put_free(struct session *session)
{
	session->next_free = session->group->free;
	session->group->free = session;
}

static int
leave(struct session *session)
{
	return session->group->what->bank ? session_leave(session)
					  : BANK_ECLOSED;
}

/* A session has nothing to do: the next request, the list, or the end. */
static void
next_request(struct session *session)
{
	struct group *group = session->group;

	if (group->load->phase == PHASE_DRAIN) {
		if (session->state == SESSION_FREE && leave(session) != 0)
			load_left(session);
	} else if (group->rate > 0 || group->what->ask == NULL)
		put_free(session);
	else
		start_request(session, clock_ns());
}

static uint64_t
next_due(const struct group *group)
{
	return group->start_ns +
	    (uint64_t)((double)group->dues * NS_PER_S / group->rate);
}

/* Connections of a closed loop that failed: again, but in no hot loop. */
static int64_t
retry_group(struct group *group)
{
	struct session *session, *next;
	uint64_t now = clock_ns();

	if (group->free == NULL || !group->what->renews)
		return -1;
	if (now < group->retry_ns)
		return (int64_t)(group->retry_ns - now);
	session = group->free;
	group->free = NULL;
	group->retry_ns = now + RETRY_NS;
	for (; session != NULL; session = next) {
		next = session->next_free;
		start_request(session, clock_ns());
	}
	return -1;
}

/* Gives out what is due.  Nanoseconds to the next, or -1 for none to wait. */
static int64_t
pace_group(struct group *group)
{
	struct session *session;
	uint64_t now = clock_ns(), due;

	if (group->rate == 0)
		return retry_group(group);
	while (group->free != NULL) {
		if ((due = next_due(group)) > now)
			return (int64_t)(due - now);
		session = group->free;
		group->free = session->next_free;
		group->dues++;
		start_request(session, due);
	}
	return -1;
}

/* Requests of an open loop that were due, and found no session free. */
static uint64_t
backlog_of(const struct group *group)
{
	double s = (double)(clock_ns() - group->start_ns) / NS_PER_S;
	uint64_t due = (uint64_t)(s * group->rate);

	return group->rate > 0 && due > group->dues ? due - group->dues : 0;
}

static void
count(struct session *session, int code)
{
	struct group *group = session->group;
	struct load *load = group->load;
	uint64_t now = clock_ns();

	if (session->moves) {
		group->acknowledged += code == 200;
		session->moves = false;
	}
	if (load->phase != PHASE_MEASURE)
		return;
	histogram_add(group->times, now - session->due_ns);
	group->codes[code > 0 && code < LOAD_MAX_CODE ? code : 0]++;
	if (now - group->last_ns > group->gap_ns)
		group->gap_ns = now - group->last_ns;
	group->last_ns = now;
}

/* One connection after another is begun, a bounded number at once. */
static void
open_more(struct load *load)
{
	for (unsigned i = 0; i < load->group_count; i++) {
		struct group *group = &load->groups[i];

		while (!group->what->renews && group->opened < group->size &&
		    load->opening < load->most_opening) {
			load->opening++;
			session_open(&group->sessions[group->opened++]);
		}
	}
}

void
load_opened(struct session *session)
{
	struct group *group = session->group;
	struct load *load = group->load;

	if (!group->what->renews) {
		session->state = SESSION_FREE;
		load->opening--;
		load->open++;
		put_free(session);
		return;
	}
	count(session, 200);
	if (!group->what->bank)
		load_left(session);
	else if (session_leave(session) != 0) {
		session_end(session);
		put_free(session);
	}
}

void
load_left(struct session *session)
{
	session_end(session);
	if (session->group->what->renews)
		next_request(session);
}

void
load_answered(struct session *session, int code)
{
	session->state = SESSION_FREE;
	count(session, code);
	next_request(session);
}

void
load_lost(struct session *session, const char *why)
{
	struct group *group = session->group;
	struct load *load = group->load;

	group->unanswered += session->moves;
	session->moves = false;
	session_end(session);
	if (load->phase == PHASE_DRAIN || load->phase == PHASE_DONE)
		return;
	group->lost++;
	if (load->failure[0] == '\0')
		snprintf(load->failure, sizeof(load->failure), "%s", why);
	if (load->phase == PHASE_OPEN)
		load->phase = PHASE_DONE;
	else if (group->what->renews)
		put_free(session);
}

static unsigned
wanted(const struct load *load)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < load->group_count; i++)
		if (!load->groups[i].what->renews)
			sum += load->groups[i].size;
	return sum;
}

/* Takes the whole list, and lets each begin. */
static void
start_group(struct group *group)
{
	struct session *session, *next;

	group->start_ns = clock_ns();
	if (group->what->renews)
		for (unsigned i = 0; i < group->size; i++)
			put_free(&group->sessions[i]);
	if (group->rate > 0 || group->what->ask == NULL)
		return;
	session = group->free;
	group->free = NULL;
	for (; session != NULL; session = next) {
		next = session->next_free;
		start_request(session, clock_ns());
	}
}

static void
phase_set(struct load *load, enum phase phase, double seconds)
{
	load->phase = phase;
	load->phase_end_ns = clock_ns() + (uint64_t)(seconds * NS_PER_S);
}

static unsigned
under_way(const struct load *load)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < load->group_count; i++)
		for (unsigned j = 0; j < load->groups[i].size; j++) {
			enum session_state state =
			    load->groups[i].sessions[j].state;

			sum += state != SESSION_CLOSED && state != SESSION_FREE;
		}
	return sum;
}

static void
begin_warm(struct load *load)
{
	report_memory(load, true);
	phase_set(load, PHASE_WARM, load->warm_s);
	for (unsigned i = 0; i < load->group_count; i++)
		start_group(&load->groups[i]);
}

static void
begin_drain(struct load *load)
{
	struct session *session;

	for (unsigned i = 0; i < load->group_count; i++) {
		struct group *group = &load->groups[i];
		uint64_t gap = clock_ns() - group->last_ns;

		group->backlog = backlog_of(group);
		if (group->what->ask != NULL && gap > group->gap_ns)
			group->gap_ns = gap;
	}
	report_stop(load);
	phase_set(load, PHASE_DRAIN, DRAIN_LIMIT_S);
	for (unsigned i = 0; i < load->group_count; i++)
		while ((session = load->groups[i].free) != NULL) {
			load->groups[i].free = session->next_free;
			next_request(session);
		}
}

static void
begin_measure(struct load *load)
{
	phase_set(load, PHASE_MEASURE, load->measure_s);
	for (unsigned i = 0; i < load->group_count; i++)
		load->groups[i].last_ns = clock_ns();
	report_start(load);
}

/* What time and the sessions say about which part of the run this is. */
static void
phase_check(struct load *load)
{
	bool over = clock_ns() >= load->phase_end_ns;

	if (load->phase == PHASE_OPEN) {
		open_more(load);
		if (load->open == wanted(load))
			begin_warm(load);
		else if (over) {
			snprintf(load->failure, sizeof(load->failure),
			    "only %u of %u sessions in time", load->open,
			    wanted(load));
			load->phase = PHASE_DONE;
		}
	} else if (load->phase == PHASE_WARM && over)
		begin_measure(load);
	else if (load->phase == PHASE_MEASURE && over)
		begin_drain(load);
	else if (load->phase == PHASE_DRAIN && (over || under_way(load) == 0))
		load->phase = PHASE_DONE;
}

/* How long the loop may sleep: to the next due time or end of a phase. */
static int64_t
next_wake(struct load *load)
{
	int64_t wait = (int64_t)(load->phase_end_ns - clock_ns()), due;

	for (unsigned i = 0; sending(load) && i < load->group_count; i++) {
		due = pace_group(&load->groups[i]);
		if (due >= 0 && due < wait)
			wait = due;
	}
	return wait < 0 ? 0 : wait;
}

static int
load_loop(struct load *load)
{
	struct epoll_event events[EVENTS];
	struct timespec wait;
	int64_t ns;
	int n;

	phase_set(load, PHASE_OPEN, OPEN_LIMIT_S);
	report_memory(load, false);
	for (;;) {
		phase_check(load);
		if (load->phase == PHASE_DONE)
			return load->open == wanted(load) ? 0 : EX_UNAVAILABLE;
		ns = next_wake(load);
		wait.tv_sec = (time_t)(ns / 1000000000);
		wait.tv_nsec = (long)(ns % 1000000000);
		n = epoll_pwait2(load->epoll, events, EVENTS, &wait, NULL);
		if (n == -1 && errno != EINTR)
			return EX_OSERR;
		for (int i = 0; i < n; i++)
			session_event(events[i].data.ptr, events[i].events);
	}
}

/* Customers are spread over all there are, so that no two sessions have one
 * of them where there are enough. */
static int
make_sessions(struct load *load)
{
	unsigned number = 0;
	uint64_t stride;

	for (unsigned i = 0; i < load->group_count; i++)
		load->sessions += load->groups[i].size;
	stride = load->customers / load->sessions;
	for (unsigned i = 0; i < load->group_count; i++) {
		struct group *group = &load->groups[i];

		group->load = load;
		group->sessions = calloc(group->size, sizeof(struct session));
		group->times = calloc(1, sizeof(*group->times));
		if (group->sessions == NULL || group->times == NULL)
			return EX_OSERR;
		for (unsigned j = 0; j < group->size; j++, number++) {
			group->sessions[j].group = group;
			group->sessions[j].link.fd = -1;
			group->sessions[j].number = number;
			group->sessions[j].customer = stride > 0
			    ? number * stride
			    : number % load->customers;
		}
	}
	/* At most 32 from one address, and not many logins at once. */
	load->addresses = load->sessions / 32 + 16;
	return 0;
}

static void
free_all(struct load *load)
{
	for (unsigned i = 0; i < load->group_count; i++) {
		struct group *group = &load->groups[i];

		for (unsigned j = 0; group->sessions != NULL && j < group->size;
		     j++) {
			group->unanswered += group->sessions[j].moves;
			session_end(&group->sessions[j]);
		}
	}
}

int
main(int argc, char **argv)
{
	static struct load load;
	struct rlimit files;
	int code;

	load_options(&load, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	load.random = load.seed;
	if ((load.epoll = epoll_create1(EPOLL_CLOEXEC)) == -1 ||
	    (code = make_sessions(&load)) != 0)
		return EX_OSERR;
	code = load_loop(&load);
	free_all(&load);
	report_print(&load, stdout);
	if (load.failure[0] != '\0')
		fprintf(stderr, "load: %s\n", load.failure);
	return code;
}
