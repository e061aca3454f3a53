/* SPDX-License-Identifier: ISC */
/*
 * The vault's life: configuration from the monitor, key, sandbox, lock,
 * store and files; then a loop that takes what front, workers and operators
 * bring, until the monitor stops it or is gone.
 */
#include "vault.h"

#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../shared/error.h"
#include "../shared/log.h"
#include "../shared/util.h"
#include "notice.h"
#include "sandbox.h"
#include "vault_control.h"
#include "vault_front.h"
#include "vault_setup.h"
#include "vault_state.h"
#include "vault_status.h"

#define REASON_SIZE 1024
#define HEAD_EVERY_MS (UINT64_C(3600) * 1000)
#define STOP_SECONDS 5 /* for logins and statements in hand */
#define STOP_STEP_US 20000

int64_t
vault_option(const struct vault *vault, enum bankd_option option)
{
	return config_number(vault->config, option);
}

/* The last words; `code` is a sysexits(3) one. */
static void
say_failed(struct vault *vault, int code, const char *reason)
{
	uint8_t head = (uint8_t)code;

	log_event(LOG_ERR, "vault_failed", "why", LOG_TEXT(reason), NULL);
	if (ipc_send2(vault->monitor.ipc, IPC_FAILED, 0, &head, 1, reason,
		strlen(reason)) == 0)
		(void)ipc_drain(vault->monitor.ipc);
}

void
vault_fail(struct vault *vault, int exit_code, const char *reason)
{
	say_failed(vault, exit_code, reason);
	_exit(exit_code);
}

/* -- links ---------------------------------------------------------------- */

void
vault_link_close(struct vault_link *link)
{
	if (link->reading != NULL)
		event_free(link->reading);
	if (link->writing != NULL)
		event_free(link->writing);
	ipc_free(link->ipc);
	*link = (struct vault_link) { 0 };
}

void
vault_link_flush(struct vault *vault, struct vault_link *link)
{
	int error;

	if (link->ipc == NULL)
		return;
	error = ipc_flush(link->ipc);
	if (error == BANK_EAGAIN && link->writing != NULL)
		event_add(link->writing, NULL);
	if (error != 0 && error != BANK_EAGAIN && link == &vault->front)
		vault_front_drop(vault, NULL);
}

void
vault_settle(void *context)
{
	struct vault *vault = context;

	batch_run(vault);
	vault_link_flush(vault, &vault->front);
	vault_link_flush(vault, &vault->monitor);
}

/* -- what the monitor says ------------------------------------------------ */

static void
answer_reload(struct vault *vault, int error)
{
	const char *reason = error == 0 ? "" : bank_strerror(error);
	uint8_t code = error == 0 ? 0 : EX_CONFIG;

	(void)ipc_send2(vault->monitor.ipc, IPC_RELOADED, 0, &code, 1, reason,
	    strlen(reason));
}

/* All of it or nothing. */
static void
on_config(struct vault *vault, const struct ipc_message *message)
{
	struct config *config;
	int error = BANK_ENOMEM;

	config = config_new(bankd_options, BANKD_OPTION_COUNT);
	if (config != NULL)
		error = config_load(
		    config, (const char *)message->body, message->length);
	if (error == 0) {
		config_free(vault->config);
		vault->config = config;
	} else
		config_free(config);
	if (!vault->serving && error != 0)
		vault_fail(vault, EX_CONFIG, "no configuration came through");
	if (error == 0)
		log_level((int)config_number(vault->config, LOG_LEVEL_OPTION) +
		    LOG_ERR);
	if (!vault->serving)
		return;
	if (error == 0)
		vault_configure(vault);
	answer_reload(vault, error);
}

static void
on_peer(struct vault *vault, const struct ipc_message *message)
{
	vault_front_join(vault, message->fd);
}

static void
on_control(struct vault *vault, const struct ipc_message *message)
{
	if (vault->serving)
		vault_control_take(vault, message->fd,
		    (const char *)message->body, message->length);
	else
		close(message->fd);
}

static void
on_status(struct vault *vault, const struct ipc_message *message)
{
	(void)message;
	vault_status_send(vault);
}

static void
tell_head(const struct vault *vault)
{
	char chain[2 * 32 + 1];

	hex_encode(store_chain(vault->store), 32, chain);
	log_event(LOG_NOTICE, "head", "seq",
	    LOG_NUMBER(store_last_seq(vault->store)), "chain", LOG_TEXT(chain),
	    NULL);
}

static void
on_stop(struct vault *vault, const struct ipc_message *message)
{
	(void)message;
	if (vault->stopping)
		return;
	vault->stopping = true;
	vault->stop_by_ms = clock_steady_ms() + STOP_SECONDS * 1000;
	if (!vault->serving)
		return;
	/* What has come is still answered. */
	vault_front_read(vault);
	notice_closing(vault, STOP_SECONDS);
	vault_settle(vault);
}

static void
on_start(struct vault *vault, const struct ipc_message *message)
{
	char reason[REASON_SIZE];
	int code;

	(void)message;
	if (vault->serving)
		vault_fail(vault, EX_SOFTWARE, "the monitor started it twice");
	if (vault->config == NULL)
		vault_fail(vault, EX_CONFIG, "no configuration came");
	code = vault_setup(vault, reason, sizeof(reason));
	if (code != 0)
		vault_fail(vault, code, reason);
	vault->serving = true;
	vault->started_ms = vault->head_told_ms = clock_steady_ms();
	(void)ipc_send(vault->monitor.ipc, IPC_READY, 0, vault->sandbox,
	    strlen(vault->sandbox), -1);
}

