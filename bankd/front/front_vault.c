/* SPDX-License-Identifier: ISC */
/*
 * The front's link to the vault: connections are announced and frames
 * passed on, answers and datagrams taken.  The link of a vault that died is
 * left with all its connections; the monitor gives a new one.
 */
#include "front_vault.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/crypt/channel.h"
#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "front_client.h"
#include "front_datagram.h"
#include "front_state.h"
#include "front_table.h"

/* Past it nobody is read until the vault has taken a part. */
#define CONGESTED ((size_t)4 * 1024 * 1024)
#define GREETING_MS 5000
/* The pause of a client whose login was refused since too many wait. */
#define LATER_MS 1000
/* Without a new link for so long the front ends, and is started anew. */
#define LOST_SECONDS 15

/* Each connection's answers of this round leave in one record. */
static void
flush_changed(struct front *front)
{
	struct client *client;

	while ((client = STAILQ_FIRST(&front->changed)) != NULL) {
		STAILQ_REMOVE_HEAD(&front->changed, changed);
		client->is_changed = false;
		front_client_flush(client);
	}
}

static void
flush_vault(struct front *front)
{
	if (ipc_link_flush(&front->vault) != 0)
		front_vault_leave(front);
	if (front->congested && front->vault.ipc != NULL &&
	    ipc_link_pending(&front->vault) < CONGESTED / 2) {
		front->congested = false;
		front_table_each(front->table, front_client_resume);
		front_flush_soon(front);
	}
}

void
front_flush(struct front *front)
{
	flush_changed(front);
	flush_vault(front);
	if (!STAILQ_EMPTY(&front->changed))
		front_flush_soon(front);
	if (front->stopping)
		front_stop_check(front);
}

void
front_flush_soon(struct front *front)
{
	event_active(front->flush, EV_TIMEOUT, 0);
}

int
front_vault_hello(struct front *front)
{
	uint8_t port[2];

	put_u16(port, front_datagram_port(front->datagram));
	return ipc_send(front->vault.ipc, IPC_HELLO, 0, port, sizeof(port), -1);
}

void
front_vault_announce(struct client *client)
{
	uint8_t binding[FRAME_BINDING_SIZE];
	char address[LIMIT_ADDRESS_SIZE];
	char text[LIMIT_ADDRESS_SIZE + WIRE_SOFTWARE_SIZE];
	struct front *front = client->front;

	if (front->vault.ipc == NULL) {
		front_client_refuse(client, WIRE_UNAVAILABLE);
		return;
	}
	front_client_address(client, address);
	(void)snprintf(text, sizeof(text), "%s%s%s", address,
	    client->software[0] != '\0' ? " " : "", client->software);
	if (channel_binding(client->ssl, binding) != 0 ||
	    ipc_send2(front->vault.ipc, IPC_CONNECTED, client->number,
		(struct ipc_part) { binding, sizeof(binding) },
		(struct ipc_part) { text, strlen(text) }) != 0) {
		front_client_refuse(client, WIRE_UNAVAILABLE);
		return;
	}
	client->announced = true;
	front_deadline_set(client, DEADLINE_GREETING, GREETING_MS);
}

void
front_vault_forget(struct client *client)
{
	struct front *front = client->front;

	if (client->announced && front->vault.ipc != NULL)
		(void)ipc_send(front->vault.ipc, IPC_DISCONNECTED,
		    client->number, NULL, 0, -1);
	client->announced = false;
	front->unanswered -= client->unanswered;
	client->unanswered = 0;
}

int
front_vault_frame(struct client *client, const struct frame *frame)
{
	struct front *front = client->front;
	int error;

	if (front->vault.ipc == NULL)
		return BANK_ECLOSED;
	error = ipc_send2(front->vault.ipc, IPC_FRAME, client->number,
	    (struct ipc_part) { &frame->type, 1 },
	    (struct ipc_part) { frame->body, frame->body_length });
	if (ipc_link_pending(&front->vault) > CONGESTED)
		front->congested = true;
	return error;
}

