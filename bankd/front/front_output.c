/* SPDX-License-Identifier: ISC */
/*
 * What a connection of the front's sends: the answers of one round in as few
 * records as they fit, and an end in which neither side loses what the other
 * has sent.
 */
#include "front_client.h"

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "front_state.h"
#include "front_table.h"
#include "front_vault.h"

#define WRITE_MS 10000
#define LINGER_MS 2000
#define LINGER_STOP_MS 300 /* the bank itself ends */
#define ERROR_TEXT_MAX 128

size_t
front_client_pending(const struct client *client)
{
	return client->out_end - client->out_start;
}

size_t
front_client_all_pending(const struct front *front)
{
	const struct client *client;
	size_t pending = 0;

	TAILQ_FOREACH (client, &front->table->connections, all)
		pending += front_client_pending(client);
	return pending;
}

static void
mark_changed(struct client *client)
{
	if (client->is_changed)
		return;
	client->is_changed = true;
	STAILQ_INSERT_TAIL(&client->front->changed, client, changed);
}

/* Room for `more` bytes behind what is to be sent. */
static int
out_room(struct client *client, size_t more)
{
	size_t used = front_client_pending(client);

	if (client->out_end + more <= client->out_size)
		return 0;
	if (used > 0 && client->out_start > 0)
		memmove(client->out, client->out + client->out_start, used);
	client->out_start = 0;
	client->out_end = used;
	return array_room(client->out, client->out_size, used + more);
}

void
front_client_send(struct client *client, const uint8_t *frame, size_t length)
{
	if (client->state > CLIENT_OPEN)
		return;
	if (out_room(client, length) != 0) {
		front_client_close(client);
		return;
	}
	memcpy(client->out + client->out_end, frame, length);
	client->out_end += length;
	mark_changed(client);
}

/* From here on nothing of the peer's is taken; what is queued goes out. */
void
front_client_close(struct client *client)
{
	if (client->state > CLIENT_OPEN)
		return;
	if (client->state == CLIENT_HANDSHAKE) {
		front_client_free(client);
		return;
	}
	front_vault_forget(client);
	client->state = CLIENT_CLOSING;
	event_del(&client->readable);
	memset(client->deadlines, 0, sizeof(client->deadlines));
	front_deadline_set(client, DEADLINE_WRITE, WRITE_MS);
	mark_changed(client);
}

void
front_client_refuse(struct client *client, enum wire_reply reply)
{
	uint8_t frame[FRAME_HEADER_SIZE + 1 + ERROR_TEXT_MAX];
	char text[ERROR_TEXT_MAX];
	int length;

	length = snprintf(text, sizeof(text), "%d %s", wire_reply_code(reply),
	    wire_reply_text(reply));
	length = frame_write(
	    frame, sizeof(frame), FRAME_ERROR, text, (size_t)length);
	if (length > 0)
		front_client_send(client, frame, (size_t)length);
	front_client_close(client);
}

/*
 * close_notify, then FIN; the peer's own end is waited for, so that no RST
 * takes away what it has not read yet.
 */
static void
say_goodbye(struct client *client)
{
	int result;

	ERR_clear_error();
	result = SSL_shutdown(client->ssl);
	if (result < 0 &&
	    SSL_get_error(client->ssl, result) == SSL_ERROR_WANT_WRITE) {
		event_add(&client->writable, NULL);
		return;
	}
	(void)shutdown(client->fd, SHUT_WR);
	client->state = CLIENT_LINGER;
	front_deadline_set(client, DEADLINE_WRITE, 0);
	front_deadline_set(client, DEADLINE_LINGER,
	    client->front->stopping ? LINGER_STOP_MS : LINGER_MS);
	event_add(&client->readable, NULL);
}

/* 1 all sent, 0 the socket is full, or BANK_ECLOSED. */
static int
write_out(struct client *client)
{
	size_t n;

	while (front_client_pending(client) > 0) {
		ERR_clear_error();
		if (SSL_write_ex(client->ssl, client->out + client->out_start,
			front_client_pending(client), &n) == 1) {
			client->out_start += n;
			front_deadline_set(client, DEADLINE_WRITE, WRITE_MS);
			continue;
		}
		if (SSL_get_error(client->ssl, 0) == SSL_ERROR_WANT_WRITE)
			return 0;
		return BANK_ECLOSED;
	}
	free(client->out);
	client->out = NULL;
	client->out_start = client->out_end = client->out_size = 0;
	return 1;
}

void
front_client_flush(struct client *client)
{
	int result;

	if (client->state == CLIENT_LINGER)
		return;
	if (front_client_pending(client) > 0 &&
	    client->deadlines[DEADLINE_WRITE] == 0)
		front_deadline_set(client, DEADLINE_WRITE, WRITE_MS);
	result = write_out(client);
	if (result < 0) {
		front_client_free(client);
		return;
	}
	if (result == 0)
		event_add(&client->writable, NULL);
	else if (client->state == CLIENT_CLOSING) {
		say_goodbye(client);
		return;
	} else
		front_deadline_set(client, DEADLINE_WRITE, 0);
	front_client_resume(client);
}
