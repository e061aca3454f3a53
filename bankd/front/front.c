/* SPDX-License-Identifier: ISC */
/*
 * The front: the process that faces the network.  It ends TLS, cuts frames,
 * keeps deadlines and limits, and passes on what it can't read.  Here are
 * its start, what the monitor tells it, and its end.  It opens no file and
 * makes no socket once it serves.
 */
#include "front.h"

#include <sys/resource.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/crypt/channel.h"
#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/crypt/openssl_error.h"
#include "../../shared/base/util.h"
#include "front_accept.h"
#include "front_client.h"
#include "front_datagram.h"
#include "front_slice.h"
#include "front_state.h"
#include "front_table.h"
#include "front_vault.h"
#include "../base/sandbox.h"

#define STOP_SECONDS 3
#define REASON_SIZE 512

void
front_fail(struct front *front, int exit_code, const char *reason)
{
	log_event(LOG_ERR, "front_failed", "reason", LOG_TEXT(reason), NULL);
	(void)ipc_send_reason(
	    front->monitor.ipc, IPC_FAILED, (uint8_t)exit_code, reason);
	(void)ipc_flush(front->monitor.ipc);
	front->exit_code = exit_code;
	event_base_loopbreak(front->base);
}

static void
keep(char **to, size_t *to_length, const struct ipc_message *message)
{
	if (*to != NULL)
		OPENSSL_cleanse(*to, *to_length);
	free(*to);
	*to_length = 0;
	if ((*to = malloc(message->length)) == NULL)
		return;
	memcpy(*to, message->body, message->length);
	*to_length = message->length;
}

static int
on_leaf(struct front *front, struct ipc_message *message)
{
	keep(&front->leaf, &front->leaf_length, message);
	return 0;
}

static int
on_leaf_key(struct front *front, struct ipc_message *message)
{
	keep(&front->leaf_key, &front->leaf_key_length, message);
	return 0;
}

/* The key's bytes are needed no longer once they are in the context. */
static int
make_context(struct front *front, SSL_CTX **context)
{
	int error;

	error = channel_server(context, front->leaf, front->leaf_length,
	    front->leaf_key, front->leaf_key_length);
	if (front->leaf_key != NULL)
		OPENSSL_cleanse(front->leaf_key, front->leaf_key_length);
	free(front->leaf);
	free(front->leaf_key);
	front->leaf = front->leaf_key = NULL;
	front->leaf_length = front->leaf_key_length = 0;
	return error;
}

/* A reload: the new leaf came before.  Both are taken or neither. */
static int
take_config(struct front *front, const struct ipc_message *message)
{
	struct config *config;
	SSL_CTX *context = NULL;
	int error;

	if ((config = config_new(bankd_options, BANKD_OPTION_COUNT)) == NULL)
		return BANK_ENOMEM;
	error =
	    config_load(config, (const char *)message->body, message->length);
	if (error == 0)
		error = make_context(front, &context);
	if (error != 0) {
		config_free(config);
		return error;
	}
	config_free(front->config);
	SSL_CTX_free(front->tls);
	front->config = config;
	front->tls = context;
	log_level((int)config_number(config, LOG_LEVEL_OPTION) + LOG_ERR);
	return 0;
}

/* Of a configuration that wasn't taken; once it serves it opens no file. */
static void
tell_why(const struct front *front, int error, char reason[REASON_SIZE])
{
	static const char what[] = "the front's certificate";

	if (error == BANK_ECRYPTO && !front->started) {
		snprintf(reason, REASON_SIZE, "%s: ", what);
		openssl_error_say(error, "", "", reason + strlen(reason),
		    REASON_SIZE - strlen(reason));
	} else if (error == BANK_ECRYPTO || error == BANK_ECERT)
		snprintf(reason, REASON_SIZE, "%s: %s: %s", what,
		    bank_strerror(error), openssl_error_reason());
	else
		string_copy(reason, bank_strerror(error), REASON_SIZE);
}

static int
on_config(struct front *front, struct ipc_message *message)
{
	uint8_t code = 0;
	char reason[REASON_SIZE] = "";
	int error;

	error = take_config(front, message);
	if (!front->started)
		return error;
	if (error != 0) {
		code = (uint8_t)config_exit_code(error);
		tell_why(front, error, reason);
	}
	return ipc_send_reason(front->monitor.ipc, IPC_RELOADED, code, reason);
}

