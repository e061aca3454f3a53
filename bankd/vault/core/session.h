/* SPDX-License-Identifier: ISC */
/*
 * A session: who is logged in, from which kiosk, with which K.  It outlives
 * its connection by `grace` seconds and is resumed on another; it is the
 * vault's alone and dies with it.
 *
 *	     L accepted                  R accepted
 *	---------------> attached <--------------------- lost
 *	                  |    |                          | |
 *	                  |    +-- its connection ended --+ |
 *	                  |                                 | `grace` over
 *	                  +--> ended: K wiped, freed <------+
 *	     3, CLOSE, locked, a password changed elsewhere,
 *	     idle for too long, 24 h old (both states)
 *
 * attached: `connection` is set and names this session.  lost: it is NULL, and
 * lost_ms is when that happened.  Idle time and age run on in both.
 */
#ifndef BANKD_SESSION_H
#define BANKD_SESSION_H

#include "../../../shared/wire/frame.h"
#include "../../../shared/crypt/seal.h"
#include "../../../shared/wire/wire.h"
#include "../../../shared/wire/wire_reply.h"
#include "connection.h"
#include "../../ledger/ledger.h"
#include "refusals.h"

#define SESSION_DIGEST_SIZE 32

/*
 * The kiosk of a session or a login: its enrolled name, else its address; and
 * the name that it is counted under, for an address that of its network.
 */
struct kiosk_seen {
	char name[CONNECTION_ADDRESS_SIZE];
	char counted[CONNECTION_ADDRESS_SIZE];
	bool enrolled;
};

struct session {
	uint8_t id[FRAME_SESSION_SIZE];
	uint8_t k[SEAL_KEY_SIZE];
	char customer[WIRE_ID_SIZE];
	uint32_t number; /* of the customer's account */
	struct kiosk_seen kiosk;
	char cash_id[LEDGER_ID_SIZE];          /* `:cash/KIOSK` */
	struct connection *connection;         /* NULL: lost */
	uint64_t since_ms;                     /* the bank's time */
	uint64_t begun_ms, active_ms, lost_ms; /* steady clock */
	uint64_t last_login_ms;                /* the one before; 0: none */
	uint32_t failed;                       /* attempts since that */
	unsigned outcomes;                     /* OUTCOMEs answered 404 */
	struct refusals refusals;              /* refused transactions */
	bool changed_password;
	uint8_t change[SESSION_DIGEST_SIZE]; /* of the change's text */
	LIST_ENTRY(session) by_id, by_customer;
	TAILQ_ENTRY(session) link;
};

/* Makes the connection this session's; an older one is ended. */
void session_attach(struct vault *vault, struct session *session,
    struct connection *connection, struct seal_keys *keys);
/* Its connection is over: the grace time begins. */
void session_lose(struct session *session);
/* The keys of the answer to L and R. */
void session_write(struct vault *vault, const struct session *session,
    const char *name, struct wire_writer *writer);

#endif
