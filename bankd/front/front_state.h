/* SPDX-License-Identifier: ISC */
/*
 * The one struct of the front's process.
 *
 *	front.c             start, the monitor's messages, stop
 *	front_accept.c      listeners and limits
 *	front_table.c       all connections
 *	front_client.c      one connection: handshake, frames in
 *	front_output.c      what it sends, and its end
 *	front_deadline.c    what must have happened by when
 *	front_vault.c       the link to the vault, both ways
 *	front_datagram.c    notices
 */
#ifndef BANKD_FRONT_STATE_H
#define BANKD_FRONT_STATE_H

#include <sys/queue.h>

#include <event2/event.h>
#include <openssl/ssl.h>

#include "../../shared/wire/frame.h"
#include "../base/busy_poll.h"
#include "../base/ipc_link.h"
#include "../base/options.h"

#define FRONT_RECORD_MAX 16384 /* one read takes a whole TLS record */

struct client;
STAILQ_HEAD(client_queue, client);

struct front {
	struct event_base *base;
	struct busy_poll poll;
	struct config *config;
	struct ipc_link monitor, vault;
	struct event *vault_lost, *rest, *flush, *stop_timer, *alive;
	char *leaf, *leaf_key;
	size_t leaf_length, leaf_key_length;
	SSL_CTX *tls;
	struct front_accept *accept;
	struct front_table *table;
	struct front_datagram *datagram; /* or NULL */
	struct client_queue changed;     /* have output from this round */
	unsigned limit;                  /* of connections, by descriptors */
	unsigned unanswered;             /* frames, of all connections */
	bool started;
	bool congested; /* nobody is read until the vault takes more */
	bool stopping;  /* takes nothing more */
	bool stopped;   /* has answered what was in hand */
	bool ending;    /* the last thing: connections are closed */
	int exit_code;
	char in_force[256];
	uint8_t scratch[2 * FRONT_RECORD_MAX + FRAME_MAX_LENGTH];
};

/* Ends the loop; the reason goes to the monitor. */
void front_fail(struct front *front, int exit_code, const char *reason);

/* Whether a stop is a step further; after each round of the loop. */
void front_stop_check(struct front *front);

#endif
