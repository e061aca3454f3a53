/* SPDX-License-Identifier: ISC */
/*
 * The beginning that L, O, R and V have in common (the vault's): the nonce
 * is burnt, the kiosk looked up, the envelope opened by a worker; and their
 * common ends.
 */
#include "login.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "../../files/hash_form.h"
#include "../core/vault_state.h"

/* The front gives a login 60 s from its G; this is for a front that lies. */
#define NONCE_LIFE_MS UINT64_C(65000)

static void
look_up_kiosk(
    struct vault *vault, struct login *login, const struct store_kiosk **found)
{
	char name[KIOSK_NAME_SIZE];

	*found = NULL;
	if (kiosk_is_none(login->body)) {
		string_copy(login->kiosk.name, login->address,
		    sizeof(login->kiosk.name));
		string_copy(login->kiosk.counted, login->limit,
		    sizeof(login->kiosk.counted));
		return;
	}
	login->kiosk.enrolled = true;
	if (kiosk_name(login->body, name) != 0)
		return;
	string_copy(login->kiosk.name, name, sizeof(login->kiosk.name));
	string_copy(login->kiosk.counted, name, sizeof(login->kiosk.counted));
	*found = kiosks_find(&vault->kiosks, name);
	if (*found == NULL)
		return;
	memcpy(login->kiosk_key, (*found)->public_key, KIOSK_PUBLIC_SIZE);
	string_copy(login->cash_id, LEDGER_CASH_PREFIX, LEDGER_ID_SIZE);
	string_copy(login->cash_id + strlen(LEDGER_CASH_PREFIX), name,
	    LEDGER_ID_SIZE - strlen(LEDGER_CASH_PREFIX));
}

/*
 * R costs no envelope and no hash: a flood of logins keeps nobody from it, but
 * a flood of its own does.  Who says to be an enrolled kiosk is counted only
 * when that is proven.
 */
static bool
too_many_wait(const struct vault *vault, const struct login *login)
{
	size_t here = 0;
	const struct login *other;

	if (login->type == FRAME_RESUME)
		return !login->kiosk.enrolled &&
		    tally_is_full(
			vault->resumes, &login->kiosk, clock_steady_ms());
	if (vault->logins.costly >
	    (size_t)vault_option(vault, LOGIN_MAX_WAITING))
		return true;
	LIST_FOREACH (other, &vault->logins.list, link)
		here += other->type != FRAME_RESUME &&
		    strcmp(other->limit, login->limit) == 0;
	return here > (size_t)vault_option(vault, LOGIN_MAX_WAITING_ADDRESS);
}

/* R: the session's K, or, for one that isn't known, a random one. */
static void
look_up_session(struct vault *vault, struct login *login)
{
	const struct session *session;

	session =
	    session_find(&vault->sessions, login->body + FRAME_KIOSK_SIZE);
	login->has_session = session != NULL;
	if (session != NULL)
		memcpy(login->k, session->k, SEAL_KEY_SIZE);
	else if (RAND_bytes(login->k, SEAL_KEY_SIZE) != 1)
		memset(login->k, 0, SEAL_KEY_SIZE);
}

/* Whatever fails here goes on the same way and ends in the same 401. */
static void
open_envelope(struct job *job, void *thread)
{
	struct login *login = (struct login *)(void *)job;
	const uint8_t *rest = login->body + FRAME_KIOSK_SIZE;
	const uint8_t *sealed = login->body + login->length - FRAME_SEALED_SIZE;
	char text[FRAME_SEALED_SIZE + 1];
	bool right = !login->stale;
	int length;

	(void)thread;
	login->kiosk_right = !login->kiosk.enrolled ||
	    kiosk_verify(login->body, login->kiosk_key, login->type,
		login->nonce, login->binding, rest,
		login->length - FRAME_KIOSK_SIZE) == 0;
	if (!login->kiosk_right)
		return;
	if (login->type != FRAME_RESUME)
		right = seal_unwrap(login->key, rest, login->k) == 0 && right;
	if (seal_derive(&login->keys, login->k, login->nonce, login->binding) !=
	    0)
		return;
	length = seal_open(&login->keys.up, login->type, sealed,
	    FRAME_SEALED_SIZE, text, sizeof(text));
	login->opened = right && length != BANK_ESEAL && length != BANK_ECRYPTO;
	if (login->opened && length >= 0)
		login->has_form = login_text_read(&login->text, login->type,
				      text, (size_t)length) == 0;
	OPENSSL_cleanse(text, sizeof(text));
}

static void
refuse_kiosk(struct vault *vault, struct login *login, const char *why)
{
	if (vault_tells(vault))
		log_event(LOG_WARNING, "kiosk_refused", "kiosk",
		    LOG_TEXT(login->kiosk.name), "address",
		    LOG_TEXT(login->address), "why", LOG_TEXT(why), NULL);
	login_refuse(vault, login, WIRE_NOT_ALLOWED);
}

static void
opened(struct job *job, void *context)
{
	struct login *login = (struct login *)(void *)job;
	struct vault *vault = context;

	if (login->errand.connection == NULL) {
		login_free(vault, login);
		return;
	}
	if (!login->kiosk_right)
		refuse_kiosk(vault, login, "signature");
	else if (login->type == FRAME_LOGIN)
		login_password(vault, login);
	else if (login->type == FRAME_RESUME)
		login_resume(vault, login);
	else if (!login->opened)
		login_refuse(vault, login, WIRE_LOGIN_REFUSED);
	else if (login->type == FRAME_OPEN)
		login_sign_up(vault, login);
	else
		login_reversal(vault, login);
}

