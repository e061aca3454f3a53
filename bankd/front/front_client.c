/* SPDX-License-Identifier: ISC */
/*
 * One connection of the front's: its handshake and the frames that come in,
 * by SSL_read on a non-blocking socket, driven by libevent.
 */
#include "front_client.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "../../shared/base/error.h"
#include "../../shared/crypt/channel.h"
#include "../../shared/wire/frame.h"
#include "../../shared/base/log.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "front_state.h"
#include "front_table.h"
#include "front_vault.h"

#define TLS_MS 10000
#define FRAME_MS 5000
#define READS_AT_ONCE 4
#define UNANSWERED_MAX 64
#define OUT_MAX ((size_t)1024 * 1024)

void
front_client_free(struct client *client)
{
	struct front *front = client->front;

	front_vault_forget(client);
	front_table_remove(front->table, client);
	if (client->is_changed)
		STAILQ_REMOVE(&front->changed, client, client, changed);
	event_del(&client->readable);
	event_del(&client->writable);
	event_del(&client->timer);
	SSL_free(client->ssl);
	close(client->fd);
	free(client->in);
	free(client->out);
	free(client);
	if (front->stopping)
		front_flush_soon(front);
}

void
front_client_address(const struct client *client, char text[LIMIT_ADDRESS_SIZE])
{
	const struct in6_addr *in6 = &client->peer.sin6_addr;
	char host[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_V4MAPPED(in6))
		inet_ntop(AF_INET, &in6->s6_addr[12], host, sizeof(host));
	else
		inet_ntop(AF_INET6, in6, host, sizeof(host));
	if (client->peer.sin6_scope_id == 0)
		string_copy(text, host, LIMIT_ADDRESS_SIZE);
	else
		snprintf(text, LIMIT_ADDRESS_SIZE, "%s%%%" PRIu32, host,
		    client->peer.sin6_scope_id);
}

static void
refuse_protocol(struct client *client)
{
	char text[LIMIT_ADDRESS_SIZE];

	front_client_address(client, text);
	log_event(LOG_INFO, "protocol_error", "address", LOG_TEXT(text), NULL);
	front_client_refuse(client, WIRE_PROTOCOL_ERROR);
}

static bool
must_pause(const struct client *client)
{
	return client->unanswered >= UNANSWERED_MAX ||
	    front_client_pending(client) >= OUT_MAX ||
	    client->deadlines[DEADLINE_PAUSE] != 0 ||
	    client->front->congested || client->front->stopping;
}

/* Passes on every whole frame that may be; returns the bytes taken. */
static size_t
take_frames(struct client *client, const uint8_t *data, size_t length)
{
	struct frame frame;
	size_t taken = 0;
	int n;

	while (client->state == CLIENT_OPEN) {
		if ((client->paused = must_pause(client)))
			break;
		n = frame_cut(
		    FRAME_FROM_ATM, data + taken, length - taken, &frame);
		if (n < 0)
			refuse_protocol(client);
		else if (n == 0)
			break;
		else if (front_vault_frame(client, &frame) != 0)
			front_client_close(client);
		else {
			client->unanswered++;
			client->front->unanswered++;
			taken += (size_t)n;
		}
	}
	return taken;
}

/* What is left of a read waits in a block of its own. */
static void
keep_rest(struct client *client, const uint8_t *data, size_t length)
{
	/* The start of a record is the start of the frame in it. */
	bool partial = !client->paused &&
	    (length > 0 || SSL_has_pending(client->ssl) == 1);

	free(client->in);
	client->in = NULL;
	client->in_length = 0;
	if (client->state != CLIENT_OPEN)
		return;
	if (length > 0) {
		if ((client->in = malloc(length)) == NULL) {
			front_client_close(client);
			return;
		}
		memcpy(client->in, data, length);
		client->in_length = length;
	}
	if (!partial)
		front_deadline_set(client, DEADLINE_FRAME, 0);
	else if (client->deadlines[DEADLINE_FRAME] == 0)
		front_deadline_set(client, DEADLINE_FRAME, FRAME_MS);
	if (client->paused)
		event_del(&client->readable);
}

/* Bytes read; 0 none now; BANK_ECLOSED. */
static int
read_some(struct client *client, uint8_t *data)
{
	size_t n;
	int error;

	ERR_clear_error();
	if (SSL_read_ex(client->ssl, data, FRONT_RECORD_MAX, &n) == 1)
		return (int)n;
	error = SSL_get_error(client->ssl, 0);
	if (error == SSL_ERROR_WANT_READ)
		return 0;
	if (error == SSL_ERROR_WANT_WRITE) {
		event_add(&client->writable, NULL);
		return 0;
	}
	return BANK_ECLOSED;
}

