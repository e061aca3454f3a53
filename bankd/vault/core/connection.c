/* SPDX-License-Identifier: ISC */
/*
 * Connections of the vault: their table, their nonces and keys, and what is
 * sent to them.  Knows the front's socket by ipc alone.
 */
#include "connection.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "vault_state.h"

#define ERROR_TEXT_SIZE 128
#define SEND_HEAD_SIZE (1 + FRAME_HEADER_SIZE + 1)

struct waiting {
	unsigned first, count;
	struct {
		uint16_t length;
		char text[SEAL_BLOCK_SIZE];
	} request[CONNECTION_WAITING_MAX];
};

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

/* One of those that waited; the rest when it is answered. */
static void
resume_waiting(struct vault *vault, struct deferred *deferred)
{
	struct connection *connection =
	    (struct connection *)(void *)((char *)deferred -
		offsetof(struct connection, resume));
	struct waiting *waiting = connection->waiting;
	char text[SEAL_BLOCK_SIZE];
	size_t length;

	if (waiting == NULL || waiting->count == 0 || connection->busy ||
	    connection->state != CONNECTION_IN_SESSION)
		return;
	length = waiting->request[waiting->first].length;
	memcpy(text, waiting->request[waiting->first].text, length);
	OPENSSL_cleanse(
	    &waiting->request[waiting->first], sizeof(waiting->request[0]));
	waiting->first = (waiting->first + 1) % CONNECTION_WAITING_MAX;
	waiting->count--;
	vault->connections->request(vault, connection, text, length);
	OPENSSL_cleanse(text, sizeof(text));
	if (!connection->busy)
		connection_ready(vault, connection);
}

static void
drop_waiting(struct vault *vault, struct connection *connection)
{
	deferred_forget(vault, &connection->resume);
	if (connection->waiting != NULL)
		OPENSSL_cleanse(
		    connection->waiting, sizeof(*connection->waiting));
	free(connection->waiting);
	connection->waiting = NULL;
}

int
connection_wait(struct connection *connection, const char *text, size_t length)
{
	struct waiting *waiting = connection->waiting;
	unsigned at;

	if (waiting == NULL)
		waiting = connection->waiting = calloc(1, sizeof(*waiting));
	if (waiting == NULL)
		return BANK_ENOMEM;
	if (waiting->count == CONNECTION_WAITING_MAX ||
	    length > sizeof(waiting->request[0].text))
		return BANK_ENOSPC;
	at = (waiting->first + waiting->count) % CONNECTION_WAITING_MAX;
	memcpy(waiting->request[at].text, text, length);
	waiting->request[at].length = (uint16_t)length;
	waiting->count++;
	return 0;
}

void
connection_ready(struct vault *vault, struct connection *connection)
{
	connection->busy = false;
	if (connection->waiting == NULL)
		return;
	if (connection->waiting->count > 0)
		deferred_add(vault, &connection->resume);
	else
		drop_waiting(vault, connection);
}

/* What goes to a front that is gone goes nowhere: its connections are. */
static void
to_front(struct vault *vault, enum ipc_type type, uint32_t number,
    const void *head, size_t head_length, const void *body, size_t length)
{
	if (vault->front.ipc == NULL)
		return;
	if (ipc_send2(vault->front.ipc, type, number, head, head_length, body,
		length) != 0)
		vault_fail(vault, EX_OSERR, "no memory for the front");
}

static void
send_frame(struct vault *vault, const struct connection *connection,
    uint8_t flags, enum frame_type type, const void *body, size_t length)
{
	uint8_t head[SEND_HEAD_SIZE] = { flags };

	put_u16(head + 1, (uint16_t)(length + 1));
	head[1 + FRAME_HEADER_SIZE] = (uint8_t)type;
	to_front(vault, IPC_SEND, connection->number, head, sizeof(head), body,
	    length);
}

int
connection_new(struct vault *vault, uint32_t number,
    const uint8_t binding[FRAME_BINDING_SIZE], const char *address)
{
	struct connections *connections = vault->connections;
	struct connection *connection;

	if (connection_find(connections, number) != NULL)
		return BANK_EEXIST;
	if ((connection = calloc(1, sizeof(*connection))) == NULL)
		return BANK_ENOMEM;
	connection->number = number;
	connection->resume.run = resume_waiting;
	memcpy(connection->binding, binding, FRAME_BINDING_SIZE);
	string_copy(connection->address, address, sizeof(connection->address));
	if (limit_address(address, connection->limit) != 0) {
		free(connection);
		return BANK_EINVAL;
	}
	LIST_INSERT_HEAD(&connections->buckets[number % CONNECTION_BUCKETS],
	    connection, link);
	connections->count++;
	connection_greet(vault, connection);
	return 0;
}

/* Whatever is on its way for it finds nobody to answer. */
static void
detach(struct vault *vault, struct connection *connection)
{
	if (connection->errand != NULL)
		connection->errand->connection = NULL;
	connection->errand = NULL;
	connection->busy = false;
	connection->notify = NOTIFY_OFF;
	if (connection->session != NULL)
		vault->connections->lost(connection->session);
	connection->session = NULL;
	drop_waiting(vault, connection);
	seal_wipe(&connection->keys);
}

void
connection_free(struct vault *vault, struct connection *connection)
{
	detach(vault, connection);
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

void
connection_refuse(
    struct vault *vault, struct connection *connection, enum wire_reply reply)
{
	/* Who floods the bank with logins is to have time for it. */
	uint8_t flags = reply == WIRE_TOO_MANY_SESSIONS
	    ? IPC_SEND_ANSWER | IPC_SEND_LATER
	    : IPC_SEND_ANSWER;
	char text[ERROR_TEXT_SIZE];
	struct wire_writer writer;
	int length;

	wire_begin(&writer, text, sizeof(text), reply);
	if ((length = wire_finish(&writer)) > 0)
		send_frame(vault, connection, flags, FRAME_ERROR, text,
		    (size_t)length);
}

void
connection_end(struct vault *vault, struct connection *connection)
{
	if (connection->state == CONNECTION_OVER)
		return;
	connection->state = CONNECTION_OVER;
	to_front(vault, IPC_CLOSE, connection->number, NULL, 0, NULL, 0);
	detach(vault, connection);
}

void
connection_violation(struct vault *vault, struct connection *connection)
{
	connection_refuse(vault, connection, WIRE_PROTOCOL_ERROR);
	connection_end(vault, connection);
}

void
connection_attach(struct connection *connection, struct session *session,
    struct seal_keys *keys)
{
	connection->keys = *keys;
	OPENSSL_cleanse(keys, sizeof(*keys));
	connection->session = session;
	connection->state = CONNECTION_IN_SESSION;
	connection->notify = NOTIFY_OFF;
	(void)RAND_bytes(connection->key_id, sizeof(connection->key_id));
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
