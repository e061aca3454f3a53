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
#include "../core/vault_state.h"

#define STALE_MS (UINT64_C(10) * 60 * 1000)
#define OUTCOMES_MAX 16 /* 404s of a session */

/* The rules in force for the customer who asks. */
static struct ledger_rules
rules_of(const struct vault *vault, const struct step *step)
{
	uint32_t rate = (uint32_t)vault_option(vault, LIMITS_RATE);

	return (struct ledger_rules) { .limits = &vault->limits,
		.now_ms = vault->now_ms,
		.minute_full = rate != 0 &&
		    rates_left(&vault->rates,
			step->accounts[STEP_CUSTOMER]->number, rate) == 0 };
}

/* Counts the customer's transaction; one that takes another back is none. */
static void
count_rate(struct vault *vault, struct step *step)
{
	if (step->entry.kind == LEDGER_REVERSAL ||
	    vault_option(vault, LIMITS_RATE) == 0)
		return;
	step->rated = rates_add(&vault->rates,
			  step->accounts[STEP_CUSTOMER]->number) == 0;
	if (!step->rated)
		batch_failed(vault, BANK_ENOMEM);
}

static enum wire_reply
book(struct vault *vault, struct step *step, enum ledger_kind kind,
    struct ledger_leg from, struct ledger_leg to)
{
	struct ledger_rules rules = rules_of(vault, step);
	struct ledger_entry *entry = &step->entry;
	enum wire_reply reply;

	*entry = (struct ledger_entry) { .kind = kind,
		.amount_cents = step->request.amount_cents };
	memcpy(entry->txid, step->request.txid, WIRE_TXID_SIZE);
	string_copy(entry->kiosk, step->kiosk->name, sizeof(entry->kiosk));
	if (kind == LEDGER_REVERSAL)
		reply = ledger_reverse(
		    entry, &step->original, from.account, to.account, &rules);
	else
		reply = ledger_book(entry, from, to, &rules);
	if (reply == WIRE_OVER_LIMIT)
		step->limit = ledger_limit_name(rules.hit);
	if (reply != WIRE_DONE)
		return reply;
	batch_append(vault, step, from.account, to.account);
	step->moved = true;
	count_rate(vault, step);
	return reply;
}

enum wire_reply
verbs_transfer(struct vault *vault, struct step *step)
{
	const struct request *request = &step->request;
	struct ledger_leg from = { step->accounts[STEP_CUSTOMER],
		request->account };
	struct ledger_leg to = { step->accounts[STEP_OTHER],
		checks_to_account(vault, request) };

	return book(vault, step, LEDGER_TRANSFER, from, to);
}

enum wire_reply
verbs_cash(struct vault *vault, struct step *step)
{
	struct ledger_leg customer = { step->accounts[STEP_CUSTOMER],
		step->request.account };
	struct ledger_leg cash = { step->accounts[STEP_BANK], WIRE_SAVINGS };

	/* Made with the kiosk's first transaction. */
	if (cash.account == NULL)
		cash.account = batch_bank_account(vault, step->ids[STEP_BANK]);
	if (cash.account == NULL)
		return WIRE_UNAVAILABLE;
	step->accounts[STEP_BANK] = cash.account;
	switch (step->request.verb->id) {
	case REQUESTS_DEPOSIT:
		return book(vault, step, LEDGER_DEPOSIT, cash, customer);
	case REQUESTS_WITHDRAW:
		return book(vault, step, LEDGER_WITHDRAW, customer, cash);
	default:
		return book(vault, step, LEDGER_REVERSAL, cash, customer);
	}
}

/*
 * What is settled, or old enough that its request is stale, needs no record;
 * anything else may still be on its way, and is refused from now on.
 */
enum wire_reply
verbs_outcome(struct vault *vault, struct step *step)
{
	const uint8_t *txid = step->request.txid;
	bool settled, record;
	int error;

	error = checks_find_txid(vault, step, txid, &step->entry, &settled);
	if (error == 0)
		return WIRE_DONE;
	if (checks_is_ahead(vault, txid))
		return WIRE_STALE;
	record = !settled && !checks_is_old(vault, txid);
	if (record && vault->mode != VAULT_NORMAL)
		return WIRE_UNAVAILABLE;
	if (step->session->outcomes >= OUTCOMES_MAX) {
		step->limit = "outcome";
		return WIRE_OVER_LIMIT;
	}
	step->session->outcomes++;
	step->counted = true;
	if (record) {
		error =
		    store_settle(vault->store, step->accounts[STEP_CUSTOMER],
			txid, vault->now_ms - STALE_MS);
		if (error != 0)
			batch_failed(vault, error);
	}
	return WIRE_NO_TRANSACTION;
}

void
verbs_after(struct vault *vault, struct step *step)
{
	const struct ledger_entry *entry = &step->entry;

	/* A repeat tells nobody anything new. */
	if (!step->moved)
		return;
	vault->counts.transactions++;
	log_event(LOG_DEBUG, "transaction", "kind",
	    LOG_TEXT(ledger_kind_name(entry->kind)), "seq",
	    LOG_NUMBER(entry->seq), "from", LOG_TEXT(entry->debit.id), "to",
	    LOG_TEXT(entry->credit.id), "amount",
	    LOG_MONEY(entry->amount_cents), "kiosk", LOG_TEXT(entry->kiosk),
	    NULL);
	notice_of_entry(vault, entry);
}
