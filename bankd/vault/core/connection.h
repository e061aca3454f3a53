/* SPDX-License-Identifier: ISC */
/*
 * The vault's side of one connection: its nonce, its keys, what may come next.
 * One that is over is kept until the front has closed it and said so.
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
 *	                                        HISTORY    answered later
 *	OVER          used up   -               -          -
 */
#ifndef BANKD_CONNECTION_H
#define BANKD_CONNECTION_H

#include "../../../shared/crypt/seal.h"
#include "../../../shared/wire/wire.h"
#include "../../base/limit_address.h"
#include "deferred.h"
#include "pool.h"

#define CONNECTION_ADDRESS_SIZE LIMIT_ADDRESS_SIZE
#define CONNECTION_KEY_ID_SIZE 4
#define CONNECTION_WAITING_MAX 64

enum connection_state {
	CONNECTION_GREETED,    /* has a nonce to use */
	CONNECTION_LOGGING_IN, /* one of L, O, R, V unanswered */
	CONNECTION_IN_SESSION,
	CONNECTION_OVER /* the front has been told to close it */
};
enum connection_notify { NOTIFY_OFF, NOTIFY_UDP, NOTIFY_TLS };

struct connection {
	uint32_t number; /* the front's */
	enum connection_state state;
	char address[CONNECTION_ADDRESS_SIZE], software[WIRE_SOFTWARE_SIZE];
	char limit[CONNECTION_ADDRESS_SIZE]; /* limit_address() of it */
	uint8_t binding[FRAME_BINDING_SIZE], nonce[FRAME_NONCE_SIZE];
	uint64_t greeted_ms; /* steady clock */
	struct session *session;
	struct seal_keys keys;
	uint8_t key_id[CONNECTION_KEY_ID_SIZE];
	enum connection_notify notify;
	uint16_t notify_port;
	struct errand *errand;
	unsigned steps;          /* in the batch */
	bool busy;               /* a request is answered later: others wait */
	struct waiting *waiting; /* these */
	struct deferred resume;
	LIST_ENTRY(connection) link;
};

/* Work on another thread; when the connection is over it becomes NULL. */
struct errand {
	struct job job;
	struct connection *connection;
};

/* Takes the keys over: they are wiped where they came from. */
void connection_attach(struct connection *connection, struct session *session,
    struct seal_keys *keys);
/* Wipes its keys, loses its session; its errand will find nobody. */
void connection_detach(struct vault *vault, struct connection *connection);
/* Keeps a request for later.  0, BANK_ENOSPC past 64, BANK_ENOMEM. */
int connection_wait(
    struct connection *connection, const char *text, size_t length);
/* The request that it was busy with is answered: the next ones may come. */
void connection_ready(struct vault *vault, struct connection *connection);

#endif
