/* SPDX-License-Identifier: ISC */
/*
 * The ATM's connection: resolves, connects to one address after the other,
 * does TLS by hand on a non-blocking socket, cuts frames.  Part of atm-tui;
 * reads nothing that is sealed, and never blocks.
 */
#include "link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <openssl/err.h>

#include "../../shared/base/error.h"
#include "link_socket.h"
#include "resolve.h"

enum link_stage {
	LINK_CLOSED,
	LINK_FAILING, /* lost() is on its way */
	LINK_RESOLVING,
	LINK_CONNECTING,
	LINK_HANDSHAKE,
	LINK_UP
};

struct link {
	struct event_base *base;
	SSL_CTX *tls;
	bool impatient; /* this connection */
	struct link_callbacks callbacks;

	enum link_stage stage;
	uint64_t serial; /* counts connections: callbacks may change them */
	int failure;
	struct link_seen seen;
	struct channel_validity validity;
	struct resolve *resolve;
	struct addrinfo *addresses, *next;
	int fd;
	SSL *ssl;
	struct event *io;       /* the socket's, EV_READ or with EV_WRITE */
	struct event *deadline; /* and the way that failures take */
	struct evbuffer *out;
	size_t in_length;
	uint8_t in[FRAME_HEADER_SIZE + FRAME_MAX_LENGTH];
};

static void link_io(int fd, short what, void *argument);

/* Failure goes through the loop, so that no caller is called back. */
static void
link_fail(struct link *l, int error)
{
	const struct timeval now = { 0, 0 };

	l->stage = LINK_FAILING;
	l->failure = error;
	evtimer_add(l->deadline, &now);
}

