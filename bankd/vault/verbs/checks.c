/* SPDX-License-Identifier: ISC */
/*
 * The checks of a request (the vault's), in the protocol's order.  They read
 * the store and the copies of accounts and change nothing; only the 404 of a V
 * settles its txid.
 */
#include "checks.h"

#include <string.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "verbs.h"
#include "../../store/kiosks.h"
#include "../../store/store_find.h"
#include "../../store/store_kiosks.h"
#include "../core/books.h"
#include "../core/session.h"

#define MS UINT64_C(1000)
#define STALE_MS (10 * 60 * MS)

static bool
has(const struct step *step, enum request_trait trait)
{
	return (step->request.verb->traits & (unsigned)trait) != 0;
}

bool
checks_is_old(const struct books *books, const uint8_t *txid)
{
	return wire_txid_ms(txid) + STALE_MS < books->now_ms;
}

bool
checks_is_ahead(const struct books *books, const uint8_t *txid)
{
	return wire_txid_ms(txid) > books->now_ms + STALE_MS;
}

static bool
is_zero(const uint8_t txid[WIRE_TXID_SIZE])
{
	static const uint8_t zero[WIRE_TXID_SIZE];

	return memcmp(txid, zero, sizeof(zero)) == 0;
}

int
checks_find_txid(struct books *books, const struct step *step,
    const uint8_t txid[WIRE_TXID_SIZE], struct ledger_entry *entry,
    bool *settled)
{
	const struct ledger_account *owner = step->accounts[STEP_CUSTOMER];
	int error;

	*settled = false;
	if (owner == NULL || is_zero(txid))
		return BANK_ENOTFOUND;
	error = store_find_txid(books->store, owner, txid, entry, settled);
	if (error != 0 && error != BANK_ENOTFOUND)
		books_failed(books, error);
	return error;
}

enum wire_account
checks_to_account(const struct books *books, const struct request *request)
{
	/* In the order of the choices in options.c. */
	enum { CREDIT_CHECKING, CREDIT_SAVINGS, CREDIT_SAME };
	int64_t configured = books_option(books, BANK_CREDIT_ACCOUNT);

	if (request->has_to_account)
		return request->to_account;
	if (configured == CREDIT_SAME)
		return request->account;
	return configured == CREDIT_SAVINGS ? WIRE_SAVINGS : WIRE_CHECKING;
}

static bool
to_itself(const struct books *books, const struct step *step)
{
	const struct request *request = &step->request;

	return has(step, REQUEST_RECIPIENT) &&
	    strcmp(request->recipient, step->ids[STEP_CUSTOMER]) == 0 &&
	    checks_to_account(books, request) == request->account;
}

/*
 * Finds the withdrawal that the step names, if this kiosk made it; else
 * original.seq is 0.
 */
static void
find_original(struct books *books, struct step *step)
{
	struct ledger_entry *original = &step->original;
	bool settled;

	if (checks_find_txid(books, step, step->request.withdrawal, original,
		&settled) != 0 ||
	    original->kind != LEDGER_WITHDRAW || !step->kiosk->enrolled ||
	    strcmp(original->kiosk, step->kiosk->name) != 0)
		original->seq = 0;
}

/* Whether this request, carried out, makes the same entry. */
static bool
is_same(const struct step *step, const struct ledger_entry *entry)
{
	const struct request *request = &step->request;
	const struct ledger_account *customer = step->accounts[STEP_CUSTOMER];

	if (has(step, REQUEST_REVERSES))
		return entry->kind == LEDGER_REVERSAL &&
		    step->original.seq != 0 &&
		    entry->reverses == step->original.seq;
	if (entry->amount_cents != request->amount_cents)
		return false;
	if (has(step, REQUEST_RECIPIENT))
		return entry->kind == LEDGER_TRANSFER &&
		    entry->debit.number == customer->number &&
		    entry->debit.account == request->account &&
		    strcmp(entry->credit.id, request->recipient) == 0 &&
		    strcmp(entry->memo, request->memo) == 0 &&
		    (!request->has_to_account ||
			entry->credit.account == request->to_account);
	if (step->request.verb->id == REQUESTS_DEPOSIT)
		return entry->kind == LEDGER_DEPOSIT &&
		    entry->credit.account == request->account;
	return entry->kind == LEDGER_WITHDRAW &&
	    entry->debit.account == request->account;
}

/*
 * V has no txid, nor has the reversal that it makes.  A reversal that an
 * operator made answers a V as well.
 */
static enum wire_reply
known_reversal(struct books *books, struct step *step)
{
	if (step->original.seq != 0 &&
	    store_find_reversal(
		books->store, step->original.seq, &step->entry) == 0 &&
	    (is_zero(step->entry.txid) ||
		ledger_owner(&step->entry) == LEDGER_OPERATORS))
		return WIRE_DONE;
	return STEP_GO_ON;
}

/*
 * A repeat is answered before anything that may have changed is looked at,
 * even before the configuration says where a transfer lands.
 */
static enum wire_reply
check_known(struct books *books, struct step *step)
{
	enum wire_reply refused;
	bool settled;
	int error;

	if (has(step, REQUEST_REVERSES))
		find_original(books, step);
	if (step->request.verb->id == REQUESTS_REVERSAL)
		return known_reversal(books, step);
	if (!has(step, REQUEST_MOVES))
		return STEP_GO_ON;
	error = checks_find_txid(
	    books, step, step->request.txid, &step->entry, &settled);
	if (error == 0 && is_same(step, &step->entry))
		return WIRE_DONE;
	refused = refusals_find(
	    &step->session->refusals, &step->request, &step->limit);
	if (error != 0 && !settled && refused != STEP_GO_ON &&
	    refused != WIRE_TXID_USED)
		return refused;
	if (to_itself(books, step))
		return WIRE_INCORRECT;
	return error == 0 || settled ? WIRE_TXID_USED : refused;
}