/* Whether more than `parts` in `of` of those that may wait do. */
static bool
many_wait(const struct vault *vault, size_t parts, size_t of)
{
	return vault->logins.costly > 1 &&
	    vault->logins.costly * of >
	    (size_t)vault_option(vault, LOGIN_MAX_WAITING) * parts;
}

/*
 * A few are quick; a crowd of them gives way to the customers who are in, and
 * a flood, where these ask much, leaves them half of the cores: a core that
 * hashes is taken away from it at once, but the kernel moves nobody there.
 */
void
login_submit(struct vault *vault, struct login *login)
{
	bool crowd = login->type != FRAME_RESUME && many_wait(vault, 1, 4);

	pool_halve(vault->crowd, vault->much_asked && many_wait(vault, 3, 4));
	pool_submit(crowd ? vault->crowd : vault->workers, &login->errand.job);
}

static struct login *
login_new(struct vault *vault, struct connection *connection, uint8_t type,
    const uint8_t *body, size_t length)
{
	struct login *login;

	if ((login = calloc(1, sizeof(*login))) == NULL)
		return NULL;
	login->type = type;
	memcpy(login->body, body, length);
	login->length = length;
	memcpy(login->nonce, connection->nonce, FRAME_NONCE_SIZE);
	memcpy(login->binding, connection->binding, FRAME_BINDING_SIZE);
	memcpy(login->address, connection->address, sizeof(login->address));
	memcpy(login->limit, connection->limit, sizeof(login->limit));
	login->key = vault->key;
	login->cost = (unsigned long)vault_option(vault, LOGIN_HASH_COST);
	login->stale =
	    clock_steady_ms() - connection->greeted_ms > NONCE_LIFE_MS;
	login->errand.connection = connection;
	connection->errand = &login->errand;
	LIST_INSERT_HEAD(&vault->logins.list, login, link);
	vault->logins.count++;
	vault->logins.costly += type != FRAME_RESUME;
	return login;
}

void
login_take(struct vault *vault, struct connection *connection, uint8_t type,
    const uint8_t *body, size_t length)
{
	const struct store_kiosk *kiosk;
	struct login *login;

	/* From here on this nonce is nobody's. */
	connection->state = CONNECTION_LOGGING_IN;
	login = login_new(vault, connection, type, body, length);
	OPENSSL_cleanse(connection->nonce, sizeof(connection->nonce));
	if (login == NULL) {
		connection_refuse(vault, connection, WIRE_UNAVAILABLE);
		connection_greet(vault, connection);
		return;
	}
	look_up_kiosk(vault, login, &kiosk);
	if (kiosk == NULL &&
	    (login->kiosk.enrolled ||
		vault_option(vault, KIOSKS_REQUIRE) != 0)) {
		refuse_kiosk(vault, login, "not enrolled");
		return;
	}
	if (too_many_wait(vault, login)) {
		login_refuse(vault, login, WIRE_TOO_MANY_SESSIONS);
		return;
	}
	if (type == FRAME_RESUME)
		look_up_session(vault, login);
	login->errand.job.run = open_envelope;
	login->errand.job.done = opened;
	if (type == FRAME_RESUME && !login->kiosk.enrolled) {
		open_envelope(&login->errand.job, NULL);
		opened(&login->errand.job, vault);
	} else
		login_submit(vault, login);
}

void
login_free(struct vault *vault, struct login *login)
{
	if (login->errand.connection != NULL)
		login->errand.connection->errand = NULL;
	if (login->has_attempt)
		attempt_free(vault, &login->attempt);
	LIST_REMOVE(login, link);
	vault->logins.count--;
	vault->logins.costly -= login->type != FRAME_RESUME;
	seal_wipe(&login->keys);
	OPENSSL_cleanse(login, sizeof(*login));
	free(login);
}

void
login_refuse(struct vault *vault, struct login *login, enum wire_reply reply)
{
	struct connection *connection = login->errand.connection;

	if (connection != NULL) {
		vault->counts.refused++;
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

/* The store is asked in any case: an unknown ID costs no less. */
void
login_hash(struct vault *vault, const struct ledger_account *customer,
    char hash[STORE_HASH_SIZE])
{
	static const struct ledger_account nobody;
	bool open = customer != NULL && customer->closed_ms == 0;
	char name[WIRE_NAME_SIZE];

	hash[0] = '\0';
	if (store_account_texts(
		vault->store, open ? customer : &nobody, name, hash) != 0 ||
	    !open || hash[0] == HASH_FORM_LOCKED)
		OPENSSL_cleanse(hash, STORE_HASH_SIZE);
}

void
login_work(struct vault *vault, const struct ledger_account *customer,
    struct hashing_work *work)
{
	login_hash(vault, customer, work->hash);
	work->kinds = &vault->hash_kinds;
	work->old = hash_kinds_old(&vault->hash_kinds);
	work->cost = (unsigned long)vault_option(vault, LOGIN_HASH_COST);
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

	customer = store_account(vault->store, session->customer);
	if (customer == NULL ||
	    store_account_texts(vault->store, customer, name, hash) != 0)
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