/*
 * Frames out of what was kept and of what there is to read.  What the last
 * read left inside TLS makes no socket readable: then this is called again
 * in the loop's next round, after the others.
 */
static void
read_frames(struct client *client)
{
	uint8_t *data = client->front->scratch;
	size_t length = client->in_length, taken;
	int n = 1;

	if (length > 0)
		memcpy(data, client->in, length);
	for (int i = 0;; i++) {
		taken = take_frames(client, data, length);
		if (taken > 0)
			front_deadline_set(client, DEADLINE_FRAME, 0);
		length -= taken;
		memmove(data, data + taken, length);
		if (client->state != CLIENT_OPEN || client->paused)
			break;
		if (i > 0 && SSL_has_pending(client->ssl) == 0)
			break;
		if (i == READS_AT_ONCE) {
			event_active(&client->readable, EV_READ, 0);
			break;
		}
		if ((n = read_some(client, data + length)) <= 0)
			break;
		length += (size_t)n;
	}
	if (n < 0)
		front_client_free(client);
	else
		keep_rest(client, data, length);
}

void
front_client_read_later(struct client *client, uint64_t pause_ms)
{
	client->later_ms = clock_steady_ms() + pause_ms;
}

/* A peer that waits by itself costs neither a timer nor a system call. */
static bool
comes_too_soon(struct client *client)
{
	uint64_t now_ms;

	if (client->later_ms == 0)
		return false;
	now_ms = clock_steady_ms();
	if (now_ms < client->later_ms) {
		client->paused = true;
		event_del(&client->readable);
		front_deadline_set(
		    client, DEADLINE_PAUSE, client->later_ms - now_ms);
	}
	client->later_ms = 0;
	return client->paused;
}

void
front_client_resume(struct client *client)
{
	if (client->state != CLIENT_OPEN || !client->paused ||
	    must_pause(client))
		return;
	client->paused = false;
	event_add(&client->readable, NULL);
	read_frames(client);
}

static void
handshake(struct client *client)
{
	int result, error;

	ERR_clear_error();
	if ((result = SSL_accept(client->ssl)) != 1) {
		error = SSL_get_error(client->ssl, result);
		if (error == SSL_ERROR_WANT_WRITE)
			event_add(&client->writable, NULL);
		else if (error != SSL_ERROR_WANT_READ)
			front_client_free(client);
		return;
	}
	client->state = CLIENT_OPEN;
	front_deadline_set(client, DEADLINE_TLS, 0);
	if (client->address == NULL) {
		front_client_refuse(client, WIRE_TOO_MANY_SESSIONS);
		return;
	}
	front_deadline_login(client);
	front_vault_announce(client);
	if (client->state == CLIENT_OPEN)
		read_frames(client);
}

/* Whatever still comes is thrown away until the peer has ended too. */
static void
linger(struct client *client)
{
	ssize_t n;

	n = recv(client->fd, client->front->scratch,
	    sizeof(client->front->scratch), 0);
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		front_client_free(client);
}

static void
readable(evutil_socket_t fd, short what, void *context)
{
	struct client *client = context;
	struct front *front = client->front;

	(void)fd;
	(void)what;
	busy_poll_found(&front->poll, front->unanswered);
	if (client->state == CLIENT_HANDSHAKE)
		handshake(client);
	else if (client->state != CLIENT_OPEN)
		linger(client);
	else if (!comes_too_soon(client))
		read_frames(client);
	front_flush_soon(front);
}

static void
writable(evutil_socket_t fd, short what, void *context)
{
	struct client *client = context;
	struct front *front = client->front;

	(void)fd;
	(void)what;
	if (client->state == CLIENT_HANDSHAKE)
		handshake(client);
	else
		front_client_flush(client);
	front_flush_soon(front);
}

void
front_client_start(struct client *client)
{
	struct front *front = client->front;

	client->connected_ms = clock_steady_ms();
	event_assign(&client->readable, front->base, client->fd,
	    EV_READ | EV_PERSIST, readable, client);
	event_assign(&client->writable, front->base, client->fd, EV_WRITE,
	    writable, client);
	evtimer_assign(
	    &client->timer, front->base, front_deadline_passed, client);
	client->ssl = SSL_new(front->tls);
	if (client->ssl == NULL || SSL_set_fd(client->ssl, client->fd) != 1 ||
	    event_add(&client->readable, NULL) == -1) {
		front_client_free(client);
		return;
	}
	channel_note_software(client->ssl, client->software);
	SSL_set_accept_state(client->ssl);
	/* One read(2) for whatever is there. */
	SSL_set_read_ahead(client->ssl, 1);
	SSL_set_mode(client->ssl,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	front_deadline_set(client, DEADLINE_TLS, TLS_MS);
}
