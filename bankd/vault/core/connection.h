/* SPDX-License-Identifier: ISC */
/*
 * The vault's side of a connection, as the front tells of it: the nonce, the
 * keys, what may come next, and every byte that goes out.  The front closes
 * a connection and says so; until then the vault keeps it as one that is
 * over, and hears nothing more from it.
 *
 *	           L, O, R, V              accepted (L, R)
 *	GREETED ---------------> LOGGING_IN -----------> IN_SESSION
 *	   ^                          |                      |
 *	   +--- answered without a ---+                      |
 *	        session: a new G                             |
 *	   any of them: a violation, the session's end ---> OVER
 *
 * What a connection has in each state, `-` for nothing:
 *
 *	              nonce     keys, session   errand     busy, waiting
 *	GREETED       to use    -               -          -
 *	LOGGING_IN    used up   -               the login  -
 *	IN_SESSION    used up   both            PASSWORD   yes, behind a request
 *	                                        HISTORY    that is answered
 *later OVER          used up   -               -          -
 */
#ifndef BANKD_CONNECTION_H
#define BANKD_CONNECTION_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../../shared/wire/frame.h"
#include "../../../shared/crypt/seal.h"
#include "../../../shared/wire/wire.h"
#include "deferred.h"
#include "../../base/limit_address.h"
#include "pool.h"

#define CONNECTION_ADDRESS_SIZE LIMIT_ADDRESS_SIZE
#define CONNECTION_WAITING_MAX 64
#define CONNECTION_BUCKETS 4096
#define CONNECTION_KEY_ID_SIZE 4

enum connection_state {
	CONNECTION_GREETED,    /* has a nonce to use */
	CONNECTION_LOGGING_IN, /* one of L, O, R, V unanswered */
	CONNECTION_IN_SESSION,
	CONNECTION_OVER /* the front has been told to close it */
};
enum connection_notify { NOTIFY_OFF, NOTIFY_UDP, NOTIFY_TLS };

/*
 * Work on another thread for a connection; `connection` becomes NULL when
 * that is over, and then nobody is answered.
 */
struct errand {
	struct job job;
	struct connection *connection;
};

struct waiting; /* requests behind one that is answered later */

struct connection {
	uint32_t number; /* the front's */
	enum connection_state state;
	char address[CONNECTION_ADDRESS_SIZE];
	char limit[CONNECTION_ADDRESS_SIZE]; /* limit_address() of it */
	uint8_t binding[FRAME_BINDING_SIZE];
	uint8_t nonce[FRAME_NONCE_SIZE];
	uint64_t greeted_ms; /* steady clock */
	struct session *session;
	struct seal_keys keys;
	uint8_t key_id[CONNECTION_KEY_ID_SIZE];
	enum connection_notify notify;
	uint16_t notify_port;
	struct errand *errand;
	bool busy;      /* a request is answered later: others wait */
	unsigned steps; /* in the batch */
	struct waiting *waiting;
	struct deferred resume;
	LIST_ENTRY(connection) link;
};
LIST_HEAD(connection_list, connection);

struct vault;

struct connections {
	/* What the rooms above do; set once, before the first connection. */
	void (*request)(struct vault *vault, struct connection *connection,
	    const char *text, size_t length);  /* one that has waited */
	void (*lost)(struct session *session); /* its connection is over */
	struct connection_list buckets[CONNECTION_BUCKETS];
	size_t count, most;
	uint8_t sealed[FRAME_MAX_LENGTH]; /* the answer in hand */
};

/* NULL where there is none. */
struct connection *connection_find(
    const struct connections *connections, uint32_t number);
/* A new one, greeted.  0, BANK_EEXIST, BANK_EINVAL (no address), BANK_ENOMEM.
 */
int connection_new(struct vault *vault, uint32_t number,
    const uint8_t binding[FRAME_BINDING_SIZE], const char *address);
/* Forgets it and wipes its keys; its session, if any, is lost, not ended. */
void connection_free(struct vault *vault, struct connection *connection);
void connection_free_all(struct vault *vault);

/* A fresh nonce: after each answer that leaves no session. */
void connection_greet(struct vault *vault, struct connection *connection);
/* `E`, in plain. */
void connection_refuse(
    struct vault *vault, struct connection *connection, enum wire_reply reply);
/* `E 500`, and the end of the connection. */
void connection_violation(struct vault *vault, struct connection *connection);
/* Takes the keys over (they are wiped where they came from). */
void connection_attach(struct connection *connection, struct session *session,
    struct seal_keys *keys);
/* Seals a text as `S`; send() with keys and flags of the caller's. */
void connection_answer(struct vault *vault, struct connection *connection,
    const char *text, size_t length);
void connection_send(struct vault *vault, struct connection *connection,
    struct seal_direction *down, const char *text, size_t length,
    uint8_t flags);
/* A reply without keys. */
void connection_reply(
    struct vault *vault, struct connection *connection, enum wire_reply reply);
/* Ends it: closed by the front after what was sent. */
void connection_end(struct vault *vault, struct connection *connection);

/* Keeps a request for later.  0, BANK_ENOSPC past 64, BANK_ENOMEM. */
int connection_wait(
    struct connection *connection, const char *text, size_t length);
/* The request that it was busy with is answered: the next ones may come. */
void connection_ready(struct vault *vault, struct connection *connection);

#endif
