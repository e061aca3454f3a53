/* SPDX-License-Identifier: ISC */
/*
 * A withdrawal that the bank has booked: what the machine says of it, and
 * REVERSE where no notes came.  Part of atm-tui, on its event loop.  Its
 * note goes from the disk when the customer has the notes or the bank has
 * taken it back; otherwise it ends with an operator.
 */
#include "bank_withdrawal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire_reply.h"
#include "bank_report.h"
#include "bank_reversal.h"
#include "bank_session.h"
#include "bank_state.h"

/* `WITHDRAW txid account amount` */
enum { VERB, TXID, ACCOUNT, AMOUNT, WITHDRAW_TOKENS };

static void
log_aside(const struct bank_note *note)
{
	struct wire_token tokens[WIRE_MAX_TOKENS];
	char text[WITHDRAW_TOKENS][WIRE_TXID_TEXT] = { "" };
	int count = wire_split(note->request, strlen(note->request), tokens);

	for (int i = 0; i < count && i < WITHDRAW_TOKENS; i++)
		snprintf(text[i], sizeof(text[i]), "%.*s",
		    (int)tokens[i].length, tokens[i].text);
	log_event(LOG_ERR, "reconcile", "id", LOG_TEXT(note->customer),
	    "account", LOG_TEXT(text[ACCOUNT]), "amount",
	    LOG_TEXT(text[AMOUNT]), "txid", LOG_TEXT(note->txid), "booked",
	    LOG_TEXT(note->details[NOTE_BOOKED]), "notes",
	    LOG_TEXT(note->details[NOTE_RUNNING]), "kiosk",
	    LOG_TEXT(note->kiosk), "why", LOG_TEXT(note->details[NOTE_ASIDE]),
	    "file", LOG_TEXT(BANK_NOTE_ASIDE), NULL);
}

void
bank_withdrawal_aside(
    struct bank *bank, struct bank_note *note, const char *why)
{
	bank_report_case(bank, note, why);
	if (note->step != NOTE_ASIDE) {
		if (bank_note_step(note, NOTE_ASIDE, why) != 0)
			string_copy(note->details[NOTE_ASIDE], why,
			    sizeof(note->details[NOTE_ASIDE]));
		log_aside(note);
		bank_note_set_aside(note);
		return;
	}
	log_aside(note);
	bank_note_leave(note);
}

void
bank_withdrawal_booked(
    struct bank *bank, struct bank_note *note, const struct wire_reader *reader)
{
	char seq[24] = "?", time[WIRE_TIME_TEXT] = "?", detail[64];

	wire_find(reader, "seq", seq, sizeof(seq));
	wire_find(reader, "time", time, sizeof(time));
	snprintf(detail, sizeof(detail), "%s %s", seq, time);
	if (bank_note_step(note, NOTE_BOOKED, detail) != 0)
		log_event(LOG_ERR, "note_not_written", "txid",
		    LOG_TEXT(note->txid), "error", LOG_TEXT(strerror(errno)),
		    NULL);
	/* The machine never took up the withdrawal before this one. */
	if (bank->booked != NULL)
		bank_reversal_take(bank, bank->booked);
	bank->booked = note;
}

int
bank_withdrawal_begin(struct bank *bank, const char *notes)
{
	struct bank_note *note = bank->booked;

	if (note == NULL)
		return BANK_ECLOSED;
	if (note->step != NOTE_BOOKED)
		return BANK_ESYS;
	return bank_note_step(note, NOTE_RUNNING, notes);
}

static struct bank_note *
take_booked(struct bank *bank)
{
	struct bank_note *note = bank->booked;

	bank->booked = NULL;
	return note;
}

/* Synced before it goes: a file that came back would be a case. */
void
bank_withdrawal_done(struct bank *bank)
{
	struct bank_note *note = take_booked(bank);

	if (note == NULL)
		return;
	bank_note_step(note, NOTE_DONE, "");
	bank_note_done(note);
}