static void
link_close_socket(struct link *l)
{
	if (l->io != NULL)
		event_free(l->io);
	l->io = NULL;
	if (l->ssl != NULL && l->stage == LINK_UP)
		SSL_shutdown(l->ssl);
	SSL_free(l->ssl);
	l->ssl = NULL;
	ERR_clear_error();
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

void
link_close(struct link *l)
{
	if (l->stage == LINK_CLOSED)
		return;
	link_close_socket(l);
	resolve_cancel(l->resolve);
	l->resolve = NULL;
	if (l->addresses != NULL)
		freeaddrinfo(l->addresses);
	l->addresses = l->next = NULL;
	evtimer_del(l->deadline);
	evbuffer_drain(l->out, evbuffer_get_length(l->out));
	l->in_length = 0;
	l->stage = LINK_CLOSED;
	l->serial++;
}

static void
link_lost(struct link *l, int error)
{
	link_close(l);
	if (error != BANK_ECLOCK && error != BANK_EEXPIRED)
		l->validity.found = false;
	l->callbacks.lost(l->callbacks.context, error);
}

static void
link_deadline(int fd, short what, void *argument)
{
	struct link *l = argument;

	(void)fd;
	(void)what;
	link_lost(l, l->stage == LINK_FAILING ? l->failure : BANK_ETIMEOUT);
}

static int
link_watch(struct link *l, short what)
{
	what |= EV_READ | EV_PERSIST;
	if (l->io == NULL)
		l->io = event_new(l->base, l->fd, what, link_io, l);
	else {
		if (event_get_events(l->io) == what)
			return 0;
		event_del(l->io);
		event_assign(l->io, l->base, l->fd, what, link_io, l);
	}
	return l->io != NULL && event_add(l->io, NULL) == 0 ? 0 : BANK_ENOMEM;
}

/* Whether a connection to this address is under way. */
static bool
link_try_address(struct link *l, const struct addrinfo *address)
{
	link_socket_name(address, l->seen.address, sizeof(l->seen.address));
	l->fd = link_socket_connect(address, l->impatient);
	if (l->fd >= 0 && link_watch(l, EV_WRITE) == 0)
		return true;
	l->failure = link_socket_error(errno);
	link_close_socket(l);
	return false;
}

static void
link_next_address(struct link *l)
{
	const struct addrinfo *address;

	l->stage = LINK_CONNECTING;
	while ((address = l->next) != NULL) {
		l->next = address->ai_next;
		if (link_try_address(l, address))
			return;
	}
	link_fail(l, l->failure);
}

static void
link_resolved(void *context, struct addrinfo *addresses)
{
	struct link *l = context;

	l->resolve = NULL;
	l->addresses = l->next = addresses;
	if (addresses == NULL)
		link_fail(l, BANK_ENOTFOUND);
	else
		link_next_address(l);
}

void
link_connect(
    struct link *l, const char *host, const char *port, unsigned patience_s)
{
	const struct timeval limit = { patience_s, 0 };

	l->impatient = patience_s < LINK_CONNECT_SECONDS;
	evtimer_add(l->deadline, &limit);
	l->stage = LINK_RESOLVING;
	l->failure = BANK_ECLOSED;
	memset(&l->seen, 0, sizeof(l->seen));
	l->resolve = resolve_start(l->base, host, port, link_resolved, l);
	if (l->resolve == NULL)
		link_fail(l, BANK_ENOMEM);
}

/* What SSL_get_error() asks for: 0 to go on waiting, else BANK_E.... */
static int
link_want(struct link *l, int result)
{
	switch (SSL_get_error(l->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return 0;
	case SSL_ERROR_WANT_WRITE:
		return link_watch(l, EV_WRITE);
	case SSL_ERROR_SYSCALL:
		return link_socket_error(errno);
	default:
		return BANK_ECLOSED;
	}
}

static int
link_connected(struct link *l)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 ||
	    error != 0) {
		l->failure = link_socket_error(error);
		link_close_socket(l);
		link_next_address(l);
		return BANK_EAGAIN;
	}
	l->seen.connected = true;
	l->ssl = SSL_new(l->tls);
	if (l->ssl == NULL || SSL_set_fd(l->ssl, l->fd) != 1)
		return BANK_ENOMEM;
	SSL_set_mode(l->ssl,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_set_connect_state(l->ssl);
	channel_note_validity(l->ssl, &l->validity);
	l->stage = LINK_HANDSHAKE;
	return 0;
}

static int
link_handshake(struct link *l)
{
	int result, error;

	ERR_clear_error();
	errno = 0;
	result = SSL_do_handshake(l->ssl);
	if (result == 1) {
		l->validity.found = false;
		l->seen.leaf_ends = channel_leaf_ends(l->ssl);
		l->stage = LINK_UP;
		return 0;
	}
	error = link_want(l, result);
	return error == 0 ? BANK_EAGAIN : channel_handshake_error(l->ssl);
}

static int
link_flush(struct link *l)
{
	while (evbuffer_get_length(l->out) > 0) {
		struct evbuffer_iovec data;
		int result;

		evbuffer_peek(l->out, -1, NULL, &data, 1);
		ERR_clear_error();
		errno = 0;
		result = SSL_write(l->ssl, data.iov_base, (int)data.iov_len);
		if (result <= 0)
			return link_want(l, result);
		evbuffer_drain(l->out, (size_t)result);
	}
	return 0;
}

/* Hands on the frames at hand; false where the callee closed this link. */
static bool
link_cut_frames(struct link *l, int *error)
{
	uint64_t serial = l->serial;
	struct frame frame;
	size_t done = 0;
	int length;

	while ((length = frame_cut(FRAME_FROM_BANK, l->in + done,
		    l->in_length - done, &frame)) > 0) {
		evtimer_del(l->deadline);
		l->callbacks.frame(l->callbacks.context, &frame);
		if (l->serial != serial)
			return false;
		done += (size_t)length;
	}
	memmove(l->in, l->in + done, l->in_length - done);
	l->in_length -= done;
	*error = length < 0 ? BANK_EINVAL : 0;
	return true;
}

static void
link_read(struct link *l)
{
	int result, error;

	for (;;) {
		ERR_clear_error();
		errno = 0;
		result = SSL_read(l->ssl, l->in + l->in_length,
		    (int)(sizeof(l->in) - l->in_length));
		if (result <= 0)
			break;
		l->in_length += (size_t)result;
		if (!link_cut_frames(l, &error))
			return;
		if (error != 0) {
			link_lost(l, error);
			return;
		}
	}
	error = link_want(l, result);
	if (error != 0)
		link_lost(l, error);
}

static void
link_io(int fd, short what, void *argument)
{
	struct link *l = argument;
	int error = 0;

	(void)fd;
	(void)what;
	if (l->stage == LINK_CONNECTING)
		error = link_connected(l);
	if (error == 0 && l->stage != LINK_FAILING)
		error = link_watch(l, 0);
	if (error == 0 && l->stage == LINK_HANDSHAKE)
		error = link_handshake(l);
	if (error == 0 && l->stage == LINK_UP)
		error = link_flush(l);
	if (error == 0 && l->stage == LINK_UP)
		link_read(l);
	else if (error != 0 && error != BANK_EAGAIN)
		link_lost(l, error);
}

int
link_send(
    struct link *l, enum frame_type type, const void *body, size_t body_length)
{
	uint8_t frame[FRAME_HEADER_SIZE + FRAME_MAX_LENGTH];
	int length;

	if (l->stage != LINK_UP)
		return BANK_ECLOSED;
	length = frame_write(frame, sizeof(frame), type, body, body_length);
	if (length < 0)
		return length;
	if (evbuffer_add(l->out, frame, (size_t)length) != 0)
		return BANK_ENOMEM;
	return link_watch(l, EV_WRITE);
}

int
link_binding(struct link *l, uint8_t binding[FRAME_BINDING_SIZE])
{
	if (l->stage != LINK_UP)
		return BANK_ECLOSED;
	return channel_binding(l->ssl, binding);
}

const struct link_seen *
link_seen(const struct link *l)
{
	return &l->seen;
}

const struct channel_validity *
link_validity(const struct link *l)
{
	return &l->validity;
}

int
link_fd(const struct link *l)
{
	return l->fd;
}

struct link *
link_new(struct event_base *base, SSL_CTX *tls,
    const struct link_callbacks *callbacks)
{
	struct link *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->base = base;
	l->tls = tls;
	l->callbacks = *callbacks;
	l->fd = -1;
	l->out = evbuffer_new();
	l->deadline = evtimer_new(base, link_deadline, l);
	if (l->out == NULL || l->deadline == NULL) {
		link_free(l);
		return NULL;
	}
	return l;
}

void
link_free(struct link *l)
{
	if (l == NULL)
		return;
	if (l->deadline != NULL) {
		link_close(l);
		event_free(l->deadline);
	}
	if (l->out != NULL)
		evbuffer_free(l->out);
	free(l);
}
