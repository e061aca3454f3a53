/* SPDX-License-Identifier: ISC */
/*
 * Simulated banks, one for each seed: see sim.h for what one is, sim_judge.c
 * for what must be so in it.
 *
 *	SEED=n    from this seed on (default: 1)
 *	SEEDS=n   so many (default: 200)
 *	STEPS=n   steps of each         TRAIL=1   says what happens
 *	SHRINK=0  what is found is not made smaller
 *	TRACE=f   adds to the file f what tests/model/trace reads
 *
 * What is found is made smaller: steps are left out as long as it is still
 * found.  Then what is left is told, step by step.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "../../bankd/store/store_kiosks.h"
#include "../../bankd/store/store_open.h"
#include "../../bankd/vault/vault.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "../lib/sanitized.h"
#include "sim.h"

/* A sanitizer's build is for what it watches. */
#define SEEDS (SANITIZED ? 40 : 200)
#define STEPS 250
#define LIVES_MAX 2000
#define BEGIN_US UINT64_C(1000000000)
#define DAY_US UINT64_C(86400000000)
#define SHRINK_S 30
/* 2023-11-14 23:58: midnight is near. */
#define BEGIN_MS INT64_C(1700006280000)

static char top[128];
static int trace_fd = -1;
/* Each host's link to here, whose end here is the first. */
static int turns[SIM_HOSTS][2];
static pid_t pids[SIM_HOSTS];

/* -- a life ----------------------------------------------------------------
 */

static void
link_up(struct ipc **ipc, enum ipc_role self, int *fd)
{
	int link[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) == -1 ||
	    (*ipc = ipc_new(link[0], self, IPC_VAULT)) == NULL)
		abort();
	*fd = link[1];
}

/* All that its monitor and its front say first lies there already. */
static _Noreturn void
live(unsigned host)
{
	static const uint8_t port[2] = { 0x12, 0x34 };
	struct store_options options;
	int vault_fd, front_fd;
	char *dump;

	sim_host_open(host, (const int(*)[2])turns);
	dump = sim_config(sim_host->directory, world->key);
	link_up(&sim_monitor, IPC_MONITOR, &vault_fd);
	link_up(&sim_front, IPC_FRONT, &front_fd);
	if (ipc_send(sim_monitor, IPC_CONFIG, 0, dump, strlen(dump), -1) != 0 ||
	    ipc_send(sim_monitor, IPC_PEER, 0, NULL, 0, front_fd) != 0 ||
	    ipc_send(sim_monitor, IPC_START, 0, NULL, 0, -1) != 0 ||
	    ipc_drain(sim_monitor) != 0 ||
	    ipc_send(sim_front, IPC_HELLO, 0, port, sizeof(port), -1) != 0 ||
	    ipc_drain(sim_front) != 0)
		abort();
	close(front_fd);
	free(dump);
	sim_disk_begin();
	sim_say("life %u%s in %s", sim_host->lives,
	    sim_host->power ? ", whose power may go" : "", sim_host->directory);
	options = sim_host_options();
	_exit(vault_main_over(vault_fd, &options));
}

/* What a life's end leaves to the next. */
static void
between_lives(struct sim_host *host)
{
	memset(&host->books, 0, sizeof(host->books));
	host->kill_at = host->fail_at = 0;
	host->full = host->slow = host->failed_once = host->stopping = false;
	host->sync_failed = false;
	host->last = world->ending;
	if (host->next_directory[0] != '\0')
		memcpy(host->directory, host->next_directory,
		    sizeof(host->directory));
	host->next_directory[0] = '\0';
	sim_link_lose_all((unsigned)(host - world->hosts));
	sim_operator_lost(host);
	sim_trace("die %u\n", (unsigned)(host - world->hosts));
	/* A machine that was off may have lost its clock. */
	if (world->host_count == 1 && sim_one_in(4))
		world->real_ahead_ms -= (int64_t)sim_draw(3600000);
	host->lives++;
	world->lives++;
	world->steady_us += 1000000;
}

/* Whether there is another life, by how this one ended. */
static bool
goes_on(const struct sim_host *host, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (code == SIM_KILLED || (code == 0 && host->stopping))
		return true;
	/* A sync that failed ends it; without room it doesn't start. */
	if ((code == EX_SOFTWARE && host->sync_failed) ||
	    (code == EX_IOERR && host->failed_once))
		return true;
	/* Nor can it say then that it was stopped properly. */
	if (code == EX_SOFTWARE && host->stopping && host->failed_once)
		return true;
	/* So may a journal that is away for too long. */
	if (code == EX_TEMPFAIL && world->host_count > 1)
		return true;
	if (code != SIM_OVER && code != SIM_WRONG)
		snprintf(world->wrong, sizeof(world->wrong),
		    "the vault ended with %s %d", code < 0 ? "signal" : "code",
		    code < 0 ? WTERMSIG(status) : code);
	return false;
}

