/* SPDX-License-Identifier: ISC */
/*
 * Cash reports.  Part of atm-tui, on its event loop.  One is sent at a time,
 * on a greeted link that nothing else needs; a login that comes meanwhile
 * waits for the answer.  Stock is kept as the newest alone.  Cases stand in
 * files of their own, from which a start tells them again; the bank knows
 * those that it has.
 */
#include "bank_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire_cash.h"
#include "../../shared/wire/wire_reply.h"
#include "bank_connect.h"
#include "bank_entry.h"
#include "bank_note.h"
#include "bank_state.h"
#include "bank_turn.h"

#define CASES_MAX 16 /* more are told by the next start */
#define AGAIN_S 5
#define LATER_S 300 /* after a link that a report may have cost */

struct bank_reports {
	struct event *timer; /* pending: nothing is sent meanwhile */
	bool off;            /* the bank takes none of this kiosk */
	char stock[WIRE_CASH_TEXT], cases[CASES_MAX][WIRE_CASH_TEXT];
	size_t count;              /* of the cases */
	char sent[WIRE_CASH_TEXT]; /* which is unanswered, or "" */
};

/* Sends nothing meanwhile. */
static void
pause_for(struct bank_reports *reports, time_t seconds)
{
	const struct timeval length = { .tv_sec = seconds };

	evtimer_add(reports->timer, &length);
}

static void
on_timer(evutil_socket_t fd, short what, void *bank)
{
	(void)fd;
	(void)what;
	bank_report_send(bank);
}

struct bank_reports *
bank_report_open(struct bank *bank)
{
	struct bank_reports *reports = calloc(1, sizeof(*reports));

	if (reports == NULL)
		return NULL;
	reports->off = bank->kiosk_key == NULL;
	reports->timer = evtimer_new(bank->base, on_timer, bank);
	if (reports->timer != NULL)
		return reports;
	free(reports);
	return NULL;
}

void
bank_report_close(struct bank_reports *reports)
{
	if (reports == NULL)
		return;
	event_free(reports->timer);
	free(reports);
}

void
bank_report_stock(struct bank *bank, size_t count, const int64_t units[],
    const int64_t left[])
{
	struct bank_reports *reports = bank->reports;
	struct wire_cash report = { .is_stock = true };

	for (size_t i = 0; i < count && i < WIRE_CASH_NOTES; i++) {
		if (units[i] > WIRE_CASH_NOTE_MAX)
			continue;
		report.notes[report.count] = (uint32_t)units[i];
		report.left[report.count++] = (uint32_t)(left[i] < 0 ? 0
			: left[i] > WIRE_CASH_NOTE_MAX ? WIRE_CASH_NOTE_MAX
						       : left[i]);
	}
	if (reports->off || report.count == 0 ||
	    wire_cash_write(&report, reports->stock) < 0)
		reports->stock[0] = '\0';
	else
		bank_report_send(bank);
}

void
bank_report_case(
    struct bank *bank, const struct bank_note *note, const char *why)
{
	struct bank_reports *reports = bank->reports;
	struct wire_cash report = { .is_stock = false };

	if (reports == NULL || reports->off || reports->count == CASES_MAX ||
	    wire_parse_txid(note->txid, strlen(note->txid), report.txid) != 0)
		return;
	string_copy(report.id, note->customer, sizeof(report.id));
	if (*why == '\0')
		why = note->details[NOTE_ASIDE];
	string_copy(report.words, *why != '\0' ? why : "set aside before",
	    sizeof(report.words));
	if (wire_cash_write(&report, reports->cases[reports->count]) < 0)
		return;
	reports->count++;
	if (!evtimer_pending(reports->timer, NULL))
		event_active(reports->timer, 0, 0);
}

/* The next one to send now, or "". */
static const char *
next_report(const struct bank_reports *reports)
{
	if (reports->off || evtimer_pending(reports->timer, NULL))
		return "";
	return reports->count > 0 ? reports->cases[0] : reports->stock;
}

bool
bank_report_is_due(const struct bank *bank)
{
	return bank->phase == PHASE_REPORTING ||
	    (bank->state != BANK_LINK_DOWN && !bank->in_session &&
		*next_report(bank->reports) != '\0');
}

void
bank_report_send(struct bank *bank)
{
	struct bank_reports *reports = bank->reports;
	const char *text = next_report(reports);

	if (bank->phase != PHASE_READY || bank->entry.type != 0 ||
	    bank->in_session || *text == '\0')
		return;
	string_copy(reports->sent, text, sizeof(reports->sent));
	bank->phase = PHASE_REPORTING;
	bank_send_wrapped(bank, FRAME_CASH, reports->sent);
}

/* It isn't sent again, unless the stock has changed since. */
static void
forget_sent(struct bank_reports *reports)
{
	if (reports->count > 0 &&
	    strcmp(reports->cases[0], reports->sent) == 0) {
		memmove(reports->cases[0], reports->cases[1],
		    --reports->count * sizeof(reports->cases[0]));
	} else if (strcmp(reports->stock, reports->sent) == 0)
		reports->stock[0] = '\0';
}

void
bank_report_answered(struct bank *bank, const struct frame *frame)
{
	struct bank_reports *reports = bank->reports;
	struct wire_reader reader;
	int length = bank_open_sealed(bank, frame);

	if (length < 0)
		return;
	bank_await_greeting(bank);
	bank->backoff_ms = BANK_BACKOFF_FIRST_MS;
	if (wire_read(&reader, bank->text, (size_t)length) != 0 ||
	    reader.code == wire_reply_code(WIRE_UNAVAILABLE)) {
		pause_for(reports, AGAIN_S);
		return;
	}
	reports->off = reader.code == wire_reply_code(WIRE_NOT_ALLOWED);
	if (reader.code != wire_reply_code(WIRE_NOTED))
		log_event(LOG_WARNING, "report_refused", "reply",
		    LOG_NUMBER(reader.code), NULL);
	forget_sent(reports);
}

/* A plain E settles nothing. */
void
bank_report_refused(struct bank *bank, const struct frame *frame)
{
	log_event(LOG_WARNING, "report_refused", "length",
	    LOG_NUMBER(frame->body_length), NULL);
	bank_await_greeting(bank);
	pause_for(bank->reports, LATER_S);
}

/* A bank that doesn't know the frame closes the link at once. */
void
bank_report_lost(struct bank *bank)
{
	pause_for(bank->reports, LATER_S);
}
