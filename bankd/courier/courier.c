/* SPDX-License-Identifier: ISC */
/*
 * bankd-courier: the only process of a bank with a way to the database that
 * its hosts share.  It carries sealed lots between the vault and PostgreSQL,
 * has no key and keeps no state.  The monitor starts it, or bankctl; nobody
 * else can.
 *
 * One thread: a loop that waits for the monitor, the vault and the
 * connection.  While an answer of the database is awaited, the monitor is
 * heard.
 */
#include <sys/prctl.h>
#include <sys/utsname.h>

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/process.h"
#include "../../shared/base/siphash.h"
#include "../../shared/base/util.h"
#include "../base/sandbox.h"
#include "courier_check.h"
#include "courier_hosts.h"
#include "courier_lots.h"
#include "courier_state.h"

#define TITLE "bankd: courier"
#define TICK_MS 1000
#define TURN_MS 300  /* that a turn is kept without a lot */
#define LOST_MS 3000 /* without a vault */
#define STATUS_SIZE 2048
#define FILES_MAX 8
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static _Noreturn void
fail(struct courier *courier, int code, const char *reason)
{
	(void)ipc_send_reason(
	    courier->monitor, IPC_FAILED, (uint8_t)code, reason);
	(void)ipc_drain(courier->monitor);
	_exit(code);
}

/* -- the monitor's messages -- */

static void
on_config(struct courier *courier, const struct ipc_message *message)
{
	struct config *config = config_new(bankd_options, BANKD_OPTION_COUNT);
	int error = BANK_ENOMEM;

	if (courier->config != NULL)
		fail(courier, EX_SOFTWARE, "a second configuration");
	if (config != NULL)
		error = config_load(
		    config, (const char *)message->body, message->length);
	if (error != 0)
		fail(courier, config_exit_code(error), bank_strerror(error));
	courier->config = config;
	log_level((int)config_number(config, LOG_LEVEL_OPTION) + LOG_ERR);
}

static void
on_peer(struct courier *courier, const struct ipc_message *message)
{
	/* A message of the one before may be under way: wait_once() joins. */
	if (courier->new_vault_fd != -1)
		close(courier->new_vault_fd);
	courier->new_vault_fd = message->fd;
}

static void
on_level(struct courier *courier, const struct ipc_message *message)
{
	(void)courier;
	log_level(message->body[0] & LOG_PRIMASK);
}

/* What libc and libpq read by themselves, and the files that are named. */
static void
readable_paths(
    const struct courier *courier, char *paths[], char copies[FILES_MAX][512])
{
	static const char *const fixed[] = { "/etc", "/usr/lib",
		"/usr/share/zoneinfo", "/run/systemd/resolve" };
	static const char *const named[] = { "sslcert", "sslkey", "sslrootcert",
		"sslcrl" };
	size_t count = 0;
	const char *path;
	char *slash;

	for (; count < NELEM(fixed); count++)
		paths[count] = (char *)(uintptr_t)fixed[count];
	for (size_t i = 0; i < NELEM(named); i++) {
		path = courier_database_option(courier->database, named[i]);
		if (path[0] != '/')
			continue;
		string_copy(copies[i], path, sizeof(copies[i]));
		slash = strrchr(copies[i], '/');
		slash[slash == copies[i]] = '\0';
		paths[count++] = copies[i];
	}
	paths[count] = NULL;
}

/* Modules of the resolver are code: they are loaded while that is allowed. */
static void
warm_up(void)
{
	struct addrinfo *found = NULL;

	if (getaddrinfo("localhost", NULL, NULL, &found) == 0)
		freeaddrinfo(found);
	PQconninfoFree(PQconndefaults());
}

static void
enter_sandbox(struct courier *courier)
{
	char *paths[FILES_MAX + 1], copies[FILES_MAX][512];
	static char in_force[256];
	char reason[sizeof(in_force) + 16];

	readable_paths(courier, paths, copies);
	warm_up();
	if (sandbox_courier((enum sandbox_demand)config_number(
				courier->config, PROCESS_SANDBOX),
		config_string(courier->config, PROCESS_COURIER_USER),
		(const char *const *)paths, in_force, sizeof(in_force)) != 0) {
		snprintf(reason, sizeof(reason), "sandbox: %s", in_force);
		fail(courier, EX_NOPERM, reason);
	}
	courier->in_force = in_force;
}

/* Two may share a machine, but no directory. */
static void
name_host(struct courier *courier)
{
	struct utsname machine = { 0 };

	(void)uname(&machine);
	snprintf(courier->name, sizeof(courier->name), "%s:%s",
	    machine.nodename, config_string(courier->config, BANK_STATE));
}

/*
 * This boot of this machine, and the host's name: no two hosts that run share
 * both of them, not even copies of a machine.
 */