static int
on_listener(struct front *front, struct ipc_message *message)
{
	return front_accept_listen(front, message->fd);
}

static int
on_peer(struct front *front, struct ipc_message *message)
{
	return front_vault_join(front, message->fd);
}

static int
on_status(struct front *front, struct ipc_message *message)
{
	const struct front_table *table = front->table;
	char text[512];
	int length;

	(void)message;
	length = snprintf(text, sizeof(text),
	    "front-connections %u\nfront-accepted %llu\nfront-refused %llu\n"
	    "front-limit %u\nfront-unsent-bytes %zu\nfront-sandbox %s\n",
	    table->count, (unsigned long long)table->accepted,
	    (unsigned long long)table->refused, front->limit,
	    front_client_all_pending(front), front->in_force);
	return ipc_send(
	    front->monitor.ipc, IPC_STATUS_REPLY, 0, text, (size_t)length, -1);
}

/*
 * A stop has two steps.  First what is in hand is answered, and the monitor
 * told; then, when the vault is gone, all connections are closed.
 */
void
front_stop_check(struct front *front)
{
	if (!front->stopped && front->unanswered == 0) {
		front->stopped = true;
		evtimer_del(front->stop_timer);
		(void)ipc_send(front->monitor.ipc, IPC_STOPPED, 0, NULL, 0, -1);
		(void)ipc_link_flush(&front->monitor);
	}
	if (front->ending && TAILQ_EMPTY(&front->table->connections))
		event_base_loopbreak(front->base);
}

/* Time is up for what is in hand, or for those who don't close. */
static void
stop_bound(evutil_socket_t fd, short what, void *context)
{
	struct front *front = context;

	(void)fd;
	(void)what;
	front->unanswered = 0;
	front_stop_check(front);
	if (front->ending)
		event_base_loopbreak(front->base);
}

static void
end(struct front *front)
{
	const struct timeval bound = { STOP_SECONDS, 0 };

	front->ending = true;
	event_del(front->monitor.reading);
	front_vault_leave(front);
	evtimer_add(front->stop_timer, &bound);
	front_flush_soon(front);
}

static int
on_level(struct front *front, struct ipc_message *message)
{
	(void)front;
	log_level(message->body[0] & LOG_PRIMASK);
	return 0;
}

static void
stop_client(struct client *client)
{
	if (client->state == CLIENT_HANDSHAKE)
		front_client_free(client);
	else if (client->state == CLIENT_OPEN) {
		event_del(&client->readable);
		client->paused = true;
	}
}

/* Nothing more is taken from anybody. */
static int
on_stop(struct front *front, struct ipc_message *message)
{
	const struct timeval bound = { STOP_SECONDS, 0 };

	(void)message;
	front->stopping = true;
	front_accept_end(front);
	front_table_each(front->table, stop_client);
	evtimer_add(front->stop_timer, &bound);
	return 0;
}

static int
on_start(struct front *front, struct ipc_message *message)
{
	(void)message;
	if (front->started || front->config == NULL || front->tls == NULL)
		return BANK_EINVAL;
	front->started = true;
	return 0;
}

static int (*const handlers[IPC_TYPE_COUNT])(
    struct front *, struct ipc_message *) = {
	[IPC_CONFIG] = on_config,
	[IPC_LEVEL] = on_level,
	[IPC_LEAF] = on_leaf,
	[IPC_LEAF_KEY] = on_leaf_key,
	[IPC_LISTENER] = on_listener,
	[IPC_PEER] = on_peer,
	[IPC_START] = on_start,
	[IPC_STOP] = on_stop,
	[IPC_STATUS] = on_status,
};

static int
take(void *front, struct ipc_message *message)
{
	return handlers[message->type](front, message);
}

/* The monitor gone, or out of its mind, is the end of the front. */
static void
settle(struct front *front, int error)
{
	(void)ipc_link_flush(&front->monitor);
	front_flush(front);
	if (error == 0)
		return;
	if (error == BANK_ECLOSED && front->stopping) {
		end(front);
		return;
	}
	if (error != BANK_ECLOSED)
		front->exit_code = EX_SOFTWARE;
	event_base_loopbreak(front->base);
}

static void
monitor_readable(evutil_socket_t fd, short what, void *context)
{
	struct front *front = context;
	int error = ipc_link_read(&front->monitor, take, front);

	(void)fd;
	(void)what;
	if (error != BANK_EAGAIN)
		settle(front, error);
}

