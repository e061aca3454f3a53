/* SPDX-License-Identifier: ISC */
/*
 * What the front says to the vault: connections, frames, ends.  The front
 * faces the network and may be taken over: every message is checked again
 * here, and one that is malformed or impossible costs it its socket.
 */
#include "vault_front.h"

#include <sysexits.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "../base/busy_poll.h"
#include "../store/store_hosts.h"
#include "vault_hosts.h"
#include "verbs/verbs.h"
#include "core/vault_state.h"
#include "login/login.h"

#define PENDING_MAX ((size_t)64 * 1024 * 1024)

/*
 * The peer's address as text, in the letters of an IP address, and its software
 * by its own word.
 */
static int
read_peer(const struct ipc_message *message,
    char address[CONNECTION_ADDRESS_SIZE], char software[WIRE_SOFTWARE_SIZE])
{
	static const char letters[] =
	    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    ".:%_-";
	const char *text = (const char *)message->body + FRAME_BINDING_SIZE;
	size_t whole = message->length - FRAME_BINDING_SIZE, length;
	const char *space = memchr(text, ' ', whole);

	length = space != NULL ? (size_t)(space - text) : whole;
	software[0] = '\0';
	if (space != NULL) {
		whole -= length + 1;
		if (!wire_is_software(space + 1, whole))
			return BANK_EINVAL;
		memcpy(software, space + 1, whole);
		software[whole] = '\0';
	}
	if (length == 0 || length >= CONNECTION_ADDRESS_SIZE)
		return BANK_EINVAL;
	memcpy(address, text, length);
	address[length] = '\0';
	return strspn(address, letters) == length ? 0 : BANK_EINVAL;
}

static const char *
on_hello(struct vault *vault, const struct ipc_message *message)
{
	if (vault->connections->count > 0)
		return "a late hello";
	vault->books->from_port = get_u16(message->body);
	return NULL;
}

static const char *
on_connected(struct vault *vault, const struct ipc_message *message)
{
	char address[CONNECTION_ADDRESS_SIZE], software[WIRE_SOFTWARE_SIZE];
	int error;

	if (read_peer(message, address, software) != 0)
		return "an address that is none";
	if (vault->connections->count >= vault->connections->most)
		return "too many connections";
	error = connection_new(
	    vault, message->connection, message->body, address, software);
	/* The front isn't to blame; it gets another vault at once. */
	if (error == BANK_ENOMEM)
		vault_fail(vault, EX_OSERR, "no memory for a connection");
	if (error == BANK_EINVAL)
		return "an address that is none";
	return error == 0 ? NULL : "a connection twice";
}

static void
violation(struct vault *vault, struct connection *connection)
{
	batch_run(vault);
	if (vault_tells(vault))
		log_event(LOG_NOTICE, "protocol_error", "address",
		    LOG_TEXT(connection->address), NULL);
	connection_violation(vault, connection);
}

static const char *
take_sealed(struct vault *vault, struct connection *connection,
    const uint8_t *body, size_t length)
{
	char text[FRAME_SEALED_SIZE + 1];
	const char *why = NULL;
	int n;

	n = seal_open(&connection->keys.up, FRAME_SEALED, body, length, text,
	    sizeof(text));
	if (n == BANK_EINVAL) /* a zero byte within: it is no request */
		n = 0;
	if (n < 0)
		violation(vault, connection);
	else if (verbs_input(vault, connection, text, (size_t)n) != 0)
		why = "more requests than may wait";
	OPENSSL_cleanse(text, sizeof(text));
	return why;
}

static const char *
on_frame(struct vault *vault, const struct ipc_message *message)
{
	struct connection *connection;
	uint8_t type = message->body[0];

	/* A step that ends sessions may end this connection's. */
	if (batch_is_full(vault->batch))
		batch_run(vault);
	connection = connection_find(vault->connections, message->connection);
	if (connection == NULL)
		return "a frame of no connection";
	if (!frame_allowed(FRAME_FROM_ATM, type, message->length))
		return "a frame of a wrong type or length";
	if (connection->state == CONNECTION_OVER)
		return NULL;
	if (type == FRAME_SEALED && connection->state == CONNECTION_IN_SESSION)
		return take_sealed(
		    vault, connection, message->body + 1, message->length - 1);
	if (type != FRAME_SEALED && connection->state == CONNECTION_GREETED)
		login_take(vault, connection, type, message->body + 1,
		    message->length - 1);
	else
		violation(vault, connection);
	return NULL;
}

