/* SPDX-License-Identifier: ISC */
/*
 * The hosts of a simulated bank, one of which runs at a time, and the journal
 * that they share: it is slow, away and full when chance says so, and another
 * host's turn may come before it answers.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../shared/base/clock.h"
#include "../lib/shared_journal.h"
#include "sim.h"

#define STALE_US 2000000 /* bankd.ini(5): stale */
#define POLL_MS 20
#define PAUSE_US 5000
/* Of bank.db's log, until it is written back. */
#define LOG_PAGES_LEAST 4
#define LOG_PAGES_MORE 40

static int link_fd;
static struct shared_options journal;

bool
sim_is_one_of_many(void)
{
	return world->host_count > 1;
}

unsigned
sim_host_number(void)
{
	return (unsigned)(sim_host - world->hosts);
}

static void
wait_turn(void)
{
	char byte;

	if (read(link_fd, &byte, 1) != 1)
		_exit(SIM_KILLED);
}

/* In the process of the host: the others' ends are not for it. */
void
sim_host_open(unsigned host, const int turn[SIM_HOSTS][2])
{
	sim_host = &world->hosts[host];
	link_fd = turn[host][1];
	for (unsigned i = 0; i < world->host_count; i++)
		if (turn[i][0] >= 0)
			close(turn[i][0]);
	wait_turn();
}

unsigned
sim_host_draw(void)
{
	unsigned host = (unsigned)sim_draw(world->host_count);

	while (world->hosts[host].over)
		host = (host + 1) % world->host_count;
	return host;
}

void
sim_host_yield(void)
{
	if ((world->turn = sim_host_draw()) == sim_host_number())
		return;
	if (write(link_fd, "", 1) != 1)
		_exit(SIM_KILLED);
	wait_turn();
}

/* What it read long ago is not taken for today's. */
void
sim_host_begin_turn(void)
{
	sim_host->last_turn_ms = sim_host->turn_ms;
	sim_host->turn_ms = clock_steady_ms();
	journal.till_asked = true;
	if (world->steady_us - sim_host->heard_us > STALE_US)
		journal.stale = true;
}

static enum shared_fault
draw_fault(enum shared_call call)
{
	static const enum shared_fault faults[SHARED_CALLS][4] = {
		[SHARED_PROPOSE] = { SHARED_OVERTAKEN, SHARED_LOST,
		    SHARED_UNTOLD, SHARED_UNTOLD },
		[SHARED_AGAIN] = { SHARED_OVERTAKEN, SHARED_LOST, SHARED_UNTOLD,
		    SHARED_AWAY },
		[SHARED_NEXT] = { SHARED_AWAY, SHARED_AWAY, SHARED_WORKS,
		    SHARED_WORKS },
		[SHARED_FIRM] = { SHARED_AWAY, SHARED_AWAY, SHARED_WORKS,
		    SHARED_WORKS },
	};

	return sim_one_in(40) ? faults[call][sim_draw(4)] : SHARED_WORKS;
}

static enum shared_fault
at_journal(void *context, enum shared_call call)
{
	enum shared_fault fault;

	(void)context;
	sim_host->lots_missing = sim_host->lots_missing || call == SHARED_NEXT;
	if (call != SHARED_NEXT ? sim_one_in(2) : sim_one_in(10))
		sim_host_yield();
	if (sim_one_in(500))
		sim_disk_die();
	if (world->steady_us < world->away_us)
		return SHARED_AWAY;
	if (sim_host->last)
		return SHARED_WORKS;
	fault = draw_fault(call);
	if (fault != SHARED_WORKS)
		sim_say(
		    "the journal: call %d, fault %d", (int)call, (int)fault);
	if (call == SHARED_NEXT && fault == SHARED_WORKS) {
		sim_host->heard_us = world->steady_us;
		sim_host->lots_missing = false;
	}
	return fault;
}

/* What tests/model/trace reads of the lots. */
static void
trace_lot(void *context, enum shared_call call, int answer,
    const struct lot_head *lot)
{
	const char *kind = call == SHARED_NEXT ? "took" : "mine";

	(void)context;
	if (answer == JOURNAL_MINE || answer == JOURNAL_LOT)
		sim_trace("%s %u %llu %u\n", kind, sim_host_number(),
		    (unsigned long long)lot->number, (unsigned)lot->host - 1);
	else if (answer == JOURNAL_AWAY && call != SHARED_NEXT)
		sim_trace("doubt %u\n", sim_host_number());
}

struct store_options
sim_host_options(void)
{
	struct store_options options = { .log_pages = LOG_PAGES_LEAST +
		    (int)sim_draw(LOG_PAGES_MORE) };

	journal = (struct shared_options) {
		.path = world->journal,
		.fault = at_journal,
		.answered = trace_lot,
		.poll_ms = POLL_MS,
	};
	if (!sim_is_one_of_many())
		return options;
	options.journal = shared_journal_open;
	options.engine = &journal;
	options.host = sim_host_number() + 1;
	return options;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);

/* A host that waits for the journal, in the middle of a commit. */
int
__wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	if (count > 0)
		return __real_poll(fds, count, timeout);
	world->steady_us += sim_one_in(8) ? sim_draw(1000000) : PAUSE_US;
	sim_host_yield();
	if (sim_one_in(60))
		sim_disk_die();
	return 0;
}
