/* SPDX-License-Identifier: ISC */
/*
 * One connection (the vault's): its way into a session and out of it, and the
 * requests that wait behind one that is answered later, 64 in a ring.
 */
#include "connection.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "vault_state.h"

struct waiting {
	unsigned first, count;
	struct {
		uint16_t length;
		char text[SEAL_BLOCK_SIZE];
	} request[CONNECTION_WAITING_MAX];
};

/* Takes the request that waited longest; the next follows its answer. */
static void
resume_waiting(struct vault *vault, struct deferred *deferred)
{
	struct connection *connection =
	    container_of(deferred, struct connection, resume);
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
	connection->resume.run = resume_waiting;
	if (connection->waiting->count > 0)
		deferred_add(vault, &connection->resume);
	else
		drop_waiting(vault, connection);
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
connection_detach(struct vault *vault, struct connection *connection)
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
