/* SPDX-License-Identifier: ISC */
/*
 * All connections of the vault, by the front's number, and every byte that
 * goes out to them.  Where the front is gone nothing is sent.
 */
#ifndef BANKD_CONNECTIONS_H
#define BANKD_CONNECTIONS_H

#include <stddef.h>

#include "../../../shared/wire/wire_reply.h"
#include "connection.h"

#define CONNECTION_BUCKETS 4096

LIST_HEAD(connection_list, connection);

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
    const uint8_t binding[FRAME_BINDING_SIZE], const char *address,
    const char *software);
/* Detaches, forgets and wipes it. */
void connection_free(struct vault *vault, struct connection *connection);
void connection_free_all(struct vault *vault);

/* A fresh nonce: after each answer that leaves no session. */
void connection_greet(struct vault *vault, struct connection *connection);
/* `E`, in plain. */
void connection_refuse(
    struct vault *vault, struct connection *connection, enum wire_reply reply);
/* Seals a text as `S`; send() with keys and flags of the caller's. */
void connection_answer(struct vault *vault, struct connection *connection,
    const char *text, size_t length);
void connection_send(struct vault *vault, struct connection *connection,
    struct seal_direction *down, const char *text, size_t length,
    uint8_t flags);
/* A reply without keys. */
void connection_reply(
    struct vault *vault, struct connection *connection, enum wire_reply reply);
/* `E 500`, and its end. */
void connection_violation(struct vault *vault, struct connection *connection);
/* `E 503` to all of them, and their ends: a session is ended before. */
void connection_turn_away_all(struct vault *vault);
/* Ends it: closed by the front after what was sent. */
void connection_end(struct vault *vault, struct connection *connection);

#endif
