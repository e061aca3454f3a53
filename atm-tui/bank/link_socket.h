/* SPDX-License-Identifier: ISC */
/*
 * The socket under a link: how patient it is, and why it can't be had.
 */
#ifndef ATM_LINK_SOCKET_H
#define ATM_LINK_SOCKET_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Begins to connect without blocking; the socket, or -1 with errno.  Impatient:
 * what is sent may stay unacknowledged for 1.5 s, and an idle
 * connection is asked now and then whether it still is one.
 */
int link_socket_connect(const struct addrinfo *address, bool impatient);

/*
 * What errno says of a connection: BANK_EREFUSED, BANK_EUNREACH, BANK_ETIMEOUT,
 * else BANK_ECLOSED.
 */
int link_socket_error(int system_error);

/* The address as numbers; empty where it can't be written so. */
void link_socket_name(const struct addrinfo *address, char *to, size_t size);

#endif