/* Commands in the directory of all. */
static void
run(const char *commands)
{
	char text[256];

	snprintf(text, sizeof(text), "cd %s && %s", top, commands);
	if (system(text) != 0)
		abort();
}

static void
begin_world(uint64_t seed, unsigned steps)
{
	memset(world, 0, offsetof(struct sim_world, left_out));
	memset((char *)world + offsetof(struct sim_world, verbose), 0,
	    sizeof(*world) - offsetof(struct sim_world, verbose));
	for (size_t i = 0; i < SIM_SLOTS; i++) {
		world->slots[i].doubt = -1;
		world->slots[i].kiosk = i < 4 ? SIM_LOBBY : SIM_WINDOW;
	}
	world->seed = seed;
	world->host_count = seed % 3 == 2 ? SIM_HOSTS : 1;
	world->steps = steps;
	world->chance = seed;
	world->steady_us = BEGIN_US;
	world->real_ahead_ms = BEGIN_MS + (int64_t)sim_draw(100000);
	for (unsigned i = 0; i < world->host_count; i++)
		snprintf(world->hosts[i].directory,
		    sizeof(world->hosts[i].directory), "%s/%u-0", top, i);
	for (unsigned i = 0; i < SIM_HOSTS; i++)
		world->hosts[i].withdraw_cents = SIM_WITHDRAW;
	snprintf(world->journal, sizeof(world->journal), "%s/9-lots", top);
	world->trace_fd = trace_fd;
	snprintf(world->key, sizeof(world->key), "%s/key", top);
}

static void
start(unsigned host)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, turns[host]) ==
	    -1)
		abort();
	fflush(NULL);
	if ((pids[host] = fork()) == 0)
		live(host);
	if (pids[host] == -1)
		abort();
	close(turns[host][1]);
	turns[host][1] = -1;
}

static int
end(unsigned host)
{
	int status;

	close(turns[host][0]);
	turns[host][0] = -1;
	if (waitpid(pids[host], &status, 0) != pids[host])
		abort();
	return status;
}

/* Whether it still runs. */
static bool
give_turn(unsigned host)
{
	char byte;

	return write(turns[host][0], "", 1) == 1 &&
	    read(turns[host][0], &byte, 1) == 1;
}

/* Whether any goes on. */
static bool
take_turn(void)
{
	unsigned host = world->turn;
	struct sim_host *its = &world->hosts[host];
	int status;

	if (give_turn(host))
		return true;
	status = end(host);
	if (goes_on(its, status) && its->lives < LIVES_MAX) {
		between_lives(its);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			sim_edit_stopped(its);
		start(host);
		world->turn = sim_host_draw();
		return true;
	}
	its->over = true;
	for (unsigned i = 0; i < world->host_count; i++) {
		if (world->hosts[i].over)
			continue;
		world->turn = i;
		return world->wrong[0] == '\0';
	}
	return false;
}

static void
live_all(void)
{
	for (unsigned i = 0; i < world->host_count; i++)
		start(i);
	while (take_turn())
		continue;
	for (unsigned i = 0; i < world->host_count; i++) {
		if (!world->hosts[i].over)
			(void)kill(pids[i], SIGKILL), (void)end(i);
	}
	if (world->wrong[0] == '\0')
		sim_books_end();
}

/* One seed's; whether all was well. */
static bool
simulate(uint64_t seed, unsigned steps, bool verbose)
{
	begin_world(seed, steps);
	world->verbose = verbose;
	sim_keys_begin();
	run("rm -rf [0-9]*");
	for (unsigned i = 0; i < world->host_count; i++)
		run(i == 0 ? "cp -r template 0-0" : "cp -r template 1-0");
	live_all();
	return world->wrong[0] == '\0';
}

/* -- what is found ---------------------------------------------------------
 */

static uint64_t
number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void
leave_out(unsigned from, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		world->left_out[from + i] = true;
}

static unsigned
count_left(unsigned steps)
{
	unsigned count = 0;

	for (unsigned i = 1; i <= steps; i++)
		count += !world->left_out[i];
	return count;
}

static unsigned
shrink(uint64_t seed, unsigned steps)
{
	struct timespec until, now;
	bool before[NELEM(world->left_out)];

	/* time(2) is the bank's. */
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SHRINK_S;
	for (unsigned size = steps / 2; size > 0; size /= 2) {
		for (unsigned at = 1; at + size <= steps + 1; at += size) {
			clock_gettime(CLOCK_MONOTONIC, &now);
			if (now.tv_sec >= until.tv_sec)
				return steps;
			if (world->left_out[at])
				continue;
			/* Some of these may be out already, and stay so. */
			memcpy(before, world->left_out, sizeof(before));
			leave_out(at, size);
			if (simulate(seed, steps, false))
				memcpy(world->left_out, before, sizeof(before));
		}
	}
	return steps;
}

