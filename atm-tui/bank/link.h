/* SPDX-License-Identifier: ISC */
/*
 * One connection to the bank at a time: TCP, TLS 1.3 and frames, on the
 * event loop.  Knows neither keys nor requests, and doesn't try again by
 * itself: that is bank.c's.
 */
#ifndef ATM_LINK_H
#define ATM_LINK_H

#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../shared/crypt/channel.h"
#include "../../shared/wire/frame.h"

/* From connecting to the first frame, at most. */
#define LINK_CONNECT_SECONDS 10

struct link;

/*
 * All from the event loop, none from within the calls below.  The callee may
 * close and connect the link, but not free it.
 */
struct link_callbacks {
	/* One frame, of a form that a bank may send; valid during the call. */
	void (*frame)(void *context, const struct frame *frame);
	/* It is closed: BANK_ECLOSED, EREFUSED, EUNREACH, ETIMEOUT, ENOTFOUND
	 * (no such host), ECERT, ECLOCK, EEXPIRED, ECRYPTO, EINVAL (no frame).
	 */
	void (*lost)(void *context, int error);
	void *context;
};

/*
 * `tls` is of channel_client() and outlives the link.  NULL where there is
 * no memory.
 */
struct link *link_new(struct event_base *base, SSL_CTX *tls,
    const struct link_callbacks *callbacks);
void link_free(struct link *l);

/*
 * Begins to connect; the link must be closed.  lost() tells of failure, after
 * patience_s at most; with less than LINK_CONNECT_SECONDS the link is impatient
 * as long as it lives.
 */
void link_connect(
    struct link *l, const char *host, const char *port, unsigned patience_s);

/* Closes, without a callback; nothing where it is closed. */
void link_close(struct link *l);

/* Queues a frame.  0, BANK_ECLOSED, BANK_EINVAL (too long), BANK_ENOMEM. */
int link_send(
    struct link *l, enum frame_type type, const void *body, size_t body_length);

/* The channel binding of the connection.  0, BANK_ECLOSED, BANK_ECRYPTO. */
int link_binding(struct link *l, uint8_t binding[FRAME_BINDING_SIZE]);

/* What the last try found, for those who set a kiosk up. */
struct link_seen {
	char address[64]; /* as numbers, the last one tried; or empty */
	bool connected;   /* somebody listens there */
	time_t leaf_ends; /* of the certificate that the bank showed; or 0 */
};
const struct link_seen *link_seen(const struct link *l);

/* The certificate behind the last BANK_ECLOCK or BANK_EEXPIRED. */
const struct channel_validity *link_validity(const struct link *l);

/* The connection's socket, for getsockname(2); -1 where it is closed. */
int link_fd(const struct link *l);

#endif