static void (*const handlers[IPC_TYPE_COUNT])(
    struct vault *vault, const struct ipc_message *message) = {
	[IPC_CONFIG] = on_config,
	[IPC_PEER] = on_peer,
	[IPC_CONTROL] = on_control,
	[IPC_START] = on_start,
	[IPC_STATUS] = on_status,
	[IPC_STOP] = on_stop,
};

/* A monitor that is gone, or says what it can't, is no monitor. */
static void
on_monitor(evutil_socket_t fd, short what, void *context)
{
	struct vault *vault = context;
	struct ipc_message message;
	int error, result;

	(void)fd;
	(void)what;
	error = ipc_read(vault->monitor.ipc);
	if (error == BANK_EAGAIN)
		return;
	if (error != 0)
		_exit(EX_UNAVAILABLE);
	while ((result = ipc_next(vault->monitor.ipc, &message)) == 1) {
		if (handlers[message.type] == NULL)
			_exit(EX_SOFTWARE);
		handlers[message.type](vault, &message);
	}
	if (result < 0)
		_exit(EX_SOFTWARE);
	if (vault->serving)
		vault_settle(vault);
}

static void
on_monitor_writable(evutil_socket_t fd, short what, void *context)
{
	struct vault *vault = context;

	(void)fd;
	(void)what;
	vault_link_flush(vault, &vault->monitor);
}

/* -- the loop ------------------------------------------------------------- */

static void
watch_files(struct vault *vault)
{
	int result = files_watch(vault->files);

	if (result < 0 && result != BANK_ENOSPC)
		vault_fail(vault, EX_SOFTWARE,
		    "the files password and balance can't be kept");
}

static void
on_tick(evutil_socket_t fd, short what, void *context)
{
	struct vault *vault = context;
	uint64_t now_ms = clock_steady_ms();

	(void)fd;
	(void)what;
	if (!vault->serving)
		return;
	session_expire(vault, now_ms);
	watch_files(vault);
	if (now_ms - vault->head_told_ms >= HEAD_EVERY_MS) {
		vault->head_told_ms = now_ms;
		tell_head(vault);
	}
	(void)ipc_send(vault->monitor.ipc, IPC_ALIVE, 0, NULL, 0, -1);
	vault_settle(vault);
}

static bool
is_in_hand(const struct vault *vault)
{
	return pool_in_hand(vault->workers) > 0 ||
	    pool_in_hand(vault->statements) > 0 || vault->logins.count > 0 ||
	    (vault->front.ipc != NULL && ipc_pending(vault->front.ipc) > 0);
}

/* Until nothing is in hand, or the time for it is up. */
static void
run_out(struct vault *vault)
{
	const struct timeval step = { 0, STOP_STEP_US };

	while (is_in_hand(vault) && clock_steady_ms() < vault->stop_by_ms) {
		event_base_loopexit(vault->base, &step);
		event_base_dispatch(vault->base);
	}
}

static int
init(struct vault *vault, int monitor_fd)
{
	const struct timeval second = { 1, 0 };
	struct vault_link *link = &vault->monitor;

	vault->dir.fd = vault->dir.lock_fd = -1;
	sessions_init(&vault->sessions);
	if ((vault->base = event_base_new()) == NULL ||
	    batch_init(&vault->batch) != 0 ||
	    (link->ipc = ipc_new(monitor_fd, IPC_VAULT, IPC_MONITOR)) == NULL)
		return BANK_ENOMEM;
	log_open(ipc_log, link->ipc, LOG_INFO);
	link->reading = event_new(
	    vault->base, monitor_fd, EV_READ | EV_PERSIST, on_monitor, vault);
	link->writing = event_new(
	    vault->base, monitor_fd, EV_WRITE, on_monitor_writable, vault);
	vault->tick = event_new(vault->base, -1, EV_PERSIST, on_tick, vault);
	if (link->reading == NULL || link->writing == NULL ||
	    vault->tick == NULL || event_add(link->reading, NULL) != 0 ||
	    event_add(vault->tick, &second) != 0)
		return BANK_ENOMEM;
	return 0;
}

int
vault_main(int monitor_fd)
{
	static struct vault vault;
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	int code = 0;

	for (size_t i = 0; i < NELEM(ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
	if (sandbox_harden() != 0 || init(&vault, monitor_fd) != 0)
		return EX_OSERR;
	while (!vault.stopping && event_base_loop(vault.base, EVLOOP_ONCE) == 0)
		continue;
	if (vault.serving) {
		run_out(&vault);
		tell_head(&vault);
		code = vault_stop(&vault);
	}
	if (vault.front.ipc != NULL)
		vault_link_flush(&vault, &vault.front);
	vault_teardown(&vault);
	(void)ipc_drain(vault.monitor.ipc);
	vault_link_close(&vault.monitor);
	event_free(vault.tick);
	event_base_free(vault.base);
	config_free(vault.config);
	return code;
}
