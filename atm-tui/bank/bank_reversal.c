/* SPDX-License-Identifier: ISC */
/*
 * Withdrawals without a session: left over from a crash, or lost with their
 * session.  Those whose notes can't have come are taken back by V, one after
 * the other, before anybody logs in; the others are the operator's.  Part of
 * atm-tui, on its event loop.
 */
#include "bank_reversal.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../base/options.h"
#include "bank_connect.h"
#include "bank_entry.h"
#include "bank_journal.h"
#include "bank_state.h"
#include "bank_turn.h"

#define AGAIN_S 5

/* Takes nothing back meanwhile. */
static void
pause_for(struct bank *bank, time_t seconds)
{
	const struct timeval length = { .tv_sec = seconds };

	evtimer_add(bank->reverse_timer, &length);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct bank *bank = argument;

	(void)fd;
	(void)what;
	if (bank->phase == PHASE_READY && bank->entry.type == 0)
		bank_reversal_send(bank);
}

/* The oldest first. */
static void
queue(struct bank *bank, struct bank_note *note)
{
	struct bank_note **place = &bank->to_reverse;

	while (*place != NULL && strcmp((*place)->txid, note->txid) < 0)
		place = &(*place)->next;
	note->next = *place;
	*place = note;
}

void
bank_reversal_take(struct bank *bank, struct bank_note *note)
{
	const char *name = config_string(bank->config, KIOSK_NAME);

	if (note->step == NOTE_RUNNING) {
		bank_withdrawal_aside(bank, note,
		    "the kiosk ended while the machine was at work");
	} else if (strcmp(note->kiosk, name) != 0) {
		log_event(LOG_ERR, "not_this_kiosks", "txid",
		    LOG_TEXT(note->txid), "kiosk", LOG_TEXT(note->kiosk), NULL);
		bank_note_leave(note);
	} else {
		queue(bank, note);
		if (!evtimer_pending(bank->reverse_timer, NULL))
			event_active(bank->reverse_timer, 0, 0);
	}
}

int
bank_reversal_open(struct bank *bank)
{
	struct bank_note *note, *next;

	bank->reverse_timer = evtimer_new(bank->base, on_timer, bank);
	if (bank->reverse_timer == NULL)
		return BANK_ENOMEM;
	if (bank_journal_aside(bank->journal, &note) < 0)
		note = NULL;
	for (; note != NULL; note = next) {
		next = note->next;
		bank_withdrawal_aside(bank, note, "");
	}
	if (bank->kiosk_key == NULL)
		return 0;
	if (bank_journal_withdrawals(bank->journal, &note) < 0)
		note = NULL;
	for (; note != NULL; note = next) {
		next = note->next;
		bank_reversal_take(bank, note);
	}
	return 0;
}

void
bank_reversal_close(struct bank *bank)
{
	struct bank_note *note;

	while ((note = bank->to_reverse) != NULL) {
		bank->to_reverse = note->next;
		bank_note_leave(note);
	}
	if (bank->booked != NULL)
		bank_note_leave(bank->booked);
	bank->booked = NULL;
	if (bank->reverse_timer != NULL)
		event_free(bank->reverse_timer);
}

bool
bank_reversal_send(struct bank *bank)
{
	const struct bank_note *note = bank->to_reverse;
	char text[WIRE_ID_SIZE + WIRE_TXID_TEXT];

	if (note == NULL || evtimer_pending(bank->reverse_timer, NULL))
		return false;
	snprintf(text, sizeof(text), "%s\n%s", note->customer, note->txid);
	bank->phase = PHASE_REVERSING;
	bank_send_wrapped(bank, FRAME_REVERSAL, text);
	return true;
}

void
bank_reversal_answered(struct bank *bank, const struct frame *frame)
{
	struct bank_note *note = bank->to_reverse;
	struct wire_reader reader;
	int length = bank_open_sealed(bank, frame);

	if (length < 0)
		return;
	bank_await_greeting(bank);
	bank->backoff_ms = BANK_BACKOFF_FIRST_MS;
	if (wire_read(&reader, bank->text, (size_t)length) != 0) {
		pause_for(bank, AGAIN_S);
		return;
	}
	bank->to_reverse = note->next;
	if (bank_withdrawal_settle(bank, note, &reader) == BANK_TAKEN_LATER)
		pause_for(bank, AGAIN_S);
}

/* A plain E isn't sealed, so it settles nothing: V is sent again. */
void
bank_reversal_refused(struct bank *bank, const struct frame *frame)
{
	log_event(LOG_WARNING, "reversal_refused", "length",
	    LOG_NUMBER(frame->body_length), NULL);
	bank_await_greeting(bank);
	pause_for(bank, AGAIN_S);
}
