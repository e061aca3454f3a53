/* SPDX-License-Identifier: ISC */
/*
 * The front's listeners, and how many connections it may have.
 */
#ifndef BANKD_FRONT_ACCEPT_H
#define BANKD_FRONT_ACCEPT_H

struct front;

/* Takes over the listener.  0, BANK_EINVAL: too many, BANK_ENOMEM, _ESYS. */
int front_accept_listen(struct front *front, int fd);
/* Closes all listeners. */
void front_accept_end(struct front *front);
/* As many descriptors as max_sessions needs, or front->limit is less. */
void front_accept_raise_limit(struct front *front);

#endif
