/* SPDX-License-Identifier: ISC */
/*
 * A TLS connection on an epoll loop, of either side: what the load generator
 * and the echo server have in common.  SSL_read() and SSL_write() straight on
 * the non-blocking socket; level-triggered.
 */
#ifndef BENCH_LINK_H
#define BENCH_LINK_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct link {
	int epoll;
	int fd;           /* -1: closed */
	uint32_t waiting; /* what epoll is asked for */
	void *owner;      /* comes back in epoll_event.data.ptr */
	SSL *ssl;
	uint8_t *in; /* bytes that came and were not taken */
	size_t in_length, in_size;
	uint8_t *out; /* bytes that the socket would not take yet */
	size_t out_length, out_size;
};

/*
 * Begins to connect from `from` (NULL: any) to `to`.  The link tells the loop
 * `owner` when it can go on.  0 or BANK_ESYS, BANK_ECRYPTO; the link is then
 * closed.
 */
int link_connect(struct link *link, int epoll, void *owner, SSL_CTX *tls,
    const struct sockaddr *to, const struct sockaddr *from, socklen_t length);

/* Takes over an accepted, non-blocking socket. */
int link_accept(
    struct link *link, int epoll, void *owner, SSL_CTX *tls, int fd);

/* Goes on with the handshake: 1 when done, 0 to wait, BANK_ECLOSED. */
int link_handshake(struct link *link);

/* Reads what is there behind `in`.  0, or BANK_ECLOSED, BANK_ENOMEM. */
int link_read(struct link *link);
/* Forgets the first `length` bytes of `in`. */
void link_taken(struct link *link, size_t length);

/* Sends, or keeps for link_flush() what the socket doesn't take. */
int link_send(struct link *link, const void *data, size_t length);
int link_flush(struct link *link);

/* close_notify where it can be sent at once; frees all.  Idempotent. */
void link_close(struct link *link);

#endif
