/* SPDX-License-Identifier: ISC */
/*
 * What the front's files share: the one struct of the process, a
 * connection's, and what each file offers the others.
 *
 *	front.c             start, the monitor's messages, stop
 *	front_vault.c       the link to the vault, both ways
 *	front_accept.c      listeners, limits, the tables of connections
 *	front_client.c      one connection: handshake, frames in
 *	front_output.c      what it sends, and its end
 *	front_deadline.c    what must have happened by when
 *	front_datagram.c    notices
 */
#ifndef BANKD_FRONT_STATE_H
#define BANKD_FRONT_STATE_H

#include <sys/queue.h>

#include <netinet/in.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>

#include "../../shared/wire/frame.h"
#include "../../shared/wire/wire.h"
#include "../base/busy_poll.h"
#include "../base/ipc_link.h"
#include "../base/limit_address.h"
#include "../base/options.h"

#define FRONT_LISTENERS_MAX 32
#define FRONT_RECORD_MAX 16384 /* one read takes a whole TLS record */
#define FRONT_UNANSWERED_MAX 64
#define FRONT_OUT_MAX ((size_t)1024 * 1024)

/* In the order in which they are looked at when one has passed. */
enum deadline {
	DEADLINE_TLS,      /* handshake done */
	DEADLINE_GREETING, /* the vault's first word */
	DEADLINE_LOGIN,    /* in a session */
	DEADLINE_FRAME,    /* the rest of a frame */
	DEADLINE_WRITE,    /* the peer takes something */
	DEADLINE_LINGER,   /* the peer closes too */
	DEADLINE_PAUSE,    /* none: the peer is read again */
	DEADLINE_COUNT
};

enum client_state {
	CLIENT_HANDSHAKE,
	CLIENT_OPEN,
	CLIENT_CLOSING, /* what is queued still goes out */
	CLIENT_LINGER   /* close_notify sent; waits for the peer's end */
};

/* An address as limits see it, and how many connections it has. */
struct address {
	LIST_ENTRY(address) entries;
	char limit[LIMIT_ADDRESS_SIZE];
	unsigned count;
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
	struct address *address; /* NULL: past the limits, gets a 429 */
	enum client_state state;
	struct event readable, writable, timer;
	uint64_t connected_ms, deadlines[DEADLINE_COUNT], armed_ms;
	uint64_t later_ms; /* not read before */
	unsigned unanswered;
	bool announced; /* the vault knows it */
	bool paused;    /* not read: too much is waiting */
	bool is_changed;
	uint8_t *in; /* the start of a frame, or what waits while paused */
	size_t in_length;
	uint8_t *out; /* out[out_start..out_end) is to be sent */
	size_t out_start, out_end, out_size;
};

TAILQ_HEAD(client_list, client);
LIST_HEAD(client_bucket, client);
LIST_HEAD(address_bucket, address);
STAILQ_HEAD(client_queue, client);

#define FRONT_BUCKETS 4096 /* a power of two */

struct front {
	struct event_base *base;
	struct busy_poll poll;
	struct config *config;
	struct ipc_link monitor, vault;
	struct event *vault_lost, *rest, *flush, *stop_timer, *accept_again,
	    *alive;
	char *leaf, *leaf_key;
	size_t leaf_length, leaf_key_length;
	SSL_CTX *tls;
	struct event *listeners[FRONT_LISTENERS_MAX];
	size_t listener_count;
	struct client_list connections;
	struct client_bucket numbers[FRONT_BUCKETS];
	struct address_bucket addresses[FRONT_BUCKETS];
	struct client_queue changed; /* have output from this round */
	uint32_t next_number;
	unsigned count, overflow, limit, unanswered;
	uint64_t accepted, refused;
	int datagram_fd, datagram_family;
	uint16_t from_port;
	bool started, congested;
	bool stopping; /* takes nothing more */
	bool stopped;  /* has answered what was in hand */
	bool ending;   /* the last thing: connections are closed */
	int exit_code;
	char in_force[256];
	uint8_t scratch[2 * FRONT_RECORD_MAX + FRAME_MAX_LENGTH];
};

/* Ends the loop; the reason goes to the monitor. */
void front_fail(struct front *front, int exit_code, const char *reason);

/* Whether a stop is a step further; after each round of the loop. */
void front_stop_check(struct front *front);

/* front_vault.c */
int front_vault_join(struct front *front, int fd);
int front_vault_hello(struct front *front);
void front_vault_announce(struct client *client);
void front_vault_forget(struct client *client);
int front_vault_frame(struct client *client, const struct frame *frame);
/* Sends what is queued, to clients and vault; at once, or when all that is
 * ready in this round of the loop has been looked at. */
void front_flush(struct front *front);
void front_flush_soon(struct front *front);
void front_vault_leave(struct front *front);

/* front_accept.c */
int front_listen(struct front *front, int fd);
void front_listen_end(struct front *front);
void front_raise_limit(struct front *front);
struct client *front_find(struct front *front, uint32_t number);
/* Takes it out of every table. */
void front_unlist(struct client *client);
/* The whole of it; a zone is its number. */
void front_address_text(
    const struct client *client, char text[LIMIT_ADDRESS_SIZE]);

/* front_client.c, front_output.c */
void front_client_start(struct client *client);
void front_client_free(struct client *client);
void front_client_send(
    struct client *client, const uint8_t *frame, size_t length);
/* Sends what is queued; may free the connection. */
void front_client_flush(struct client *client);
/* What comes in the next so many milliseconds is read after them. */
void front_client_read_later(struct client *client, uint64_t pause_ms);
/* Reads again, where it was paused and may; may free the connection. */
void front_client_resume(struct client *client);
/* Closes when all is sent; with front_client_refuse(), an `E` before. */
void front_client_close(struct client *client);
void front_client_refuse(struct client *client, enum wire_reply reply);
size_t front_client_pending(const struct client *client);

/* front_deadline.c; 0 takes the deadline away. */
void front_deadline_set(
    struct client *client, enum deadline deadline, uint64_t from_now_ms);
void front_deadline_login(struct client *client);
void front_deadline_passed(evutil_socket_t fd, short what, void *client);

/* front_datagram.c */
void front_datagram_open(struct front *front);
void front_datagram_send(
    struct client *client, uint16_t port, const uint8_t *data, size_t length);

#endif
