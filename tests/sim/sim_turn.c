/* SPDX-License-Identifier: ISC */
/*
 * A turn of the vault's loop is a step of the simulation: what happens next
 * is drawn, and what it led to is judged.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../bankd/store/store.h"
#include "../../bankd/vault/core/hosts.h"
#include "../../shared/base/clock.h"
#include "sim.h"

#define DAY_MS UINT64_C(86400000)
#define PAUSE_DAYS 60
#define TURNS_MAX 100000 /* of a life */
#define START_US 20000   /* of a turn of a vault that doesn't serve yet */
#define ACTS_LEAST 1     /* of kiosks and operators, in a step */
#define ACTS_MORE 8
#define KEYS_EVERY 6    /* steps of a bank in which months go by */
#define LATE_US 1000000 /* since its timers were looked at */

struct sim_world *world;
struct sim_host *sim_host;
struct vault *sim_vault;
struct ipc *sim_monitor, *sim_front;

/* splitmix64 */
static uint64_t
next_chance(uint64_t *chance)
{
	uint64_t z = (*chance += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t
sim_draw(uint64_t most)
{
	return next_chance(&world->chance) % most;
}

bool
sim_one_in(uint64_t many)
{
	return sim_draw(many) == 0;
}

void
sim_say(const char *format, ...)
{
	va_list list;

	if (!world->verbose)
		return;
	printf(
	    "# %5u %12.3f  ", world->step, (double)world->steady_us / 1000000);
	if (sim_is_one_of_many())
		printf("host %u: ", sim_host_number() + 1);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf("\n");
	fflush(stdout);
}

void
sim_trace(const char *format, ...)
{
	va_list list;

	if (world->trace_fd < 0)
		return;
	va_start(list, format);
	vdprintf(world->trace_fd, format, list);
	va_end(list);
}

void
sim_wrong(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(world->wrong, sizeof(world->wrong), format, list);
	va_end(list);
	sim_say("WRONG: %s", world->wrong);
	_exit(SIM_WRONG);
}

static void
hear_monitor(void)
{
	struct ipc_message message;

	do {
		while (ipc_next(sim_monitor, &message) == 1) {
			if (message.type == IPC_LOG)
				sim_say("  log: %.*s", (int)message.length - 1,
				    (const char *)message.body + 1);
			if (message.type == IPC_FAILED)
				sim_say("  failed: %.*s",
				    (int)message.length - 1,
				    (const char *)message.body + 1);
			if (message.type == IPC_RELOADED)
				sim_reloaded(message.body[0]);
		}
	} while (ipc_read(sim_monitor) == 0);
}

/* In one bank of four weeks and months go by, in the others hours. */
static bool
is_slow_bank(void)
{
	return world->seed % 4 == 1;
}

/* All that is on its way arrives. */
static void
deliver(void)
{
	for (int i = 0; i < 8 && sim_fire_links(); i++)
		continue;
}

static void
pass_time(void)
{
	uint64_t ms = sim_one_in(2) ? sim_draw(20) : sim_draw(200);
	uint64_t real_ms = clock_real_ms();

	if (is_slow_bank() && sim_one_in(6))
		ms = sim_draw(PAUSE_DAYS * DAY_MS);
	else if (sim_one_in(20))
		ms = sim_draw(90000);
	else if (sim_one_in(100))
		ms = sim_draw(7 * 3600000);
	else if (sim_one_in(100))
		ms = DAY_MS - (real_ms + 3) % DAY_MS + sim_draw(6);
	world->steady_us += ms * 1000;
	if (ms > 1000) {
		sim_say("%.1f s pass", (double)ms / 1000);
		sim_fire_timers();
	}
}

static void
step_clock(void)
{
	int64_t ms = (int64_t)sim_draw(2 * 900000) - 900000;

	/* A host that is a minute off the database's clock serves nobody. */
	if (sim_is_one_of_many())
		ms /= 60;
	else if (sim_one_in(4))
		ms *= 100;
	world->real_ahead_ms += ms;
	sim_say("the clock steps by %lld ms", (long long)ms);
}

static void
kill_vault(void)
{
	/* Now, or at a storage call soon. */
	if (sim_one_in(3))
		sim_disk_die();
	sim_host->kill_at = 1 + (long)sim_draw(40);
	sim_say("kill at the %ldth storage call", sim_host->kill_at);
}

static void
stop_vault(void)
{
	if (sim_host->stopping)
		return;
	sim_host->stopping = true;
	sim_say("stop");
	(void)ipc_send(sim_monitor, IPC_STOP, 0, NULL, 0, -1);
	(void)ipc_flush(sim_monitor);
}

static void
fill_disk(void)
{
	sim_host->full = !sim_host->full;
	sim_host->failed_once = sim_host->failed_once || sim_host->full;
	sim_say("the disk %s", sim_host->full ? "is full" : "has room");
}

static void
slow_disk(void)
{
	sim_host->slow = !sim_host->slow;
	sim_say("the disk is %s", sim_host->slow ? "slow" : "fast");
}

static void
lose_journal(void)
{
	if (!sim_is_one_of_many())
		return;
	world->away_us =
	    world->steady_us + sim_draw(sim_one_in(6) ? 20000000 : 1500000);
	sim_say("no journal for %.1f s",
	    (double)(world->away_us - world->steady_us) / 1000000);
}

static void
fail_sync(void)
{
	sim_host->fail_at = 1 + (long)sim_draw(6);
	sim_host->failed_once = sim_host->sync_failed = true;
	sim_say("the %ldth sync fails", sim_host->fail_at);
}

static void
go_wrong(void)
{
	switch (sim_draw(80)) {
	case 0:
		kill_vault();
		return;
	case 1:
		if (sim_one_in(3))
			stop_vault();
		return;
	case 2:
		fill_disk();
		return;
	case 3:
		if (sim_one_in(4))
			fail_sync();
		return;
	case 4:
		step_clock();
		return;
	case 5:
		slow_disk();
		return;
	case 6:
		lose_journal();
		return;
	case 7:
		sim_reload();
		return;
	case 8:
		sim_edit();
		return;
	}
}

static void
act(void)
{
	if (sim_one_in(30)) {
		sim_link_haunt();
		return;
	}
	if (sim_one_in(50)) {
		sim_operator_act();
		return;
	}
	sim_kiosk_act();
}

/* It has all that any other has, and waits for those that end later. */
static void
end_last_life(void)
{
	for (unsigned i = 0; i < world->host_count; i++) {
		if (!world->hosts[i].last)
			return;
	}
	world->steady_us += 1000000;
	sim_fire_timers();
	if (!sim_vault->hosts->away) {
		memcpy(sim_host->chain, store_chain(sim_vault->books->store),
		    sizeof(sim_host->chain));
		sim_books_judge();
		_exit(SIM_OVER);
	}
}

static void
end_scenario(void)
{
	if (sim_host->last) {
		end_last_life();
		return;
	}
	world->ending = true;
	sim_say("the end: kill, and a last life");
	_exit(SIM_KILLED);
}

static void
judge(void)
{
	sim_attempts_look();
	sim_kiosk_hear();
	hear_monitor();
	sim_operator_hear();
	sim_judge_sessions();
	sim_judge_locks();
	sim_books_judge();
	sim_judge_edits();
}

static void
take_step(void)
{
	if (world->making) {
		stop_vault();
		return;
	}
	if (sim_host->last || world->step >= world->steps) {
		end_scenario();
		return;
	}
	world->step++;
	if (world->left_out[world->step])
		return;
	world->chance = world->seed * UINT64_C(1000003) + world->step;
	(void)next_chance(&world->chance);
	pass_time();
	if (is_slow_bank() && world->step % KEYS_EVERY == 0)
		sim_keys_act();
	go_wrong();
	for (uint64_t i = ACTS_LEAST + sim_draw(ACTS_MORE); i > 0; i--)
		act();
}

void
sim_turn(void)
{
	static unsigned turns;
	static uint64_t fired_us;

	sim_host_yield();
	sim_host_begin_turn();
	if (++turns > TURNS_MAX)
		sim_wrong("the vault doesn't come to an end");
	if (!sim_vault->serving) {
		(void)sim_fire_links();
		world->steady_us += START_US;
		sim_fire_timers();
		hear_monitor();
		if (sim_vault->serving)
			judge();
		return;
	}
	world->steady_us += 1000;
	if (!sim_host->stopping)
		take_step();
	else
		world->steady_us += 1000;
	/* A loop that isn't late may read what has come first. */
	if (world->steady_us > fired_us + LATE_US || sim_one_in(2))
		sim_fire_timers();
	deliver();
	sim_fire_timers();
	fired_us = world->steady_us;
	while (!sim_one_in(12) && sim_work())
		continue;
	if (!sim_vault->stopping || sim_vault->serving)
		judge();
}
