/* SPDX-License-Identifier: ISC */
/*
 * The verbs that move money (the vault's): the ledger decides 402 and 429
 * and makes the entry, the store takes it into the batch.
 */
#include "verbs_money.h"

#include <string.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/util.h"
#include "checks.h"
#include "verbs.h"
#include "../core/notice.h"
#include "../core/books.h"
#include "../core/rates.h"
#include "../core/session.h"
#include "../core/vault_core.h"

#define STALE_MS (UINT64_C(10) * 60 * 1000)
#define OUTCOMES_MAX 16 /* 404s of a session */

/* The rules in force for the customer who asks. */
static struct ledger_rules
rules_of(const struct books *books, const struct step *step)
{
	uint32_t rate = (uint32_t)books_option(books, LIMITS_RATE);

	return (struct ledger_rules) { .limits = &books->limits,
		.now_ms = books->now_ms,
		.minute_full = rate != 0 &&
		    rates_left(books->rates,
			step->accounts[STEP_CUSTOMER]->number, rate) == 0 };
}

/* Counts the customer's transaction; a reversal doesn't count. */
static void
count_rate(struct books *books, struct step *step)
{
	if (step->entry.kind == LEDGER_REVERSAL ||
	    books_option(books, LIMITS_RATE) == 0)
		return;
	step->rated =
	    rates_add(books->rates, step->accounts[STEP_CUSTOMER]->number) == 0;
	if (!step->rated)
		books_failed(books, BANK_ENOMEM);
}

static enum wire_reply
book(struct books *books, struct step *step, enum ledger_kind kind,
    struct ledger_leg from, struct ledger_leg to)
{
	struct ledger_rules rules = rules_of(books, step);
	struct ledger_entry *entry = &step->entry;
	enum wire_reply reply;

	*entry = (struct ledger_entry) { .kind = kind,
		.amount_cents = step->request.amount_cents };
	memcpy(entry->txid, step->request.txid, WIRE_TXID_SIZE);
	string_copy(entry->kiosk, step->kiosk->name, sizeof(entry->kiosk));
	string_copy(entry->memo, step->request.memo, sizeof(entry->memo));
	if (kind == LEDGER_REVERSAL)
		reply = ledger_reverse(
		    entry, &step->original, from.account, to.account, &rules);
	else
		reply = ledger_book(entry, from, to, &rules);
	if (reply == WIRE_OVER_LIMIT)
		step->limit = ledger_limit_name(rules.hit);
	if (reply != WIRE_DONE)
		return reply;
	books_append(books, &step->entry, from.account, to.account);
	step->moved = true;
	count_rate(books, step);
	return reply;
}

enum wire_reply
verbs_transfer(struct books *books, struct step *step)
{
	const struct request *request = &step->request;
	struct ledger_leg from = { step->accounts[STEP_CUSTOMER],
		request->account };
	struct ledger_leg to = { step->accounts[STEP_OTHER],
		checks_to_account(books, request) };

	return book(books, step, LEDGER_TRANSFER, from, to);
}

enum wire_reply
verbs_cash(struct books *books, struct step *step)
{
	struct ledger_leg customer = { step->accounts[STEP_CUSTOMER],
		step->request.account };
	struct ledger_leg cash = { step->accounts[STEP_BANK], WIRE_SAVINGS };

	/* Made with the kiosk's first transaction. */
	if (cash.account == NULL)
		cash.account = books_bank_account(books, step->ids[STEP_BANK]);
	if (cash.account == NULL)
		return WIRE_UNAVAILABLE;
	step->accounts[STEP_BANK] = cash.account;
	switch (step->request.verb->id) {
	case REQUESTS_DEPOSIT:
		return book(books, step, LEDGER_DEPOSIT, cash, customer);
	case REQUESTS_WITHDRAW:
		return book(books, step, LEDGER_WITHDRAW, customer, cash);
	default:
		return book(books, step, LEDGER_REVERSAL, cash, customer);
	}
}

/*
 * A settled txid needs no record, nor does one so old that its request is
 * stale.  The request of any other may still be on its way: its txid is
 * settled, and the request refused from now on.
 */
enum wire_reply
verbs_outcome(struct books *books, struct step *step)
{
	const uint8_t *txid = step->request.txid;
	bool settled, record;
	int error;

	error = checks_find_txid(books, step, txid, &step->entry, &settled);
	if (error == 0)
		return WIRE_DONE;
	if (checks_is_ahead(books, txid))
		return WIRE_STALE;
	record = !settled && !checks_is_old(books, txid);
	if (record && books->mode != VAULT_NORMAL)
		return WIRE_UNAVAILABLE;
	if (step->session->outcomes >= OUTCOMES_MAX) {
		step->limit = "outcome";
		return WIRE_OVER_LIMIT;
	}
	step->session->outcomes++;
	step->counted = true;
	if (record) {
		error =
		    store_settle(books->store, step->accounts[STEP_CUSTOMER],
			txid, books->now_ms - STALE_MS);
		if (error != 0)
			books_failed(books, error);
	}
	return WIRE_NO_TRANSACTION;
}

void
verbs_after(struct vault *vault, struct step *step)
{
	const struct ledger_entry *entry = &step->entry;

	/* A repeat was logged and notified the first time. */
	if (!step->moved)
		return;
	vault_counts(vault)->transactions++;
	figures_count_entry(&vault_counts(vault)->figures, entry);
	log_event(LOG_DEBUG, "transaction", "kind",
	    LOG_TEXT(ledger_kind_name(entry->kind)), "seq",
	    LOG_NUMBER(entry->seq), "from", LOG_TEXT(entry->debit.id), "to",
	    LOG_TEXT(entry->credit.id), "amount",
	    LOG_MONEY(entry->amount_cents), "kiosk", LOG_TEXT(entry->kiosk),
	    NULL);
	notice_of_entry(vault, entry);
}