static uint64_t
whose(const struct courier *courier)
{
	static const uint64_t key[2];
	char boot[64] = "", text[sizeof(boot) + COURIER_NAME];
	FILE *file = fopen(BOOT_ID, "re");

	if (file != NULL) {
		if (fgets(boot, sizeof(boot), file) == NULL)
			boot[0] = '\0';
		(void)fclose(file);
	}
	snprintf(text, sizeof(text), "%s%s", boot, courier->name);
	return siphash(key, text, strlen(text));
}

static void hear_monitor(void *context);

static void
on_start(struct courier *courier, const struct ipc_message *message)
{
	struct courier_database *database = courier->database;

	(void)message;
	if (courier->started || courier->config == NULL)
		fail(courier, EX_SOFTWARE, "started without a configuration");
	name_host(courier);
	*database = (struct courier_database) {
		.connection = config_string(courier->config, STORE_CONNECTION),
		.host = (unsigned)config_number(courier->config, STORE_HOST),
		.whose = whose(courier),
		.patience_ms = 1000 *
		    (unsigned)config_number(courier->config, STORE_PATIENCE),
		.other_fd = ipc_fd(courier->monitor),
		.other = hear_monitor,
		.context = courier,
	};
	if (database->connection[0] == '\0')
		fail(courier, EX_CONFIG,
		    "bankd.ini: [store] connection is empty");
	if (courier_database_init(database) != 0)
		fail(courier, EX_CONFIG, database->why);
	enter_sandbox(courier);
	courier->started = true;
	(void)ipc_send(courier->monitor, IPC_READY, 0, courier->in_force,
	    strlen(courier->in_force), -1);
}

static const char *
role_of(const struct courier *courier)
{
	if (courier->forked)
		return "another bank's";
	if (courier->checked)
		return "primary";
	return courier->database->link == COURIER_AWAY ? "away" : "connecting";
}

static void
on_status(struct courier *courier, const struct ipc_message *message)
{
	const struct courier_database *database = courier->database;
	const struct courier_counts *counts = courier->counts;
	char text[STATUS_SIZE];
	int length;

	(void)message;
	length = snprintf(text, sizeof(text),
	    "courier-database %s\ncourier-role %s\ncourier-newest %llu\n"
	    "courier-put %llu\ncourier-got %llu\ncourier-turns %llu\n"
	    "courier-doubts %llu\ncourier-connects %llu\n"
	    "courier-clock-ms %lld\ncourier-sandbox %s\n",
	    database->place[0] != '\0' ? database->place : "-",
	    role_of(courier), (unsigned long long)courier->newest,
	    (unsigned long long)counts->put, (unsigned long long)counts->got,
	    (unsigned long long)counts->turns,
	    (unsigned long long)counts->doubts,
	    (unsigned long long)counts->connects, (long long)-courier->clock_ms,
	    courier->in_force);
	if (!courier->checked && database->why[0] != '\0')
		length += snprintf(text + length, sizeof(text) - (size_t)length,
		    "courier-why %s\n", database->why);
	(void)ipc_send(
	    courier->monitor, IPC_STATUS_REPLY, 0, text, (size_t)length, -1);
}

/* Nothing is kept that an end could lose. */
static void
on_stop(struct courier *courier, const struct ipc_message *message)
{
	(void)courier;
	(void)message;
	_exit(0);
}

static void (*const from_monitor[IPC_TYPE_COUNT])(
    struct courier *, const struct ipc_message *) = {
	[IPC_CONFIG] = on_config,
	[IPC_PEER] = on_peer,
	[IPC_LEVEL] = on_level,
	[IPC_START] = on_start,
	[IPC_STATUS] = on_status,
	[IPC_STOP] = on_stop,
};

static void
hear_monitor(void *context)
{
	struct courier *courier = context;
	struct ipc_message message;
	int result = ipc_read(courier->monitor);

	if (result == BANK_EAGAIN)
		return;
	while (result == 0 &&
	    (result = ipc_next(courier->monitor, &message)) == 1) {
		from_monitor[message.type](courier, &message);
		result = 0;
	}
	if (result != 0)
		_exit(result == BANK_ECLOSED ? 0 : EX_SOFTWARE);
	(void)ipc_flush(courier->monitor);
}

/* -- the vault's messages -- */

static void
on_bank(struct courier *courier, const struct ipc_message *message)
{
	courier->checked = courier->checked && courier->marked;
	memcpy(courier->mark, message->body, IPC_LOT_BANK_SIZE);
	courier->marked = true;
}

static void
on_have(struct courier *courier, const struct ipc_message *message)
{
	courier->have = get_u64(message->body);
}

