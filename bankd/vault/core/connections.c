/* SPDX-License-Identifier: ISC */
/*
 * Connections of the vault: their table, their nonces, and what is sent to
 * them.  Knows the front's socket by ipc alone.
 */
#include "connections.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "../../../shared/base/clock.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "hosts.h"
#include "vault_state.h"

#define ERROR_TEXT_SIZE 256
#define SEND_HEAD_SIZE (1 + FRAME_HEADER_SIZE + 1)

static void
send_frame(struct vault *vault, const struct connection *connection,
    uint8_t flags, enum frame_type type, const void *body, size_t length)
{
	uint8_t head[SEND_HEAD_SIZE] = { flags };

	put_u16(head + 1, (uint16_t)(length + 1));
	head[1 + FRAME_HEADER_SIZE] = (uint8_t)type;
	if (vault->front.ipc != NULL &&
	    ipc_send2(vault->front.ipc, IPC_SEND, connection->number,
		(struct ipc_part) { head, sizeof(head) },
		(struct ipc_part) { body, length }) != 0)
		vault_fail(vault, EX_OSERR, "no memory for the front");
}

void
connection_greet(struct vault *vault, struct connection *connection)
{
	if (RAND_bytes(connection->nonce, FRAME_NONCE_SIZE) != 1)
		vault_fail(vault, EX_SOFTWARE, "no random bytes");
	connection->greeted_ms = clock_steady_ms();
	connection->state = CONNECTION_GREETED;
	send_frame(vault, connection, IPC_SEND_NO_SESSION, FRAME_GREETING,
	    connection->nonce, FRAME_NONCE_SIZE);
}

/* After the bank's words on a lock: whom to ask. */
static int
add_line(const struct vault *vault, char text[ERROR_TEXT_SIZE], int length)
{
	const char *line =
	    config_string(vault->books->config, LOGIN_BRANCH_LINE);

	if (*line == '\0')
		return length;
	return length +
	    snprintf(
		text + length, ERROR_TEXT_SIZE - (size_t)length, "; %s", line);
}

static void
send_error(struct vault *vault, struct connection *connection, uint8_t flags,
    enum wire_reply reply)
{
	char text[ERROR_TEXT_SIZE];
	struct wire_writer writer;
	int length;

	wire_begin(&writer, text, sizeof(text), reply);
	length = wire_finish(&writer);
	if (reply == WIRE_LOCKED && length > 0)
		length = add_line(vault, text, length);
	if (length > 0)
		send_frame(vault, connection, flags, FRAME_ERROR, text,
		    (size_t)length);
}

void
connection_refuse(
    struct vault *vault, struct connection *connection, enum wire_reply reply)
{
	/* IPC_SEND_LATER slows down a flood of logins. */
	send_error(vault, connection,
	    reply == WIRE_TOO_MANY_SESSIONS ? IPC_SEND_ANSWER | IPC_SEND_LATER
					    : IPC_SEND_ANSWER,
	    reply);
}

/* Only a login is waiting for an answer. */
static void
turn_away(struct vault *vault, struct connection *connection)
{
	if (connection->state == CONNECTION_OVER)
		return;
	send_error(vault, connection,
	    connection->state == CONNECTION_LOGGING_IN ? IPC_SEND_ANSWER : 0,
	    WIRE_UNAVAILABLE);
	connection_end(vault, connection);
}

void
connection_turn_away_all(struct vault *vault)
{
	struct connection *connection;

	for (size_t i = 0; i < CONNECTION_BUCKETS; i++) {
		LIST_FOREACH (connection, &vault->connections->buckets[i], link)
			turn_away(vault, connection);
	}
}

void
connection_send(struct vault *vault, struct connection *connection,
    struct seal_direction *down, const char *text, size_t length, uint8_t flags)
{
	uint8_t *sealed = vault->connections->sealed;
	int n;

	n = seal_text(down, FRAME_SEALED, text, length, sealed,
	    sizeof(vault->connections->sealed));
	if (n < 0)
		vault_fail(vault, EX_SOFTWARE, "an answer can't be sealed");
	send_frame(vault, connection, flags, FRAME_SEALED, sealed, (size_t)n);
}

void
connection_answer(struct vault *vault, struct connection *connection,
    const char *text, size_t length)
{
	connection_send(vault, connection, &connection->keys.down, text, length,
	    IPC_SEND_ANSWER);
}

void
connection_reply(
    struct vault *vault, struct connection *connection, enum wire_reply reply)
{
	char text[ERROR_TEXT_SIZE];
	struct wire_writer writer;
	int length;

	wire_begin(&writer, text, sizeof(text), reply);
	if ((length = wire_finish(&writer)) > 0)
		connection_answer(vault, connection, text, (size_t)length);
}

void
connection_end(struct vault *vault, struct connection *connection)
{
	if (connection->state == CONNECTION_OVER)
		return;
	connection->state = CONNECTION_OVER;
	if (vault->front.ipc != NULL &&
	    ipc_send(vault->front.ipc, IPC_CLOSE, connection->number, NULL, 0,
		-1) != 0)
		vault_fail(vault, EX_OSERR, "no memory for the front");
	connection_detach(vault, connection);
}

void
connection_violation(struct vault *vault, struct connection *connection)
{
	connection_refuse(vault, connection, WIRE_PROTOCOL_ERROR);
	connection_end(vault, connection);
}

struct connection *
connection_find(const struct connections *connections, uint32_t number)
{
	struct connection *connection;

	LIST_FOREACH (connection,
	    &connections->buckets[number % CONNECTION_BUCKETS], link) {
		if (connection->number == number)
			return connection;
	}
	return NULL;
}

int
connection_new(struct vault *vault, uint32_t number,
    const uint8_t binding[FRAME_BINDING_SIZE], const char *address,
    const char *software)
{
	struct connections *connections = vault->connections;
	struct connection *connection;

	if (connection_find(connections, number) != NULL)
		return BANK_EEXIST;
	if ((connection = calloc(1, sizeof(*connection))) == NULL)
		return BANK_ENOMEM;
	connection->number = number;
	memcpy(connection->binding, binding, FRAME_BINDING_SIZE);
	string_copy(connection->address, address, sizeof(connection->address));
	string_copy(
	    connection->software, software, sizeof(connection->software));
	if (limit_address(address, connection->limit) != 0) {
		free(connection);
		return BANK_EINVAL;
	}
	LIST_INSERT_HEAD(&connections->buckets[number % CONNECTION_BUCKETS],
	    connection, link);
	connections->count++;
	if (vault->hosts->away)
		turn_away(vault, connection);
	else
		connection_greet(vault, connection);
	return 0;
}

void
connection_free(struct vault *vault, struct connection *connection)
{
	connection_detach(vault, connection);
	LIST_REMOVE(connection, link);
	vault->connections->count--;
	OPENSSL_cleanse(connection, sizeof(*connection));
	free(connection);
}

void
connection_free_all(struct vault *vault)
{
	struct connection *connection;

	for (size_t i = 0; i < CONNECTION_BUCKETS; i++) {
		while ((connection = LIST_FIRST(
			    &vault->connections->buckets[i])) != NULL)
			connection_free(vault, connection);
	}
}
