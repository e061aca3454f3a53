/* SPDX-License-Identifier: ISC */
/*
 * The frames of a fresh connection: L, O and V with a fresh K, R with the one
 * of the session.  Part of atm-tui, on its event loop.  The only place that
 * sees a customer's password; it is wiped as soon as the bank has answered.
 */
#include "bank_entry.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "../../shared/base/error.h"
#include "../../shared/crypt/kiosk_identity.h"
#include "../../shared/base/log.h"
#include "../base/options.h"
#include "bank_connect.h"
#include "bank_state.h"
#include "link.h"

void
bank_entry_end(struct bank *bank, enum bank_outcome outcome, const char *text,
    size_t length)
{
	struct bank_entry entry = bank->entry;
	struct bank_reply reply = { .outcome = outcome };

	OPENSSL_cleanse(&bank->entry, sizeof(bank->entry));
	OPENSSL_cleanse(entry.text, sizeof(entry.text));
	evtimer_del(bank->entry_timer);
	if (text != NULL && wire_read(&reply.reader, text, length) != 0)
		reply.outcome = BANK_LOST;
	if (entry.type != 0 && entry.reply != NULL)
		entry.reply(entry.context, &reply);
	free(entry.answer);
}

/* kiosk(96) || head || sealed(272), as L, O, R are. */
static int
bank_send_frame(struct bank *bank, uint8_t type, const uint8_t *head,
    size_t head_length, const char *text)
{
	uint8_t body[FRAME_KIOSK_SIZE + FRAME_WRAPPED_SIZE + FRAME_SEALED_SIZE];
	uint8_t *rest = body + FRAME_KIOSK_SIZE;
	const struct kiosk_frame frame = { .type = type,
		.nonce = bank->nonce,
		.binding = bank->binding,
		.rest = rest,
		.rest_length = head_length + FRAME_SEALED_SIZE };
	int error;

	error = seal_derive(&bank->keys, bank->k, bank->nonce, bank->binding);
	if (error != 0)
		return error;
	memcpy(rest, head, head_length);
	error = seal_text(&bank->keys.up, type, text, strlen(text),
	    rest + head_length, FRAME_SEALED_SIZE);
	if (error < 0)
		return error;
	error = kiosk_sign(body, config_string(bank->config, KIOSK_NAME),
	    bank->kiosk_key, &frame);
	if (error != 0)
		return error;
	return link_send(
	    bank->wire, type, body, FRAME_KIOSK_SIZE + frame.rest_length);
}

void
bank_send_wrapped(struct bank *bank, uint8_t type, const char *text)
{
	uint8_t wrapped[FRAME_WRAPPED_SIZE];
	int error = BANK_ECRYPTO;

	if (RAND_bytes(bank->k, sizeof(bank->k)) == 1)
		error = seal_wrap(bank->bank_public, bank->k, wrapped);
	if (error == 0)
		error =
		    bank_send_frame(bank, type, wrapped, sizeof(wrapped), text);
	bank_await_answer(bank, true);
	if (error == 0)
		return;
	log_event(LOG_ERR, "entry_not_sent", "error",
	    LOG_TEXT(bank_strerror(error)), NULL);
	/* By the loop: our caller isn't to be called back. */
	event_active(bank->answer_timer, EV_TIMEOUT, 0);
}

void
bank_send_entry(struct bank *bank)
{
	bank->phase = PHASE_ENTERING;
	bank->entry.sent++;
	bank_send_wrapped(bank, bank->entry.type, bank->entry.text);
}

void
bank_send_resume(struct bank *bank)
{
	int error;

	bank->phase = PHASE_RESUMING;
	error = bank_send_frame(
	    bank, FRAME_RESUME, bank->number, sizeof(bank->number), "RESUME");
	if (error != 0)
		bank_link_lost(bank, bank_strerror(error));
	else
		bank_await_answer(bank, true);
}