static void (*const from_vault[IPC_TYPE_COUNT])(
    struct courier *, const struct ipc_message *) = {
	[IPC_LOT_BANK] = on_bank,
	[IPC_LOT_PUT] = courier_lots_put,
	[IPC_LOT_GET] = courier_lots_get,
	[IPC_LOT_FIRM] = courier_lots_firm,
	[IPC_LOT_HAVE] = on_have,
	[IPC_HOST_LIST] = courier_hosts_list,
	[IPC_HOST_INIT] = courier_hosts_init,
	[IPC_HOST_FORGET] = courier_hosts_forget,
	[IPC_HOST_CHECK] = courier_hosts_check,
};

/*
 * A vault that ended is followed by another, with another link; one that lives
 * and left this link, for want of memory, gets another with another courier.
 */
static void
hear_vault(struct courier *courier)
{
	struct ipc_message message;
	int result = ipc_read(courier->vault);

	if (result == BANK_EAGAIN)
		return;
	while (
	    result == 0 && (result = ipc_next(courier->vault, &message)) == 1) {
		if (!courier->marked && message.type != IPC_LOT_BANK)
			_exit(EX_SOFTWARE);
		from_vault[message.type](courier, &message);
		result = ipc_drain(courier->vault);
	}
	if (result == 0)
		return;
	if (result == BANK_EINVAL)
		_exit(EX_SOFTWARE);
	ipc_free(courier->vault);
	courier->vault = NULL;
	courier->lost_ms = clock_steady_ms();
}

/* -- the loop -- */

static void
step(struct courier *courier)
{
	struct courier_database *database = courier->database;

	if (!courier->started || courier->forked)
		return;
	if (courier_database_step(database) == 1) {
		courier->counts->connects++;
		courier->checked = courier->turn = false;
	}
	if (database->link != COURIER_READY)
		courier->checked = courier->turn = false;
	else if (courier->have != 0)
		(void)courier_check(courier); /* a host that serves */
	if (courier->turn && clock_steady_ms() - courier->turn_ms > TURN_MS)
		courier_lots_end_turn(courier);
	courier_hosts_tell(courier);
}

static void
join_vault(struct courier *courier)
{
	if (courier->new_vault_fd == -1)
		return;
	ipc_free(courier->vault);
	courier->vault = ipc_new(courier->new_vault_fd, IPC_COURIER, IPC_VAULT);
	courier->new_vault_fd = -1;
	courier->marked = false;
	courier->lost_ms = 0;
	if (courier->vault == NULL)
		fail(courier, EX_OSERR, "no memory");
}

static void
wait_once(struct courier *courier)
{
	struct courier_database *database = courier->database;
	int timeout_ms = TICK_MS;
	struct pollfd pfds[3] = {
		{ .fd = ipc_fd(courier->monitor), .events = POLLIN },
		{ .fd = courier->vault != NULL ? ipc_fd(courier->vault) : -1,
		    .events = POLLIN },
		{ .fd = -1 },
	};

	if (courier->started && !courier->forked)
		pfds[2].events = courier_database_events(database, &timeout_ms);
	if (pfds[2].events != 0)
		pfds[2].fd = PQsocket(database->pg);
	if (poll(pfds, NELEM(pfds), timeout_ms) == -1 && errno != EINTR)
		fail(courier, EX_OSERR, strerror(errno));
	if (pfds[0].revents != 0)
		hear_monitor(courier);
	if (pfds[1].revents != 0 && courier->started && courier->vault != NULL)
		hear_vault(courier);
}

static _Noreturn void
run(struct courier *courier)
{
	uint64_t ticked_ms = 0, now_ms;

	for (;;) {
		join_vault(courier);
		wait_once(courier);
		step(courier);
		now_ms = clock_steady_ms();
		if (now_ms - ticked_ms < TICK_MS)
			continue;
		ticked_ms = now_ms;
		if (courier->lost_ms != 0 &&
		    now_ms - courier->lost_ms > LOST_MS)
			fail(courier, EX_UNAVAILABLE, "no link to a vault");
		if (courier->started)
			(void)ipc_send(
			    courier->monitor, IPC_ALIVE, 0, NULL, 0, -1);
		(void)ipc_flush(courier->monitor);
	}
}

int
main(int argc, char *argv[])
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	static struct courier_database database;
	static struct courier_counts counts;
	static struct courier courier = {
		.database = &database, .counts = &counts, .new_vault_fd = -1
	};

	process_begin();
	if (argc != 1 || strcmp(argv[0], TITLE) != 0) {
		fprintf(stderr,
		    "bankd-courier %s: bankd(8) and bankctl(8) "
		    "start it; it does nothing by itself\n",
		    VERSION);
		return EX_USAGE;
	}
	(void)prctl(PR_SET_NAME, TITLE);
	for (size_t i = 0; i < NELEM(ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
	if (sandbox_harden() != 0 ||
	    (courier.monitor =
		    ipc_new(IPC_CHILD_FD, IPC_COURIER, IPC_MONITOR)) == NULL)
		return EX_OSERR;
	log_open(ipc_log, courier.monitor, LOG_INFO);
	run(&courier);
}
