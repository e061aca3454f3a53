/* SPDX-License-Identifier: ISC */
/*
 * TLS connections of the benchmark's programs.  Knows no protocol above TLS.
 */
#include "link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "../../shared/base/error.h"

#define FIRST_SIZE 1024

static int
link_wait(struct link *link, uint32_t events)
{
	struct epoll_event event = { .events = events };

	if (events == link->waiting)
		return 0;
	event.data.ptr = link->owner;
	if (epoll_ctl(link->epoll, EPOLL_CTL_MOD, link->fd, &event) == -1)
		return BANK_ESYS;
	link->waiting = events;
	return 0;
}

static int
link_begin(struct link *link, int epoll, void *owner, SSL_CTX *tls, int fd,
    uint32_t waiting)
{
	struct epoll_event event = { .events = waiting };
	int on = 1;

	memset(link, 0, sizeof(*link));
	link->epoll = epoll;
	link->fd = fd;
	link->owner = owner;
	link->waiting = waiting;
	event.data.ptr = owner;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if ((link->ssl = SSL_new(tls)) == NULL || !SSL_set_fd(link->ssl, fd)) {
		link_close(link);
		return BANK_ECRYPTO;
	}
	/* Header and body of a record by one read(2). */
	SSL_set_read_ahead(link->ssl, 1);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == -1) {
		link_close(link);
		return BANK_ESYS;
	}
	return 0;
}

int
link_connect(struct link *link, int epoll, void *owner, SSL_CTX *tls,
    const struct sockaddr *to, const struct sockaddr *from, socklen_t length)
{
	int fd, on = 1, error;

	link->fd = -1;
	fd = socket(
	    to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return BANK_ESYS;
	/* The port is then chosen by connect(2), free for this pair. */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if ((from != NULL && bind(fd, from, length) == -1) ||
	    (connect(fd, to, length) == -1 && errno != EINPROGRESS)) {
		close(fd);
		return BANK_ESYS;
	}
	error = link_begin(link, epoll, owner, tls, fd, EPOLLOUT);
	if (error == 0)
		SSL_set_connect_state(link->ssl);
	return error;
}

int
link_accept(struct link *link, int epoll, void *owner, SSL_CTX *tls, int fd)
{
	int error = link_begin(link, epoll, owner, tls, fd, EPOLLIN);

	if (error == 0)
		SSL_set_accept_state(link->ssl);
	return error;
}

/* What a call of OpenSSL's that didn't succeed wants: 0 to wait. */
static int
link_blocked(struct link *link, int result)
{
	switch (SSL_get_error(link->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return link_wait(
		    link, link->out_length > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
	case SSL_ERROR_WANT_WRITE:
		return link_wait(link, EPOLLIN | EPOLLOUT);
	default:
		ERR_clear_error();
		return BANK_ECLOSED;
	}
}

int
link_handshake(struct link *link)
{
	int result, error;

	result = SSL_do_handshake(link->ssl);
	if (result == 1)
		return link_wait(link, EPOLLIN) == 0 ? 1 : BANK_ECLOSED;
	error = link_blocked(link, result);
	return error == 0 ? 0 : BANK_ECLOSED;
}

/* At least `room` bytes behind what is in the buffer. */
static int
make_room(uint8_t **buffer, size_t *size, size_t length, size_t room)
{
	size_t wanted = *size > 0 ? *size : FIRST_SIZE;
	uint8_t *grown;

	if (*size - length >= room)
		return 0;
	while (wanted - length < room)
		wanted *= 2;
	if ((grown = realloc(*buffer, wanted)) == NULL)
		return BANK_ENOMEM;
	*buffer = grown;
	*size = wanted;
	return 0;
}

int
link_read(struct link *link)
{
	int result, error;

	do {
		error = make_room(
		    &link->in, &link->in_size, link->in_length, FIRST_SIZE / 2);
		if (error != 0)
			return error;
		result = SSL_read(link->ssl, link->in + link->in_length,
		    (int)(link->in_size - link->in_length));
		if (result <= 0)
			return link_blocked(link, result);
		link->in_length += (size_t)result;
	} while (SSL_has_pending(link->ssl));
	return 0;
}

void
link_taken(struct link *link, size_t length)
{
	link->in_length -= length;
	if (link->in_length > 0)
		memmove(link->in, link->in + length, link->in_length);
}

/* Sends what it can.  The bytes taken, or BANK_ECLOSED. */
static ssize_t
link_write(struct link *link, const uint8_t *data, size_t length)
{
	size_t sent = 0;
	int result, error;

	while (sent < length) {
		result =
		    SSL_write(link->ssl, data + sent, (int)(length - sent));
		if (result <= 0) {
			error = link_blocked(link, result);
			return error == 0 ? (ssize_t)sent : BANK_ECLOSED;
		}
		sent += (size_t)result;
	}
	return (ssize_t)sent;
}

int
link_send(struct link *link, const void *data, size_t length)
{
	ssize_t sent = 0;
	size_t rest;
	int error;

	if (link->out_length == 0 &&
	    (sent = link_write(link, data, length)) < 0)
		return (int)sent;
	if ((rest = length - (size_t)sent) == 0)
		return 0;
	error = make_room(&link->out, &link->out_size, link->out_length, rest);
	if (error != 0)
		return error;
	memcpy(
	    link->out + link->out_length, (const uint8_t *)data + sent, rest);
	link->out_length += rest;
	return link_wait(link, EPOLLIN | EPOLLOUT);
}

int
link_flush(struct link *link)
{
	ssize_t sent;

	if (link->out_length == 0)
		return 0;
	if ((sent = link_write(link, link->out, link->out_length)) < 0)
		return (int)sent;
	link->out_length -= (size_t)sent;
	if (link->out_length > 0) {
		memmove(link->out, link->out + sent, link->out_length);
		return 0;
	}
	return link_wait(link, EPOLLIN);
}

void
link_close(struct link *link)
{
	if (link->fd == -1)
		return;
	if (link->ssl != NULL) {
		if (SSL_is_init_finished(link->ssl))
			SSL_shutdown(link->ssl);
		ERR_clear_error();
		SSL_free(link->ssl);
	}
	close(link->fd);
	free(link->in);
	free(link->out);
	memset(link, 0, sizeof(*link));
	link->fd = -1;
}
