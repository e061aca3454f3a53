/* SPDX-License-Identifier: ISC */
/*
 * The room of logins (the vault's), and how L, O, R, V and C begin: the nonce
 * is used up, the kiosk looked up, the envelope opened by a worker.
 */
#include "login.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "../core/bank_clock.h"
#include "../core/vault_state.h"
#include "../guard/tally.h"
#include "login_state.h"
#include "../../store/kiosks.h"

/* An honest front allows 60 s from G to the login; another one may lie. */
#define NONCE_LIFE_MS UINT64_C(65000)
#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)

int
logins_new(struct logins **logins, const char *path, char *error, size_t size)
{
	struct logins *made;

	if ((made = *logins = calloc(1, sizeof(*made))) == NULL)
		return EX_OSERR;
	made->sign_ups = tally_new(LOGIN_SIGN_UPS_AN_HOUR, HOUR_MS);
	made->resumes = tally_new(LOGIN_REFUSED_A_MINUTE, MINUTE_MS);
	made->cases = tally_new(LOGIN_CASES_AN_HOUR, HOUR_MS);
	if (made->sign_ups == NULL || made->resumes == NULL ||
	    made->cases == NULL)
		return EX_OSERR;
	return login_key_read(&made->key, path, error, size);
}

void
logins_free(struct logins *logins)
{
	if (logins == NULL)
		return;
	tally_free(logins->sign_ups);
	tally_free(logins->resumes);
	tally_free(logins->cases);
	login_key_free(logins->key);
	free(logins);
}

size_t
logins_count(const struct logins *logins)
{
	return logins->count;
}

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
	*found = kiosks_find(vault->books->kiosks, name);
	if (*found == NULL)
		return;
	memcpy(login->kiosk_key, (*found)->public_key, KIOSK_PUBLIC_SIZE);
	string_copy(login->cash_id, LEDGER_CASH_PREFIX, LEDGER_ID_SIZE);
	string_copy(login->cash_id + strlen(LEDGER_CASH_PREFIX), name,
	    LEDGER_ID_SIZE - strlen(LEDGER_CASH_PREFIX));
}

/*
 * R needs no envelope and no hash, so a flood of logins doesn't stop it, but a
 * flood of R does.  An enrolled kiosk is counted only once it has proven its
 * name.
 */
static bool
too_many_wait(const struct vault *vault, const struct login *login)
{
	size_t here = 0;
	const struct login *other;

	if (login->type == FRAME_RESUME)
		return !login->kiosk.enrolled &&
		    tally_is_full(vault->logins->resumes, &login->kiosk,
			clock_steady_ms());
	if (vault->logins->costly >
	    (size_t)vault_option(vault, LOGIN_MAX_WAITING))
		return true;
	LIST_FOREACH (other, &vault->logins->list, link)
		here += other->type != FRAME_RESUME &&
		    strcmp(other->limit, login->limit) == 0;
	return here > (size_t)vault_option(vault, LOGIN_MAX_WAITING_ADDRESS);
}

/* R: the session's K, or, for one that isn't known, a random one. */
static void
look_up_session(struct vault *vault, struct login *login)
{
	const struct session *session;

	session = session_find(vault->sessions, login->body + FRAME_KIOSK_SIZE);
	login->has_session = session != NULL;
	if (session != NULL)
		memcpy(login->k, session->k, SEAL_KEY_SIZE);
	else if (RAND_bytes(login->k, SEAL_KEY_SIZE) != 1)
		memset(login->k, 0, SEAL_KEY_SIZE);
}

/* Whatever fails here, the login goes on the same way to the same 401. */
static void
open_envelope(struct job *job, void *thread)
{
	struct login *login = container_of(job, struct login, errand.job);
	const uint8_t *rest = login->body + FRAME_KIOSK_SIZE;
	const uint8_t *sealed = login->body + login->length - FRAME_SEALED_SIZE;
	const struct kiosk_frame frame = { .type = login->type,
		.nonce = login->nonce,
		.binding = login->binding,
		.rest = rest,
		.rest_length = login->length - FRAME_KIOSK_SIZE };
	char text[FRAME_SEALED_SIZE + 1];
	bool right = !login->stale;
	int length;

	(void)thread;
	login->kiosk_right = !login->kiosk.enrolled ||
	    kiosk_verify(login->body, login->kiosk_key, &frame) == 0;
	if (!login->kiosk_right)
		return;
	if (login->type != FRAME_RESUME)
		right =
		    login_key_unwrap(login->key, rest, login->k) == 0 && right;
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
	struct login *login = container_of(job, struct login, errand.job);
	struct vault *vault = context;

	if (login->errand.connection == NULL) {
		login_free(vault, login);
		return;
	}
	if (login->kiosk_right && login->kiosk.enrolled)
		kiosks_note(vault->books->kiosks, login->kiosk.name,
		    login->address, login->software,
		    bank_clock_now(vault->clock));
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
	else if (login->type == FRAME_CASH)
		login_cash(vault, login);
	else
		login_reversal(vault, login);
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
	memcpy(login->software, connection->software, sizeof(login->software));
	login->key = vault->logins->key;
	login->cost = (unsigned long)vault_option(vault, LOGIN_HASH_COST);
	login->stale =
	    clock_steady_ms() - connection->greeted_ms > NONCE_LIFE_MS;
	login->errand.connection = connection;
	connection->errand = &login->errand;
	LIST_INSERT_HEAD(&vault->logins->list, login, link);
	vault->logins->count++;
	vault->logins->costly += type != FRAME_RESUME;
	return login;
}

void
login_take(struct vault *vault, struct connection *connection, uint8_t type,
    const uint8_t *body, size_t length)
{
	const struct store_kiosk *kiosk;
	struct login *login;

	/* From here on the nonce is used up. */
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
