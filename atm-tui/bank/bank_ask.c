/* SPDX-License-Identifier: ISC */
/*
 * What the kiosk asks of the bank.  Part of atm-tui, on its event loop.
 * Nothing here calls back: answers come from the loop, by bank_connect.c and
 * bank_session.c.
 */
#include "bank_ask.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "bank_entry.h"
#include "bank_journal.h"
#include "bank_session.h"
#include "bank_state.h"

#define ENTRY_SECONDS 15 /* a login or sign-up, waits included */

const struct bank_session *
bank_session(const struct bank *bank)
{
	return &bank->session;
}

static int
bank_enter(struct bank *bank, uint8_t type, const char *id,
    bank_reply_fn *reply, void *context)
{
	const struct timeval limit = { ENTRY_SECONDS, 0 };

	bank->entry.type = type;
	bank->entry.reply = reply;
	bank->entry.context = context;
	string_copy(bank->entry.id, id, sizeof(bank->entry.id));
	evtimer_add(bank->entry_timer, &limit);
	if (bank->phase == PHASE_READY)
		bank_send_entry(bank);
	return 0;
}

int
bank_login(struct bank *bank, const char *id, const char *password,
    bank_reply_fn *reply, void *context)
{
	if (bank->in_session || bank->entry.type != 0)
		return BANK_EBUSY;
	if (!wire_is_id(id, strlen(id)) ||
	    !wire_is_password(password, strlen(password)))
		return BANK_EINVAL;
	snprintf(
	    bank->entry.text, sizeof(bank->entry.text), "%s\n%s", id, password);
	return bank_enter(bank, FRAME_LOGIN, id, reply, context);
}

int
bank_sign_up(struct bank *bank, const char *id, const char *password,
    const char *name, bank_reply_fn *reply, void *context)
{
	if (bank->in_session || bank->entry.type != 0)
		return BANK_EBUSY;
	if (!wire_is_id(id, strlen(id)) ||
	    !wire_is_password(password, strlen(password)) ||
	    !wire_is_name(name, strlen(name)))
		return BANK_EINVAL;
	snprintf(bank->entry.text, sizeof(bank->entry.text), "%s\n%s\n%s", id,
	    password, name);
	return bank_enter(bank, FRAME_OPEN, id, reply, context);
}

int
bank_request(
    struct bank *bank, const char *request, bank_reply_fn *reply, void *context)
{
	if (!bank->in_session)
		return BANK_ECLOSED;
	if (*request == '\0' || strlen(request) >= BANK_REQUEST_SIZE)
		return BANK_EINVAL;
	if (bank_job_new(bank, JOB_REQUEST, request, reply, context) == NULL)
		return BANK_ENOMEM;
	bank_jobs_send(bank);
	return 0;
}

int
bank_transact(struct bank *bank, const char *verb, const char *arguments,
    bank_reply_fn *reply, void *context)
{
	char request[BANK_REQUEST_SIZE], text[WIRE_TXID_TEXT];
	uint8_t txid[WIRE_TXID_SIZE];
	struct bank_note *note;
	struct bank_job *job;
	int length, error;

	if (!bank->in_session)
		return BANK_ECLOSED;
	error = wire_make_txid(bank_clock_ms(bank), txid);
	if (error != 0)
		return error;
	wire_format_txid(txid, text);
	length = snprintf(
	    request, sizeof(request), "%s %s %s", verb, text, arguments);
	if (length < 0 || (size_t)length >= sizeof(request))
		return BANK_EINVAL;
	error = bank_journal_add(
	    bank->journal, text, bank->session.id, request, &note);
	if (error != 0)
		return error;
	job = bank_job_new(bank, JOB_TRANSACTION, request, reply, context);
	if (job == NULL) {
		bank_note_done(note);
		return BANK_ENOMEM;
	}
	job->note = note;
	bank_jobs_send(bank);
	return 0;
}
