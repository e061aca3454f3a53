/* SPDX-License-Identifier: ISC */
/*
 * Notices (the vault's): one line each, by datagram or as a reply of code
 * 300, to the sessions of one customer.
 */
#include "notice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../../shared/base/money.h"
#include "../../../shared/base/util.h"
#include "vault_state.h"

#define REPLY_SIZE 256
#define PORT_SIZE 2

static void
send_datagram(
    struct vault *vault, struct connection *connection, const char *text)
{
	uint8_t port[PORT_SIZE], datagram[SEAL_DATAGRAM_SIZE];

	put_u16(port, connection->notify_port);
	if (vault->front.ipc == NULL ||
	    seal_datagram(&connection->keys.notice, connection->key_id, text,
		strlen(text), datagram) != 0)
		return;
	(void)ipc_send2(vault->front.ipc, IPC_DATAGRAM, connection->number,
	    (struct ipc_part) { port, sizeof(port) },
	    (struct ipc_part) { datagram, sizeof(datagram) });
}

static void
send_reply(struct vault *vault, struct connection *connection, const char *text)
{
	struct wire_writer writer;
	char reply[REPLY_SIZE];
	int length;

	wire_begin(&writer, reply, sizeof(reply), WIRE_NOTICE);
	wire_key(&writer, "notice", "%s", text);
	if ((length = wire_finish(&writer)) > 0)
		connection_send(vault, connection, &connection->keys.down,
		    reply, (size_t)length, 0);
}

static void
notify(struct vault *vault, const struct session *session, const char *text)
{
	static void (*const senders[])(
	    struct vault *, struct connection *, const char *) = {
		[NOTIFY_OFF] = NULL,
		[NOTIFY_UDP] = send_datagram,
		[NOTIFY_TLS] = send_reply,
	};
	struct connection *connection = session->connection;

	if (connection != NULL && senders[connection->notify] != NULL)
		senders[connection->notify](vault, connection, text);
}

static void
notify_customer(struct vault *vault, uint32_t number,
    const struct session *spared, const char *text)
{
	struct session *session;

	for (session = session_of(vault->sessions, number); session != NULL;
	     session = session_of_next(session)) {
		if (session != spared)
			notify(vault, session, text);
	}
}

/* Whether no session asked for the entry: an operator or a V made it. */
static bool
is_the_banks(const struct ledger_entry *entry)
{
	static const uint8_t none[WIRE_TXID_SIZE];

	return ledger_owner(entry) == LEDGER_OPERATORS ||
	    memcmp(entry->txid, none, sizeof(none)) == 0;
}

void
notice_of_entry(struct vault *vault, const struct ledger_entry *entry)
{
	char text[SEAL_DATAGRAM_TEXT], amount[MONEY_TEXT_SIZE];

	if (entry->debit.number == entry->credit.number)
		return;
	money_format(entry->amount_cents, amount);
	if (entry->kind == LEDGER_TRANSFER || is_the_banks(entry)) {
		snprintf(text, sizeof(text), "received %" PRIu64 " %s %s",
		    entry->seq, amount,
		    ledger_is_own(entry->debit.id) ? "-" : entry->debit.id);
		notify_customer(vault, entry->credit.number, NULL, text);
	}
	if (entry->amount_cents > vault_option(vault, BANK_ALERT_AMOUNT)) {
		snprintf(text, sizeof(text), "large %" PRIu64 " %s", entry->seq,
		    amount);
		notify_customer(vault, entry->debit.number, NULL, text);
	}
}

void
notice_login(struct vault *vault, const struct session *session)
{
	char text[SEAL_DATAGRAM_TEXT];

	snprintf(text, sizeof(text), "login %s", session->kiosk.name);
	notify_customer(vault, session->number, session, text);
}

void
notice_attempts(struct vault *vault, uint32_t number, uint32_t count)
{
	char text[SEAL_DATAGRAM_TEXT];

	snprintf(text, sizeof(text), "attempts %" PRIu32, count);
	notify_customer(vault, number, NULL, text);
}

void
notice_text(struct vault *vault, uint32_t number, const char *text)
{
	notify_customer(vault, number, NULL, text);
}

void
notice_closing(struct vault *vault, unsigned seconds)
{
	struct session *session;
	char text[SEAL_DATAGRAM_TEXT];

	snprintf(text, sizeof(text), "closing %u", seconds);
	TAILQ_FOREACH (session, &vault->sessions->all, link)
		notify(vault, session, text);
}
