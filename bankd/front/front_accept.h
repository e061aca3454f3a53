/* SPDX-License-Identifier: ISC */
/*
 * The front's listeners, and how many connections it may have.
 */
#ifndef BANKD_FRONT_ACCEPT_H
#define BANKD_FRONT_ACCEPT_H

#include <stddef.h>

#define FRONT_LISTENERS_MAX 32

struct event;
struct front;

struct front_accept {
	struct event *listeners[FRONT_LISTENERS_MAX];
	size_t count;
	struct event *again; /* listens again after a pause */
};

/* Takes over the listener.  0, BANK_EINVAL: too many, BANK_ENOMEM, _ESYS. */
int front_accept_listen(struct front *front, int fd);
/* Closes all listeners. */
void front_accept_end(struct front *front);
/* As many descriptors as max_sessions needs, or front->limit is less. */
void front_accept_raise_limit(struct front *front);

#endif
