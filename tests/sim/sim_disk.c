/* SPDX-License-Identifier: ISC */
/*
 * The disk of a simulated host: full, slow, failing, and without power, when
 * chance says so.
 */
/* Before any header: it has functions of its own for libc's. */
#include "../lib/disk/disk_calls.c"

#include <stdlib.h>

#include "../lib/power.h"
#include "sim.h"

#define RECOVERY_CALLS 80 /* storage calls of a start, about */
#define SLOW_US 400000    /* of a sync, at most */

static struct power *power;

static void
lose_power(void)
{
	char *slash = strrchr(sim_host->directory, '/');

	disk_calls.before = NULL;
	disk_calls.after = NULL;
	srandom((unsigned)sim_draw(1U << 31));
	snprintf(sim_host->next_directory, sizeof(sim_host->next_directory),
	    "%.*s/%u-%u", (int)(slash - sim_host->directory),
	    sim_host->directory, sim_host_number(), sim_host->lives + 1);
	if (mkdir(sim_host->next_directory, 0700) == -1)
		abort();
	power_go(power, power_moments(power));
	power_cut(power, sim_host->next_directory);
}

void
sim_disk_die(void)
{
	world->counts[SIM_KILLS]++;
	sim_say("killed");
	if (power != NULL)
		lose_power();
	_exit(SIM_KILLED);
}

/* How far the blocks of bank.db and of its log go. */
static off_t blocks[2];

static off_t *
blocks_of(const char *path)
{
	if (strcmp(path, "bank.db") == 0)
		return &blocks[0];
	return strcmp(path, "bank.db-wal") == 0 ? &blocks[1] : NULL;
}

static void
find_blocks(void)
{
	static const char *const names[] = { "bank.db", "bank.db-wal" };
	char path[192];
	struct stat status;

	for (int i = 0; i < 2; i++) {
		snprintf(
		    path, sizeof(path), "%s/%s", sim_host->directory, names[i]);
		blocks[i] = stat(path, &status) == 0 ? status.st_size : 0;
	}
}

/* Blocks that a file has stay its own on a full disk. */
static bool
needs_room(const struct disk_call *call)
{
	off_t *room = blocks_of(call->path), end;

	if (call->kind != DISK_ALLOCATE && call->kind != DISK_WRITE)
		return false;
	end = call->at + (off_t)call->length;
	if (room != NULL && end <= *room)
		return false;
	if (room != NULL && !sim_host->full)
		*room = end;
	return call->kind == DISK_ALLOCATE || room != NULL ||
	    strncmp(call->path, "bank.db", 7) == 0 ||
	    strstr(call->path, ".new") != NULL;
}

static void
cut_blocks(const struct disk_call *call)
{
	off_t *room = blocks_of(call->path);

	if (room != NULL && call->kind == DISK_TRUNCATE)
		*room = call->at;
	if (room != NULL &&
	    (call->kind == DISK_UNLINK || call->kind == DISK_RENAME))
		*room = 0;
}

static int
before_call(const struct disk_call *call)
{
	if (sim_host->kill_at > 0 && --sim_host->kill_at == 0)
		sim_disk_die();
	cut_blocks(call);
	if (needs_room(call) && sim_host->full)
		return ENOSPC;
	if (call->kind != DISK_SYNC)
		return 0;
	if (sim_host->slow)
		world->steady_us += sim_draw(SLOW_US);
	if (sim_host->fail_at > 0 && --sim_host->fail_at == 0)
		return EIO;
	return DISK_DONE;
}

/* Some are killed before they serve, or have no room to. */
static void
draw_recovery(void)
{
	if (sim_one_in(6))
		sim_host->kill_at = 1 + (long)sim_draw(RECOVERY_CALLS);
	if (sim_one_in(20))
		sim_host->full = sim_host->failed_once = true;
}

void
sim_disk_begin(void)
{
	disk_calls.directory = sim_host->directory;
	sim_host->power = sim_host->lives > 0 && sim_one_in(3);
	power = sim_host->power ? power_begin(sim_host->directory) : NULL;
	find_blocks();
	disk_calls.before = before_call;
	if (sim_host->lives > 0 && !sim_host->last)
		draw_recovery();
}