void
bank_withdrawal_unclear(struct bank *bank, const char *why)
{
	struct bank_note *note = take_booked(bank);

	if (note != NULL)
		bank_withdrawal_aside(bank, note, why);
}

static bool
is_reply(const struct wire_reader *reader, enum wire_reply reply)
{
	const char *text = wire_reply_text(reply);

	return reader->code == wire_reply_code(reply) &&
	    wire_token_is(&reader->text, text);
}

/*
 * A refusal is for the operator.  But a 404 for a withdrawal that was only
 * asked for says that it isn't booked, and never will be.
 */
enum bank_taken
bank_withdrawal_settle(
    struct bank *bank, struct bank_note *note, const struct wire_reader *reader)
{
	char why[64];

	if (reader == NULL || is_reply(reader, WIRE_UNAVAILABLE) ||
	    is_reply(reader, WIRE_STALE)) {
		bank_reversal_take(bank, note);
		return BANK_TAKEN_LATER;
	}
	if (is_reply(reader, WIRE_DONE) ||
	    is_reply(reader, WIRE_ALREADY_REVERSED) ||
	    (is_reply(reader, WIRE_NO_TRANSACTION) &&
		note->step == NOTE_ASKED)) {
		log_event(LOG_NOTICE, "withdrawal_taken_back", "id",
		    LOG_TEXT(note->customer), "txid", LOG_TEXT(note->txid),
		    "reply", LOG_NUMBER(reader->code), NULL);
		bank_note_done(note);
		return BANK_TAKEN_BACK;
	}
	snprintf(why, sizeof(why), "not taken back: %d %.*s", reader->code,
	    (int)(reader->text.length < 40 ? reader->text.length : 40),
	    reader->text.text);
	bank_withdrawal_aside(bank, note, why);
	return BANK_NOT_TAKEN;
}

static void
tell_taken(struct bank *bank, enum bank_taken taken)
{
	bank_taken_fn *tell = bank->taken;

	bank->taken = NULL;
	if (tell != NULL)
		tell(bank->taken_context, taken);
}

void
bank_withdrawal_reversed(
    struct bank *bank, struct bank_note *note, const struct wire_reader *reader)
{
	tell_taken(bank, bank_withdrawal_settle(bank, note, reader));
}

/* By the customer's own session, if it is still that of the withdrawal. */
static int
send_reverse(struct bank *bank, struct bank_note *note)
{
	char request[BANK_REQUEST_SIZE], text[WIRE_TXID_TEXT];
	uint8_t txid[WIRE_TXID_SIZE];
	struct bank_job *job;
	int error;

	if (!bank->in_session || strcmp(bank->session.id, note->customer) != 0)
		return BANK_ECLOSED;
	error = wire_make_txid(bank_clock_ms(bank), txid);
	if (error != 0)
		return error;
	snprintf(request, sizeof(request), "REVERSE %s %s",
	    (wire_format_txid(txid, text), text), note->txid);
	job = bank_job_new(bank, JOB_REVERSE, request, NULL, NULL);
	if (job == NULL)
		return BANK_ENOMEM;
	job->note = note;
	bank_jobs_send(bank);
	return 0;
}

void
bank_withdrawal_failed(struct bank *bank, bank_taken_fn *taken, void *context)
{
	struct bank_note *note = take_booked(bank);

	bank->taken = taken;
	bank->taken_context = context;
	if (note == NULL) {
		tell_taken(bank, BANK_NOT_TAKEN);
		return;
	}
	if (bank_note_step(note, NOTE_FAILED, "") != 0)
		log_event(LOG_ERR, "note_not_written", "txid",
		    LOG_TEXT(note->txid), "error", LOG_TEXT(strerror(errno)),
		    NULL);
	/* In memory at least: this process knows that no notes came. */
	note->step = NOTE_FAILED;
	if (send_reverse(bank, note) != 0) {
		bank_reversal_take(bank, note);
		tell_taken(bank, BANK_TAKEN_LATER);
	}
}

bool
bank_is_taking_back(const struct bank *bank)
{
	return bank->to_reverse != NULL;
}
