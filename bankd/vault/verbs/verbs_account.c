/* SPDX-License-Identifier: ISC */
/*
 * The verbs that move no money (the vault's).
 */
#include "verbs_account.h"

#include "../../../shared/base/log.h"
#include "../core/books.h"
#include "../core/session.h"

enum wire_reply
verbs_balances(struct books *books, struct step *step)
{
	(void)books;
	(void)step;
	return WIRE_BALANCES;
}

enum wire_reply
verbs_exit(struct books *books, struct step *step)
{
	(void)books;
	(void)step;
	return WIRE_GOODBYE;
}

void
verbs_after_exit(struct vault *vault, struct step *step)
{
	if (step->reply == WIRE_GOODBYE)
		session_end(vault, step->session, "exit");
}

enum wire_reply
verbs_details(struct books *books, struct step *step)
{
	(void)books;
	(void)step;
	return WIRE_DETAILS;
}

enum wire_reply
verbs_close(struct books *books, struct step *step)
{
	struct ledger_account *customer = step->accounts[STEP_CUSTOMER];

	customer->closed_ms = books->now_ms;
	customer->changed = true;
	books_touch(books, customer, NULL);
	return WIRE_CLOSED;
}

void
verbs_after_close(struct vault *vault, struct step *step)
{
	if (step->reply != WIRE_CLOSED)
		return;
	log_event(LOG_NOTICE, "account_closed", "id",
	    LOG_TEXT(step->session->customer), "kiosk",
	    LOG_TEXT(step->kiosk->name), NULL);
	session_end_others(
	    vault, step->session->number, NULL, "account closed");
}

enum wire_reply
verbs_notify(struct books *books, struct step *step)
{
	(void)books;
	(void)step;
	return WIRE_NOTICES;
}

void
verbs_after_notify(struct vault *vault, struct step *step)
{
	struct connection *connection = step->connection;
	char delivery = step->request.delivery;

	(void)vault;
	if (step->reply != WIRE_NOTICES)
		return;
	connection->notify_port = step->request.port;
	connection->notify = delivery == 'u' ? NOTIFY_UDP
	    : delivery == 't'                ? NOTIFY_TLS
					     : NOTIFY_OFF;
}

enum wire_reply
verbs_ping(struct books *books, struct step *step)
{
	(void)books;
	(void)step;
	return WIRE_PONG;
}