static void
monitor_writable(evutil_socket_t fd, short what, void *context)
{
	struct front *front = context;

	(void)fd;
	(void)what;
	(void)ipc_link_flush(&front->monitor);
}

static void
flush(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	front_flush(context);
}

static void
rest(evutil_socket_t fd, short what, void *context)
{
	struct front *front = context;

	(void)fd;
	(void)what;
	settle(front, ipc_link_rest(&front->monitor, take, front));
}

/* The monitor ends a front that says nothing for too long. */
static void
alive(evutil_socket_t fd, short what, void *context)
{
	struct front *front = context;

	(void)fd;
	(void)what;
	(void)ipc_send(front->monitor.ipc, IPC_ALIVE, 0, NULL, 0, -1);
	(void)ipc_link_flush(&front->monitor);
}

static int
init(struct front *front, int monitor_fd)
{
	static const struct ipc_link_kind kind = { IPC_FRONT, IPC_MONITOR,
		monitor_readable, monitor_writable };

	STAILQ_INIT(&front->changed);
	TAILQ_INIT(&front->table->connections);
	if ((front->base = event_base_new()) == NULL ||
	    ipc_link_join(
		&front->monitor, front->base, monitor_fd, &kind, front) != 0)
		return BANK_ENOMEM;
	front->rest = evtimer_new(front->base, rest, front);
	front->flush = evtimer_new(front->base, flush, front);
	front->stop_timer = evtimer_new(front->base, stop_bound, front);
	front->alive = event_new(front->base, -1, EV_PERSIST, alive, front);
	return front->rest != NULL && front->flush != NULL &&
		front->stop_timer != NULL && front->alive != NULL
	    ? 0
	    : BANK_ENOMEM;
}

/* Waits for all that the monitor gives before IPC_START. */
static int
take_all(struct front *front)
{
	struct ipc_message message;
	int result;

	while (!front->started) {
		result = ipc_next_wait(front->monitor.ipc, &message);
		if (result == 1)
			result = handlers[message.type](front, &message);
		if (result != 0)
			return result;
	}
	return 0;
}

static int
drop(struct front *front)
{
	const struct config *config = front->config;

	front_accept_raise_limit(front);
	front->datagram = front_datagram_open();
	if (sandbox_front(
		(enum sandbox_demand)config_number(config, PROCESS_SANDBOX),
		config_string(config, PROCESS_FRONT_USER), front->in_force,
		sizeof(front->in_force)) == 0)
		return 0;
	front_fail(front, EX_OSERR, front->in_force);
	return BANK_ESYS;
}

static void
run(struct front *front)
{
	int64_t look_us;
	int result;

	do {
		look_us = config_number(front->config, PROCESS_BUSY_POLL);
		result = busy_poll_turn(
		    &front->poll, front->base, (uint64_t)look_us);
	} while (result == 0 && !event_base_got_break(front->base));
}

int
front_main(int monitor_fd)
{
	static const struct timeval second = { 1, 0 };
	static struct front_accept accept;
	static struct front_table table;
	static struct front front = { .accept = &accept, .table = &table };
	char reason[REASON_SIZE];
	int error;

	/* Ctrl-C in a terminal is the monitor's; it tells us. */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	front_slice_ask();
	if (sandbox_harden() != 0 || init(&front, monitor_fd) != 0)
		return EX_OSERR;
	log_open(ipc_log, front.monitor.ipc, LOG_INFO);
	if ((error = take_all(&front)) != 0) {
		tell_why(&front, error, reason);
		front_fail(&front, EX_SOFTWARE, reason);
		return EX_SOFTWARE;
	}
	if (drop(&front) != 0)
		return front.exit_code;
	if (front.vault.ipc != NULL && front_vault_hello(&front) != 0)
		return EX_SOFTWARE;
	if (ipc_send(front.monitor.ipc, IPC_READY, 0, front.in_force,
		strlen(front.in_force), -1) != 0)
		return EX_OSERR;
	if (ipc_link_listen(&front.monitor) != 0)
		return EX_OSERR;
	event_add(front.alive, &second);
	/* What came together with IPC_START makes no socket readable. */
	event_active(front.rest, EV_TIMEOUT, 0);
	run(&front);
	return front.exit_code;
}