/*
 * A session that can't keep another refusal takes no new transaction; that
 * there is no memory for it is no limit of the customer's.
 */
static enum wire_reply
check_refusals(struct books *books, struct step *step)
{
	(void)books;
	if (!has(step, REQUEST_MOVES) ||
	    !refusals_full(&step->session->refusals))
		return STEP_GO_ON;
	if (step->session->refusals.lost)
		return WIRE_UNAVAILABLE;
	step->limit = "refused";
	return WIRE_OVER_LIMIT;
}

static enum wire_reply
check_stale(struct books *books, struct step *step)
{
	const struct request *request = &step->request;

	if (request->verb->id == REQUESTS_REVERSAL)
		return checks_is_ahead(books, request->withdrawal) ? WIRE_STALE
								   : STEP_GO_ON;
	if (has(step, REQUEST_MOVES) &&
	    (checks_is_old(books, request->txid) ||
		checks_is_ahead(books, request->txid)))
		return WIRE_STALE;
	return STEP_GO_ON;
}

/* With an operator's password a session may only get its own. */
static bool
has_own_password(const struct step *step)
{
	const struct ledger_account *customer = step->accounts[STEP_CUSTOMER];

	switch (step->request.verb->id) {
	case REQUESTS_PASSWORD:
	case REQUESTS_PING:
	case REQUESTS_EXIT:
	case REQUESTS_REVERSAL:
		return true;
	default:
		return customer == NULL || !customer->must_change;
	}
}

static enum wire_reply
check_allowed(struct books *books, struct step *step)
{
	const struct store_kiosk *kiosk = NULL;

	if (!has_own_password(step))
		return WIRE_NOT_ALLOWED;
	if (!has(step, REQUEST_CASH) && !has(step, REQUEST_REVERSES))
		return STEP_GO_ON;
	if (step->kiosk->enrolled)
		kiosk = kiosks_find(books->kiosks, step->kiosk->name);
	if (kiosk == NULL || (has(step, REQUEST_CASH) && !kiosk->cash))
		return WIRE_NOT_ALLOWED;
	return STEP_GO_ON;
}

static enum wire_reply
check_available(struct books *books, struct step *step)
{
	if (has(step, REQUEST_WRITES) && books->mode != VAULT_NORMAL)
		return WIRE_UNAVAILABLE;
	return STEP_GO_ON;
}

/* Settles the txid, as OUTCOME does: a late withdrawal can't be booked. */
static void
settle_withdrawal(struct books *books, const struct step *step)
{
	const struct ledger_account *owner = step->accounts[STEP_CUSTOMER];
	const uint8_t *txid = step->request.withdrawal;
	struct ledger_entry entry;
	bool settled;
	int error;

	if (owner == NULL || checks_is_old(books, txid) ||
	    checks_find_txid(books, step, txid, &entry, &settled) == 0 ||
	    settled)
		return;
	error =
	    store_settle(books->store, owner, txid, books->now_ms - STALE_MS);
	if (error != 0)
		books_failed(books, error);
}

static enum wire_reply
check_exists(struct books *books, struct step *step)
{
	const struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	const struct ledger_account *other = step->accounts[STEP_OTHER];

	if (has(step, REQUEST_RECIPIENT) &&
	    (other == NULL || other->closed_ms != 0))
		return WIRE_NO_RECIPIENT;
	if (has(step, REQUEST_REVERSES) &&
	    (customer == NULL || customer->closed_ms != 0 ||
		step->original.seq == 0)) {
		if (step->request.verb->id == REQUESTS_REVERSAL)
			settle_withdrawal(books, step);
		return WIRE_NO_TRANSACTION;
	}
	return STEP_GO_ON;
}

static enum wire_reply
check_window(struct books *books, struct step *step)
{
	uint64_t window_ms =
	    (uint64_t)books_option(books, LIMITS_REVERSAL_WINDOW) * MS;

	if (has(step, REQUEST_REVERSES) &&
	    books->now_ms > step->original.time_ms + window_ms)
		return WIRE_NOT_ALLOWED;
	return STEP_GO_ON;
}

static enum wire_reply
check_obstacle(struct books *books, struct step *step)
{
	const struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	struct ledger_entry entry;

	if (has(step, REQUEST_REVERSES) &&
	    store_find_reversal(books->store, step->original.seq, &entry) == 0)
		return WIRE_ALREADY_REVERSED;
	if (step->request.verb->id == REQUESTS_CLOSE &&
	    (customer->cents[WIRE_SAVINGS] != 0 ||
		customer->cents[WIRE_CHECKING] != 0))
		return WIRE_NOT_EMPTY;
	return STEP_GO_ON;
}

check *const checks[] = {
	check_known,     /* its first outcome, 422 or 409; always the first */
	check_refusals,  /* 429 */
	check_stale,     /* 422 */
	check_allowed,   /* 403 */
	check_available, /* 503 */
	check_exists,    /* 404 */
	check_window,    /* 403 */
	check_obstacle,  /* 409 */
};
const size_t checks_count = NELEM(checks);
