/* SPDX-License-Identifier: ISC */
/*
 * Host names to addresses without stopping the event loop: numbers are read
 * at once, names by getaddrinfo(3) on a thread of their own.  Knows no bank.
 */
#ifndef ATM_RESOLVE_H
#define ATM_RESOLVE_H

#include <event2/event.h>
#include <netdb.h>

struct resolve;

/*
 * Called once, from the event loop: the addresses, which are the callee's to
 * freeaddrinfo(), or NULL where there are none.  The question is over then.
 */
typedef void resolve_fn(void *context, struct addrinfo *addresses);

/*
 * Asks for TCP addresses; one of IPv6 may stand in brackets.  NULL where no
 * memory or thread is to be had.
 */
struct resolve *resolve_start(struct event_base *base, const char *host,
    const char *port, resolve_fn *done, void *context);

/* Drops a question that has not been answered; it may be NULL. */
void resolve_cancel(struct resolve *resolve);

#endif
