/* SPDX-License-Identifier: ISC */
/*
 * Sessions (the vault's): their table, their beginnings and their ends.
 */
#include "sessions.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "../../../shared/base/clock.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/util.h"
#include "vault_state.h"

#define MS UINT64_C(1000)
#define AGE_MAX_MS (24 * 3600 * MS)

void
sessions_init(struct sessions *sessions)
{
	TAILQ_INIT(&sessions->all);
}

static size_t
id_bucket(const uint8_t id[FRAME_SESSION_SIZE])
{
	return get_u32(id) % SESSION_BUCKETS;
}

struct session *
session_find(
    const struct sessions *sessions, const uint8_t id[FRAME_SESSION_SIZE])
{
	struct session *session;

	LIST_FOREACH (session, &sessions->by_id[id_bucket(id)], by_id) {
		if (CRYPTO_memcmp(session->id, id, FRAME_SESSION_SIZE) == 0)
			return session;
	}
	return NULL;
}

static struct session *
first_of(struct session *session, uint32_t number)
{
	while (session != NULL && session->number != number)
		session = LIST_NEXT(session, by_customer);
	return session;
}

struct session *
session_of(const struct sessions *sessions, uint32_t number)
{
	return first_of(
	    LIST_FIRST(&sessions->by_customer[number % SESSION_BUCKETS]),
	    number);
}

struct session *
session_of_next(const struct session *session)
{
	return first_of(LIST_NEXT(session, by_customer), session->number);
}

struct session *
session_new(struct vault *vault, const struct ledger_account *customer,
    const struct kiosk_seen *kiosk, const uint8_t k[SEAL_KEY_SIZE])
{
	struct sessions *sessions = vault->sessions;
	struct session *session;

	if ((session = calloc(1, sizeof(*session))) == NULL)
		return NULL;
	if (RAND_bytes(session->id, sizeof(session->id)) != 1) {
		free(session);
		return NULL;
	}
	memcpy(session->k, k, SEAL_KEY_SIZE);
	string_copy(session->customer, customer->id, sizeof(session->customer));
	session->number = customer->number;
	session->kiosk = *kiosk;
	string_copy(session->cash_id, LEDGER_CASH_PREFIX, LEDGER_ID_SIZE);
	string_copy(session->cash_id + strlen(LEDGER_CASH_PREFIX), kiosk->name,
	    LEDGER_ID_SIZE - strlen(LEDGER_CASH_PREFIX));
	session->since_ms = vault->books->now_ms;
	session->begun_ms = session->active_ms = clock_steady_ms();
	session->lost_ms = session->begun_ms;
	LIST_INSERT_HEAD(
	    &sessions->by_id[id_bucket(session->id)], session, by_id);
	LIST_INSERT_HEAD(
	    &sessions->by_customer[session->number % SESSION_BUCKETS], session,
	    by_customer);
	TAILQ_INSERT_TAIL(&sessions->all, session, link);
	sessions->count++;
	return session;
}

void
session_end(struct vault *vault, struct session *session, const char *why)
{
	log_event(LOG_INFO, "session_end", "id", LOG_TEXT(session->customer),
	    "kiosk", LOG_TEXT(session->kiosk.name), "why", LOG_TEXT(why), NULL);
	if (session->connection != NULL)
		connection_end(vault, session->connection);
	LIST_REMOVE(session, by_id);
	LIST_REMOVE(session, by_customer);
	TAILQ_REMOVE(&vault->sessions->all, session, link);
	vault->sessions->count--;
	refusals_free(&session->refusals);
	OPENSSL_cleanse(session, sizeof(*session));
	free(session);
}

void
session_end_others(struct vault *vault, uint32_t number,
    const struct session *spared, const char *why)
{
	struct session *session, *next;

	for (session = session_of(vault->sessions, number); session != NULL;
	     session = next) {
		next = session_of_next(session);
		if (session != spared)
			session_end(vault, session, why);
	}
}

void
session_end_all(struct vault *vault, const char *why)
{
	struct session *session;

	while ((session = TAILQ_FIRST(&vault->sessions->all)) != NULL)
		session_end(vault, session, why);
}

void
session_expire(struct vault *vault, uint64_t steady_ms)
{
	uint64_t idle_ms =
	    (uint64_t)vault_option(vault, SESSION_IDLE_TIMEOUT) * MS;
	uint64_t grace_ms = (uint64_t)vault_option(vault, SESSION_GRACE) * MS;
	struct session *session, *next;

	for (session = TAILQ_FIRST(&vault->sessions->all); session != NULL;
	     session = next) {
		next = TAILQ_NEXT(session, link);
		if (steady_ms - session->active_ms >= idle_ms)
			session_end(vault, session, "idle");
		else if (session->connection == NULL &&
		    steady_ms - session->lost_ms >= grace_ms)
			session_end(vault, session, "link lost");
		else if (steady_ms - session->begun_ms >= AGE_MAX_MS)
			session_end(vault, session, "a day old");
	}
}
