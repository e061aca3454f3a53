/* SPDX-License-Identifier: ISC */
/*
 * What a connection must have done by when (atm-protocol(7), section 6).
 * What has passed is logged, and ends the connection.
 */
#ifndef BANKD_FRONT_DEADLINE_H
#define BANKD_FRONT_DEADLINE_H

#include <stdint.h>

#include <event2/util.h>

struct client;

/* In the order in which they are looked at when one has passed. */
enum deadline {
	DEADLINE_TLS,      /* the handshake is done */
	DEADLINE_GREETING, /* the vault has said its first word */
	DEADLINE_LOGIN,    /* the connection has a session */
	DEADLINE_FRAME,    /* the rest of a frame is there */
	DEADLINE_WRITE,    /* the peer has taken something */
	DEADLINE_LINGER,   /* the peer has closed too */
	DEADLINE_PAUSE,    /* ends nothing: the peer is read again */
	DEADLINE_COUNT
};

/* 0 takes the deadline away. */
void front_deadline_set(
    struct client *client, enum deadline deadline, uint64_t from_now_ms);
/* A login is due from a fresh greeting on, and long after the connect. */
void front_deadline_login(struct client *client);
/* The client's timer. */
void front_deadline_passed(evutil_socket_t fd, short what, void *client);

#endif
