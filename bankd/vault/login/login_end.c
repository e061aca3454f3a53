/* SPDX-License-Identifier: ISC */
/*
 * What all kinds of login share after the envelope (the vault's): the way to a
 * worker, and the ends: refused, answered, let in.
 */
#include <stdlib.h>

#include <openssl/crypto.h>

#include "../core/vault_state.h"
#include "login_state.h"
#include "../guard/attempts.h"

/* Whether more than parts/of of the allowed number of logins wait. */
static bool
many_wait(const struct vault *vault, size_t parts, size_t of)
{
	return vault->logins->costly > 1 &&
	    vault->logins->costly * of >
	    (size_t)vault_option(vault, LOGIN_MAX_WAITING) * parts;
}

/*
 * A few logins go to the workers.  A crowd gives way to customers in session.
 * Where these ask much, a flood may use half of the cores only: the kernel
 * takes a core from a hash at once, but moves no thread to it.
 */
void
login_submit(struct vault *vault, struct login *login)
{
	bool crowd = login->type != FRAME_RESUME && many_wait(vault, 1, 4);

	pool_halve(vault->pools[VAULT_CROWD],
	    vault->much_asked && many_wait(vault, 3, 4));
	vault_submit(
	    vault, crowd ? VAULT_CROWD : VAULT_WORKERS, &login->errand.job);
}

void
login_free(struct vault *vault, struct login *login)
{
	if (login->errand.connection != NULL)
		login->errand.connection->errand = NULL;
	if (login->has_attempt)
		attempt_free(vault, &login->attempt);
	LIST_REMOVE(login, link);
	vault->logins->count--;
	vault->logins->costly -= login->type != FRAME_RESUME;
	seal_wipe(&login->keys);
	OPENSSL_cleanse(login, sizeof(*login));
	free(login);
}

void
login_refuse(struct vault *vault, struct login *login, enum wire_reply reply)
{
	struct connection *connection = login->errand.connection;

	if (connection != NULL) {
		vault->counts->refused++;
		connection_refuse(vault, connection, reply);
		connection_greet(vault, connection);
	}
	login_free(vault, login);
}

void
login_answer(
    struct vault *vault, struct login *login, const char *text, size_t length)
{
	struct connection *connection = login->errand.connection;

	if (connection != NULL) {
		connection_send(vault, connection, &login->keys.down, text,
		    length, IPC_SEND_ANSWER);
		connection_greet(vault, connection);
	}
	login_free(vault, login);
}

void
login_accept(struct vault *vault, struct login *login, struct session *session,
    enum wire_reply reply)
{
	struct connection *connection = login->errand.connection;
	char text[STEP_REPLY_SIZE], name[WIRE_NAME_SIZE] = "";
	char hash[STORE_HASH_SIZE];
	const struct ledger_account *customer;
	struct wire_writer writer;
	int length;

	customer = store_account(vault->books->store, session->customer);
	if (customer == NULL ||
	    store_account_texts(vault->books->store, customer, name, hash) != 0)
		name[0] = '\0';
	OPENSSL_cleanse(hash, sizeof(hash));
	wire_begin(&writer, text, sizeof(text), reply);
	session_write(vault, session, name, &writer);
	length = wire_finish(&writer);
	session_attach(vault, session, connection, &login->keys);
	connection_send(vault, connection, &connection->keys.down, text,
	    length > 0 ? (size_t)length : 0,
	    IPC_SEND_ANSWER | IPC_SEND_IN_SESSION);
	login_free(vault, login);
}
