/* SPDX-License-Identifier: ISC */
/*
 * All sessions of the vault, by ID, by customer and by age.
 */
#ifndef BANKD_SESSIONS_H
#define BANKD_SESSIONS_H

#include <stddef.h>

#include "session.h"

#define SESSION_BUCKETS 4096

LIST_HEAD(session_list, session);
TAILQ_HEAD(session_queue, session);

struct sessions {
	struct session_list by_id[SESSION_BUCKETS];
	struct session_list by_customer[SESSION_BUCKETS];
	struct session_queue all; /* oldest first */
	size_t count;
};

void sessions_init(struct sessions *sessions);
struct session *session_find(
    const struct sessions *sessions, const uint8_t id[FRAME_SESSION_SIZE]);
/* The sessions of a customer: the first, then those after it, or NULL. */
struct session *session_of(const struct sessions *sessions, uint32_t number);
struct session *session_of_next(const struct session *session);

/* A new one without a connection; NULL where memory or random bytes fail. */
struct session *session_new(struct vault *vault,
    const struct ledger_account *customer, const struct kiosk_seen *kiosk,
    const uint8_t k[SEAL_KEY_SIZE]);
/* Ends it: K is wiped, its connection closed. `why` is for the log. */
void session_end(struct vault *vault, struct session *session, const char *why);
/* All of a customer's but `spared` (NULL: none). */
void session_end_others(struct vault *vault, uint32_t number,
    const struct session *spared, const char *why);
void session_end_all(struct vault *vault, const char *why);
/* Once a second: idle time, grace, 24 h. */
void session_expire(struct vault *vault, uint64_t steady_ms);

#endif