static int
on_send(struct client *client, const struct ipc_message *message)
{
	const uint8_t flags = message->body[0];

	if (get_u16(message->body + 1) != message->length - 3)
		return BANK_EINVAL;
	front_deadline_set(client, DEADLINE_GREETING, 0);
	if ((flags & IPC_SEND_ANSWER) != 0) {
		if (client->unanswered == 0)
			return BANK_EINVAL;
		client->unanswered--;
		client->front->unanswered--;
	}
	if ((flags & IPC_SEND_IN_SESSION) != 0)
		front_deadline_set(client, DEADLINE_LOGIN, 0);
	if ((flags & IPC_SEND_NO_SESSION) != 0)
		front_deadline_login(client);
	if ((flags & IPC_SEND_LATER) != 0)
		front_client_read_later(client, LATER_MS);
	front_client_send(client, message->body + 1, message->length - 1);
	return 0;
}

static int
on_close(struct client *client, const struct ipc_message *message)
{
	(void)message;
	front_client_close(client);
	return 0;
}

static int
on_datagram(struct client *client, const struct ipc_message *message)
{
	front_datagram_send(client->front->datagram, &client->peer,
	    get_u16(message->body), message->body + 2, message->length - 2);
	return 0;
}

static int (*const handlers[IPC_TYPE_COUNT])(
    struct client *, const struct ipc_message *) = {
	[IPC_SEND] = on_send,
	[IPC_CLOSE] = on_close,
	[IPC_DATAGRAM] = on_datagram,
};

/* What was sent to a connection that has just ended is dropped. */
static int
take(void *context, struct ipc_message *message)
{
	struct front *front = context;
	struct client *client;

	busy_poll_found(&front->poll, front->unanswered);
	client = front_table_find(front->table, message->connection);
	if (client == NULL || !client->announced)
		return 0;
	return handlers[message->type](client, message);
}

static void
vault_readable(evutil_socket_t fd, short what, void *context)
{
	struct front *front = context;
	int error = ipc_link_read(&front->vault, take, front);

	(void)fd;
	(void)what;
	if (error == BANK_EAGAIN)
		return;
	if (error == BANK_EINVAL)
		front_fail(front, EX_SOFTWARE, "malformed message of vault");
	else if (error == BANK_ENOMEM)
		front_fail(front, EX_OSERR, "no memory for the vault");
	else if (error != 0)
		front_vault_leave(front);
	front_flush(front);
}

static void
vault_writable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	front_flush(context);
}

static void
vault_lost(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	front_fail(context, EX_UNAVAILABLE, "no link to a vault");
}

static void
close_open(struct client *client)
{
	if (client->state == CLIENT_OPEN)
		front_client_close(client);
}

/* Their sessions were that vault's; the ATMs come back. */
void
front_vault_leave(struct front *front)
{
	const struct timeval lost = { LOST_SECONDS, 0 };

	if (front->vault.ipc == NULL)
		return;
	ipc_link_close(&front->vault);
	front->congested = false;
	if (!front->stopping)
		log_event(LOG_NOTICE, "vault_gone", "connections",
		    LOG_NUMBER(front->table->count), NULL);
	front_table_each(front->table, close_open);
	if (front->vault_lost != NULL && !front->stopping)
		evtimer_add(front->vault_lost, &lost);
}

/* Handshakes under way go on and are announced to the new vault. */
int
front_vault_join(struct front *front, int fd)
{
	static const struct ipc_link_kind kind = { IPC_FRONT, IPC_VAULT,
		vault_readable, vault_writable };
	int error;

	front_vault_leave(front);
	error = ipc_link_join(&front->vault, front->base, fd, &kind, front);
	if (error == 0)
		error = ipc_link_listen(&front->vault);
	if (error != 0)
		return error;
	if (front->vault_lost == NULL)
		front->vault_lost = evtimer_new(front->base, vault_lost, front);
	if (front->vault_lost == NULL)
		return BANK_ENOMEM;
	evtimer_del(front->vault_lost);
	return front->started ? front_vault_hello(front) : 0;
}
