/* SPDX-License-Identifier: ISC */
/*
 * The sockets that the bank listens on; the monitor opens and keeps them,
 * the front accepts.
 */
#ifndef BANKD_LISTEN_H
#define BANKD_LISTEN_H

#include <stddef.h>
#include <stdint.h>

#define LISTEN_MAX 32
#define LISTEN_TEXT_SIZE 80

/*
 * Opens one for each of `addresses` (separated by spaces, names too; `*` is
 * all of both families, `::` of IPv6, 0.0.0.0 of IPv4; IPv6 in brackets or
 * not).  One that is asked for twice, or that another includes, is opened
 * once.  With port 0 all take the free port of the first.
 * Returns their number in fds, non-blocking; or the sysexits(3) code,
 * negative, with what, where and what to do in error.
 */
int listen_open(const char *addresses, uint16_t port, int fds[LISTEN_MAX],
    char *error, size_t size);

/*
 * `ADDRESS PORT`, as numbers: `*` for all of both families, `[::]` for all of
 * IPv6 alone, as the socket is.
 */
void listen_text(int fd, char text[LISTEN_TEXT_SIZE]);

#endif