static void
tell_found(uint64_t seed)
{
	unsigned step = world->step;

	printf("# SEEDS=1 SEED=%llu STEPS=%u: step %u, life %u: %s\n",
	    (unsigned long long)seed, step, step, world->lives, world->wrong);
	fflush(stdout);
	if (number_of("SHRINK", 1) == 0)
		return;
	if (simulate(seed, step, false)) {
		printf("# only with the steps after it\n");
		return;
	}
	(void)shrink(seed, step);
	printf("# %u of %u steps are needed:\n", count_left(step), step);
	(void)simulate(seed, step, true);
	printf("# SEEDS=1 SEED=%llu STEPS=%u: %s\n", (unsigned long long)seed,
	    step, world->wrong);
}

/* -- the bank that all begin with ------------------------------------------
 */

static void
enrol_kiosks(const char *directory)
{
	const struct store_options where = { .directory = directory };
	struct store_kiosk kiosk = { 0 };
	struct store *store;
	enum store_end end;
	char error[256];

	memcpy(kiosk.public_key, sim_link_public(), KIOSK_PUBLIC_SIZE);
	if (store_open(&store, &where, &end, error, sizeof(error)) != 0 ||
	    store_begin(store, NULL, 0, NULL) != 0)
		abort();
	for (int i = 0; i < SIM_KIOSKS; i++) {
		string_copy(kiosk.name, sim_kiosk_names[i], sizeof(kiosk.name));
		kiosk.cash = i == SIM_LOBBY;
		if (store_kiosk_put(store, &kiosk) != 0)
			abort();
	}
	if (store_commit(store) != 0 || store_mark_stopped(store) != 0)
		abort();
	store_close(store);
}

static void
write_text(const char *directory, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (file_replace(path, text, strlen(text), 0600) != 0)
		abort();
}

/* A first start, a proper stop, and a kiosk. */
static void
make_template(void)
{
	const char *directory = world->hosts[0].directory;

	begin_world(0, 0);
	sim_keys_make(top);
	if (mkdir(directory, 0700) == -1)
		abort();
	write_text(top, "key", sim_link_bank_key());
	write_text(directory, "password", "chris 7261\nfey 8305\njoe 9012\n");
	write_text(directory, "balance",
	    "chris 10000 1000\nfey 10000 1000\njoe 10000 1000\n");
	world->making = true;
	start(0);
	while (give_turn(0))
		continue;
	if (end(0) != 0) {
		fprintf(stderr, "no bank: %s\n", world->wrong);
		abort();
	}
	enrol_kiosks(directory);
	run("mv 0-0 template");
}

static bool
simulate_all(uint64_t seed)
{
	uint64_t seeds = number_of("SEEDS", SEEDS);
	unsigned steps = (unsigned)number_of("STEPS", STEPS);
	uint64_t counts[NELEM(world->counts)] = { 0 };
	uint64_t lived_us = 0;
	unsigned lives = 0;

	for (uint64_t i = 0; i < seeds; i++, seed++) {
		printf("# seed %llu\n", (unsigned long long)seed);
		if (trace_fd >= 0)
			dprintf(
			    trace_fd, "bank %llu\n", (unsigned long long)seed);
		if (!simulate(seed, steps, number_of("TRAIL", 0) != 0)) {
			tell_found(seed);
			return false;
		}
		lives += world->lives;
		lived_us += world->steady_us - BEGIN_US;
		for (size_t j = 0; j < NELEM(counts); j++)
			counts[j] += world->counts[j];
	}
	printf("# %llu seeds of %u steps: days %llu, lives %u, kills %llu, "
	       "logins %llu, told 200 %llu, refused %llu, notices %llu\n",
	    (unsigned long long)seeds, steps,
	    (unsigned long long)(lived_us / DAY_US), lives,
	    (unsigned long long)counts[SIM_KILLS],
	    (unsigned long long)counts[SIM_LOGINS],
	    (unsigned long long)counts[SIM_TOLD],
	    (unsigned long long)counts[SIM_REFUSED],
	    (unsigned long long)counts[SIM_NOTICES]);
	return counts[SIM_TOLD] > 0;
}

int
main(void)
{
	const char *temporary = getenv("TMPDIR");
	uint64_t seed = number_of("SEED", 1);
	bool good;

	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	snprintf(top, sizeof(top), "%.100s/sim-XXXXXX",
	    temporary != NULL ? temporary : "/tmp");
	if (world == MAP_FAILED || mkdtemp(top) == NULL)
		abort();
	(void)signal(SIGPIPE, SIG_IGN);
	if (getenv("TRACE") != NULL &&
	    (trace_fd = open(
		 getenv("TRACE"), O_WRONLY | O_CREAT | O_APPEND, 0600)) == -1)
		abort();
	for (unsigned i = 0; i < SIM_HOSTS; i++)
		turns[i][0] = turns[i][1] = -1;
	sim_link_keys();
	make_template();
	printf("# SEED=%llu\n", (unsigned long long)seed);
	good = simulate_all(seed);
	run("rm -r *");
	(void)rmdir(top);
	printf("1..1\n%sok 1 - simulated banks\n", good ? "" : "not ");
	return good ? 0 : 1;
}
