/* SPDX-License-Identifier: ISC */
/*
 * What the monitor says to the vault: configuration, a front, operators, stop.
 * Where the monitor is gone, or sends what it may not, the vault ends; the
 * next one recovers.
 */
#include "vault_monitor.h"

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "core/notice.h"
#include "../journal/journal_courier.h"
#include "../../shared/base/progress.h"
#include "operator/operator_control.h"
#include "vault_front.h"
#include "vault_setup.h"
#include "core/vault_state.h"
#include "vault_status.h"
#include "../../shared/config/config.h"

#define OPEN_AGAIN_S 1
#define STOP_SECONDS 5 /* for logins and statements in hand */

static void
answer_reload(struct vault *vault, int error)
{
	const char *reason = error == 0 ? "" : bank_strerror(error);

	(void)ipc_send_reason(vault->monitor.ipc, IPC_RELOADED,
	    (uint8_t)config_exit_code(error), reason);
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
		config_free(vault->books->config);
		vault->books->config = config;
	} else
		config_free(config);
	if (!vault->serving && error != 0)
		vault_fail(
		    vault, config_exit_code(error), bank_strerror(error));
	if (error == 0)
		log_level(
		    (int)config_number(vault->books->config, LOG_LEVEL_OPTION) +
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
on_join(struct vault *vault, const struct ipc_message *message)
{
	struct journal_link_options options = { .fd = message->fd };

	if (vault->couriers != NULL || vault->books->config == NULL)
		vault_fail(vault, EX_SOFTWARE, "couriers come unasked");
	options.poll_ms = (unsigned)vault_option(vault, STORE_POLL_MS);
	options.stale_ms = 1000 * (unsigned)vault_option(vault, STORE_STALE);
	vault->couriers = journal_courier_link(&options);
	if (vault->couriers == NULL)
		vault_fail(vault, EX_OSERR, "no memory for couriers");
	vault->where.journal = journal_courier_open;
	vault->where.engine = vault->couriers;
	vault->where.host = (uint32_t)vault_option(vault, STORE_HOST);
}

static void
on_control(struct vault *vault, const struct ipc_message *message)
{
	if (vault->serving)
		operator_control_take(vault, message->fd,
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
on_level(struct vault *vault, const struct ipc_message *message)
{
	(void)vault;
	log_level(message->body[0] & LOG_PRIMASK);
}

static void
on_pause(struct vault *vault, const struct ipc_message *message)
{
	(void)message;
	vault->paused = true;
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
tell_progress(void *context, const char *what, uint64_t done, uint64_t of)
{
	struct ipc *monitor = context;
	uint8_t numbers[16];

	put_u64(numbers, done);
	put_u64(numbers + 8, of);
	if (ipc_send2(monitor, IPC_PROGRESS, 0,
		(struct ipc_part) { numbers, sizeof(numbers) },
		(struct ipc_part) { what, strlen(what) }) == 0)
		(void)ipc_flush(monitor);
}

/* The log hears of it once; the monitor, each time, that the vault lives. */
static void
wait_to_open(struct vault *vault, const char *reason)
{
	const struct timeval pause = { OPEN_AGAIN_S, 0 };
	const char *slash = strrchr(reason, '/');
	char what[PROGRESS_TEXT_SIZE];

	if (!vault->waits)
		log_event(
		    LOG_WARNING, "start_waits", "why", LOG_TEXT(reason), NULL);
	vault->waits = true;
	/* Also a sign that we are alive. */
	string_copy(what, slash != NULL ? slash + 1 : reason, sizeof(what));
	tell_progress(vault->monitor.ipc, what, 0, 0);
	if (event_add(vault->open_again, &pause) != 0)
		vault_fail(vault, EX_OSERR, "no memory to wait");
}

static void
open_and_serve(struct vault *vault)
{
	char reason[VAULT_REASON_SIZE];
	int code;

	progress_open(tell_progress, vault->monitor.ipc);
	code = vault_open(vault, reason, sizeof(reason));
	progress_open(NULL, NULL);
	if (code == VAULT_WAITS) {
		wait_to_open(vault, reason);
		return;
	}
	if (code != 0)
		vault_fail(vault, code, reason);
	vault->waits = false;
	vault->serving = true;
	vault->head_told_ms = clock_steady_ms();
	vault_front_listen(vault);
	if (ipc_send(vault->monitor.ipc, IPC_READY, 0, vault->sandbox,
		strlen(vault->sandbox), -1) != 0)
		vault_fail(vault, EX_OSERR, "no memory to say so");
}

static void
on_open_again(evutil_socket_t fd, short what, void *context)
{
	struct vault *vault = context;

	(void)fd;
	(void)what;
	open_and_serve(vault);
	(void)ipc_link_flush(&vault->monitor);
}

static void
on_start(struct vault *vault, const struct ipc_message *message)
{
	char reason[VAULT_REASON_SIZE];
	int code;

	(void)message;
	if (vault->serving || vault->open_again != NULL)
		vault_fail(vault, EX_SOFTWARE, "the monitor started it twice");
	if (vault->books->config == NULL)
		vault_fail(vault, EX_CONFIG, "no configuration came");
	vault->open_again = evtimer_new(vault->base, on_open_again, vault);
	code = vault->open_again == NULL
	    ? EX_OSERR
	    : vault_setup(vault, reason, sizeof(reason));
	if (code != 0)
		vault_fail(vault, code,
		    vault->open_again == NULL ? bank_strerror(BANK_ENOMEM)
					      : reason);
	open_and_serve(vault);
}

static void (*const handlers[IPC_TYPE_COUNT])(
    struct vault *vault, const struct ipc_message *message) = {
	[IPC_CONFIG] = on_config,
	[IPC_PEER] = on_peer,
	[IPC_JOIN] = on_join,
	[IPC_LEVEL] = on_level,
	[IPC_PAUSE] = on_pause,
	[IPC_CONTROL] = on_control,
	[IPC_START] = on_start,
	[IPC_STATUS] = on_status,
	[IPC_STOP] = on_stop,
};

static int
take(void *vault, struct ipc_message *message)
{
	if (handlers[message->type] == NULL)
		return BANK_EINVAL;
	handlers[message->type](vault, message);
	return 0;
}

static void
on_readable(evutil_socket_t fd, short what, void *context)
{
	struct vault *vault = context;
	int error = ipc_link_read(&vault->monitor, take, vault);

	(void)fd;
	(void)what;
	if (error == BANK_EAGAIN)
		return;
	if (error != 0)
		_exit(error == BANK_EINVAL ? EX_SOFTWARE : EX_UNAVAILABLE);
	if (vault->serving)
		vault_settle(vault);
}

static void
on_writable(evutil_socket_t fd, short what, void *context)
{
	struct vault *vault = context;

	(void)fd;
	(void)what;
	(void)ipc_link_flush(&vault->monitor);
}

int
vault_monitor_join(struct vault *vault, int fd)
{
	static const struct ipc_link_kind kind = { IPC_VAULT, IPC_MONITOR,
		on_readable, on_writable };
	int error;

	error = ipc_link_join(&vault->monitor, vault->base, fd, &kind, vault);
	if (error != 0)
		return error;
	log_open(ipc_log, vault->monitor.ipc, LOG_INFO);
	return ipc_link_listen(&vault->monitor);
}
