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
#include "../core/notice.h"
#include "../core/books.h"
#include "../core/rates.h"
#include "../core/session.h"
#include "../core/vault_core.h"

#define STALE_MS (UINT64_C(10) * 60 * 1000)
#define OUTCOMES_MAX 16 /* 404s of a session */

/* Fills in the parts of an entry that are not the ledger's. */
static struct ledger_entry *
begin_entry(struct step *step)
{
	struct ledger_entry *entry = &step->entry;

	memset(entry, 0, sizeof(*entry));
	memcpy(entry->txid, step->request.txid, WIRE_TXID_SIZE);
	string_copy(entry->kiosk, step->kiosk->name, sizeof(entry->kiosk));
	return entry;
}

/* The limits in force for the customer who asks. */
static struct ledger_limits
limits_of(const struct books *books, const struct step *step)
{
	struct ledger_limits limits = books->limits;
	uint32_t rate = (uint32_t)books_option(books, LIMITS_RATE);

	limits.minute_full = rate != 0 &&
	    rates_left(
		books->rates, step->accounts[STEP_CUSTOMER]->number, rate) == 0;
	return limits;
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
book(struct books *books, struct step *step, enum wire_reply reply,
    struct ledger_account *debit, struct ledger_account *credit,
    enum ledger_limit limit)
{
	int error;

	if (reply == WIRE_OVER_LIMIT)
		step->limit = ledger_limit_name(limit);
	if (reply != WIRE_DONE)
		return reply;
	error = store_append(books->store, &step->entry, debit, credit);
	if (error != 0)
		books_failed(books, error);
	step->moved = true;
	count_rate(books, step);
	books_touch(books, debit, NULL);
	if (credit != debit)
		books_touch(books, credit, NULL);
	return reply;
}

/* The kiosk's cash account, made with its first transaction. */
static struct ledger_account *
cash_of(struct books *books, struct step *step)
{
	if (step->accounts[STEP_BANK] == NULL)
		step->accounts[STEP_BANK] =
		    books_bank_account(books, step->ids[STEP_BANK]);
	return step->accounts[STEP_BANK];
}

enum wire_reply
verbs_transfer(struct books *books, struct step *step)
{
	const struct request *request = &step->request;
	struct ledger_account *from = step->accounts[STEP_CUSTOMER];
	struct ledger_account *to = step->accounts[STEP_OTHER];
	const struct ledger_limits limits = limits_of(books, step);
	enum ledger_limit limit = 0;
	enum wire_reply reply;

	reply = ledger_transfer(begin_entry(step), from, request->account, to,
	    checks_to_account(books, request), request->amount_cents, &limits,
	    books->now_ms, &limit);
	return book(books, step, reply, from, to, limit);
}

enum wire_reply
verbs_deposit(struct books *books, struct step *step)
{
	const struct request *request = &step->request;
	struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	struct ledger_account *cash = cash_of(books, step);
	const struct ledger_limits limits = limits_of(books, step);
	enum ledger_limit limit = 0;
	enum wire_reply reply;

	if (cash == NULL)
		return WIRE_UNAVAILABLE;
	reply =
	    ledger_deposit(begin_entry(step), cash, customer, request->account,
		request->amount_cents, &limits, books->now_ms, &limit);
	return book(books, step, reply, cash, customer, limit);
}

enum wire_reply
verbs_withdraw(struct books *books, struct step *step)
{
	const struct request *request = &step->request;
	struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	struct ledger_account *cash = cash_of(books, step);
	const struct ledger_limits limits = limits_of(books, step);
	enum ledger_limit limit = 0;
	enum wire_reply reply;

	if (cash == NULL)
		return WIRE_UNAVAILABLE;
	reply =
	    ledger_withdraw(begin_entry(step), cash, customer, request->account,
		request->amount_cents, &limits, books->now_ms, &limit);
	return book(books, step, reply, customer, cash, limit);
}

enum wire_reply
verbs_reverse(struct books *books, struct step *step)
{
	struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	struct ledger_account *cash = cash_of(books, step);
	enum ledger_limit limit = 0;
	enum wire_reply reply;

	if (cash == NULL)
		return WIRE_UNAVAILABLE;
	reply = ledger_reverse(begin_entry(step), &step->original, cash,
	    customer, &books->limits, books->now_ms, &limit);
	return book(books, step, reply, cash, customer, limit);
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
	log_event(LOG_DEBUG, "transaction", "kind",
	    LOG_TEXT(ledger_kind_name(entry->kind)), "seq",
	    LOG_NUMBER(entry->seq), "from", LOG_TEXT(entry->debit.id), "to",
	    LOG_TEXT(entry->credit.id), "amount",
	    LOG_MONEY(entry->amount_cents), "kiosk", LOG_TEXT(entry->kiosk),
	    NULL);
	notice_of_entry(vault, entry);
}