static const char *
on_disconnected(struct vault *vault, const struct ipc_message *message)
{
	struct connection *connection;

	connection = connection_find(vault->connections, message->connection);
	if (connection == NULL)
		return "the end of no connection";
	/* What it asked for before it ended is carried out. */
	if (connection->steps > 0)
		batch_run(vault);
	connection_free(vault, connection);
	return NULL;
}

/* NULL, or what was wrong. */
static const char *(*const handlers[IPC_TYPE_COUNT])(
    struct vault *vault, const struct ipc_message *message) = {
	[IPC_HELLO] = on_hello,
	[IPC_CONNECTED] = on_connected,
	[IPC_FRAME] = on_frame,
	[IPC_DISCONNECTED] = on_disconnected,
};

/* What one read brings. */
struct taken {
	struct vault *vault;
	unsigned count;
	const char *why; /* it is dropped */
};

static int
take(void *context, struct ipc_message *message)
{
	struct taken *taken = context;

	busy_poll_found(taken->vault->poll, ++taken->count);
	taken->why = handlers[message->type] == NULL
	    ? "a message that is not the front's"
	    : handlers[message->type](taken->vault, message);
	return taken->why == NULL ? 0 : BANK_EINVAL;
}

/* The monitor makes another.  `why` is for the log. */
static void
drop(struct vault *vault, const char *why)
{
	if (why != NULL)
		log_event(LOG_ERR, "front_dropped", "why", LOG_TEXT(why), NULL);
	else
		log_event(LOG_INFO, "front_gone", "sessions",
		    LOG_NUMBER(vault->sessions->count), NULL);
	ipc_link_close(&vault->front);
	connection_free_all(vault);
}

void
vault_front_read(struct vault *vault)
{
	struct taken taken = { .vault = vault };
	int error;

	if (vault->front.ipc == NULL)
		return;
	error = ipc_link_read(&vault->front, take, &taken);
	if (error == BANK_EAGAIN)
		return;
	if (error == BANK_ENOMEM)
		vault_fail(vault, EX_OSERR, "no memory for the front");
	batch_run(vault);
	if (error == BANK_EINVAL && taken.why == NULL)
		taken.why = "a malformed message";
	if (error == 0 && ipc_link_pending(&vault->front) > PENDING_MAX)
		taken.why = "it does not read";
	if (error != 0 || taken.why != NULL)
		drop(vault, taken.why);
}

static void
on_readable(evutil_socket_t fd, short what, void *context)
{
	struct vault *vault = context;

	(void)fd;
	(void)what;
	/* After a stop, say: what is read must not be of long ago. */
	if (!store_fresh(vault->books->store))
		vault_hosts_poll(vault);
	vault_front_read(vault);
	vault_settle(vault);
}

static void
on_writable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	vault_settle(context);
}

void
vault_front_join(struct vault *vault, int fd)
{
	static const struct ipc_link_kind kind = { IPC_VAULT, IPC_FRONT,
		on_readable, on_writable };

	if (vault->front.ipc != NULL)
		drop(vault, NULL);
	if (ipc_link_join(&vault->front, vault->base, fd, &kind, vault) != 0)
		vault_fail(vault, EX_OSERR, "no memory for the front");
	if (vault->serving)
		vault_front_listen(vault);
}

void
vault_front_listen(struct vault *vault)
{
	if (vault->front.ipc != NULL && ipc_link_listen(&vault->front) != 0)
		vault_fail(vault, EX_OSERR, "no memory for the front");
}

void
vault_front_flush(struct vault *vault)
{
	if (ipc_link_flush(&vault->front) != 0)
		drop(vault, NULL);
}

void
vault_settle(void *context)
{
	struct vault *vault = context;

	batch_run(vault);
	vault_front_flush(vault);
	(void)ipc_link_flush(&vault->monitor);
}
