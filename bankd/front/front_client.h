/* SPDX-License-Identifier: ISC */
/*
 * One connection of the front's.
 *
 *	HANDSHAKE --> OPEN --> CLOSING --> LINGER --> freed
 *
 * It may be freed in each state.  Frames are taken while it is OPEN and not
 * paused.  CLOSING sends what is queued; LINGER has sent close_notify, and
 * throws away what comes until the peer has closed too.
 */
#ifndef BANKD_FRONT_CLIENT_H
#define BANKD_FRONT_CLIENT_H

#include <sys/queue.h>

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <event2/event_struct.h>
#include <openssl/ssl.h>

#include "../../shared/wire/wire.h"
#include "../../shared/wire/wire_reply.h"
#include "../base/limit_address.h"
#include "front_deadline.h"

enum client_state {
	CLIENT_HANDSHAKE,
	CLIENT_OPEN,
	CLIENT_CLOSING,
	CLIENT_LINGER
};

struct client {
	TAILQ_ENTRY(client) all;
	LIST_ENTRY(client) by_number;
	STAILQ_ENTRY(client) changed;
	struct front *front;
	uint32_t number;
	int fd;
	SSL *ssl;
	struct sockaddr_in6 peer;
	char software[WIRE_SOFTWARE_SIZE]; /* by its own word, or "" */
	struct address *address; /* NULL: past the limits, gets a 429 */
	enum client_state state;
	struct event readable, writable, timer;
	uint64_t connected_ms, deadlines[DEADLINE_COUNT], armed_ms;
	uint64_t later_ms; /* not read before */
	unsigned unanswered;
	bool announced;          /* the vault knows it */
	bool paused, is_changed; /* paused, not read: too much is waiting */
	uint8_t *in;  /* the start of a frame, or what waits while paused */
	uint8_t *out; /* out[out_start..out_end) is to be sent */
	size_t in_length, out_start, out_end, out_size;
};

/* front_client.c: it begins, reads, and is freed. */
void front_client_start(struct client *client);
void front_client_free(struct client *client);
/* The peer's address as text; an IPv6 zone is its number. */
void front_client_address(
    const struct client *client, char text[LIMIT_ADDRESS_SIZE]);
/* What comes in the next so many milliseconds is read after them. */
void front_client_read_later(struct client *client, uint64_t pause_ms);
/* Reads again, where it was paused and may; may free the connection. */
void front_client_resume(struct client *client);

/* front_output.c: what it sends.  Flushing may free the connection. */
void front_client_send(
    struct client *client, const uint8_t *frame, size_t length);
void front_client_flush(struct client *client);
/* Bytes that it has not taken yet; those of all connections. */
size_t front_client_pending(const struct client *client);
size_t front_client_all_pending(const struct front *front);
/* Closes when all is sent; with front_client_refuse(), an `E` before. */
void front_client_close(struct client *client);
void front_client_refuse(struct client *client, enum wire_reply reply);

#endif
