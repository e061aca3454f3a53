/* SPDX-License-Identifier: ISC */
/*
 * C, after its seal (the vault's): what a kiosk has is kept, and what is low
 * or doubtful becomes an audit record that waits for an operator.  A kiosk can
 * be in an attacker's hands: what it reports is bounded, and moves no money.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../../shared/base/clock.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/util.h"
#include "../../store/kiosks.h"
#include "../../store/store_find.h"
#include "../../store/store_kiosks.h"
#include "../core/vault_state.h"
#include "../guard/tally.h"
#include "login_state.h"

static void
begin_audit(struct audit *audit, const struct books *books,
    const struct login *login, const char *verb)
{
	*audit = (struct audit) { .time_ms = books->now_ms };
	string_copy(audit->verb, verb, sizeof(audit->verb));
	string_copy(audit->about, login->kiosk.name, sizeof(audit->about));
}

/* Once for a note, until an operator has settled it. */
static int
note_low(struct books *books, const struct login *login, size_t i)
{
	const struct wire_cash *report = &login->text.cash;
	struct audit audit, known;
	int error;

	begin_audit(&audit, books, login, "low");
	snprintf(audit.detail, sizeof(audit.detail), "note %" PRIu32,
	    report->notes[i]);
	snprintf(audit.reason, sizeof(audit.reason), "%" PRIu32 " left",
	    report->left[i]);
	error =
	    store_find_waiting(books->store, audit.about, audit.detail, &known);
	return error == BANK_ENOTFOUND ? store_audit(books->store, &audit)
				       : error;
}

static int
put_stock(struct books *books, const struct login *login)
{
	const struct wire_cash *report = &login->text.cash;
	struct store_stock stock = { .time_ms = books->now_ms };
	uint32_t low = (uint32_t)books_option(books, KIOSKS_LOW_NOTES);
	size_t length = 0;
	int error;

	string_copy(stock.kiosk, login->kiosk.name, sizeof(stock.kiosk));
	for (size_t i = 0; i < report->count; i++)
		length += (size_t)snprintf(stock.notes + length,
		    sizeof(stock.notes) - length, "%s%" PRIu32 ":%" PRIu32,
		    i > 0 ? " " : "", report->notes[i], report->left[i]);
	error = store_stock_put(books->store, &stock);
	for (size_t i = 0; error == 0 && i < report->count; i++)
		if (report->left[i] < low)
			error = note_low(books, login, i);
	return error;
}

/* A case is told once, even if it was settled since. */
static enum wire_reply
put_case(struct books *books, const struct login *login, bool customer)
{
	const struct wire_cash *report = &login->text.cash;
	char txid[WIRE_TXID_TEXT];
	struct audit audit;
	int error;

	if (!customer)
		return WIRE_NO_RECIPIENT;
	begin_audit(&audit, books, login, "reconcile");
	wire_format_txid(report->txid, txid);
	snprintf(audit.detail, sizeof(audit.detail), "%s %s", report->id, txid);
	string_copy(audit.reason, report->words, sizeof(audit.reason));
	error =
	    store_find_case(books->store, audit.about, audit.detail, &audit);
	if (error == BANK_ENOTFOUND && login->one_too_many)
		return WIRE_UNAVAILABLE;
	if (error == BANK_ENOTFOUND)
		error = store_audit(books->store, &audit);
	if (error != 0)
		books_failed(books, error);
	return WIRE_NOTED;
}

static enum wire_reply
decide(struct books *books, const struct step *step)
{
	const struct login *login = step->subject;
	const struct store_kiosk *kiosk = NULL;
	int error;

	if (login->kiosk.enrolled)
		kiosk = kiosks_find(books->kiosks, login->kiosk.name);
	if (kiosk == NULL || !kiosk->cash)
		return WIRE_NOT_ALLOWED;
	if (!login->has_form)
		return WIRE_INCORRECT;
	if (books->mode != VAULT_NORMAL)
		return WIRE_UNAVAILABLE;
	if (!login->text.cash.is_stock)
		return put_case(
		    books, login, step->accounts[STEP_CUSTOMER] != NULL);
	if ((error = put_stock(books, login)) != 0)
		books_failed(books, error);
	return WIRE_NOTED;
}

static void
apply_cash(struct books *books, struct step *step)
{
	struct wire_writer writer;
	int length;

	step->reply = decide(books, step);
	wire_begin(&writer, step->text, sizeof(step->text), step->reply);
	length = wire_finish(&writer);
	step->length = length > 0 ? (size_t)length : 0;
}

static void
finish_cash(struct vault *vault, struct step *step)
{
	struct login *login = step->subject;
	const struct wire_cash *report = &login->text.cash;
	bool is_case = login->has_form && !report->is_stock;

	if (is_case && step->reply == WIRE_NOTED) {
		tally_add(
		    vault->logins->cases, &login->kiosk, clock_steady_ms());
		log_event(LOG_WARNING, "reconcile", "kiosk",
		    LOG_TEXT(login->kiosk.name), "id", LOG_TEXT(report->id),
		    "why", LOG_TEXT(report->words), NULL);
	}
	login_answer(vault, login, step->text, step->length);
}

static const struct step_kind cash_step = {
	.apply = apply_cash,
	.finish = finish_cash,
};

void
login_cash(struct vault *vault, struct login *login)
{
	struct step *step = batch_add(vault, &cash_step, NULL);

	login->one_too_many = tally_is_full(
	    vault->logins->cases, &login->kiosk, clock_steady_ms());
	step->subject = login;
	step->writes = true;
	step->kiosk = &login->kiosk;
	if (login->has_form && !login->text.cash.is_stock)
		step->ids[STEP_CUSTOMER] = login->text.cash.id;
}
