/* SPDX-License-Identifier: ISC */
/*
 * A lot that bank.db doesn't have, put on it: at an open, because it rode in a
 * transaction that was never committed, because bank.db's log was lost, or
 * because bank.db was put back from a copy; and later, because another host
 * made it.  By the rules that made it, and with every proof that an entry has
 * to pass.
 */
#include "sqlite_takeover.h"

#include <string.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../store_find.h"
#include "../record.h"
#include "sqlite_state.h"

static struct ledger_account *
copy_of(struct store *store, uint32_t number, int *error)
{
	struct sqlite_row *row;

	if (number == 0 || number > store->batch.accounts) {
		*error = BANK_EDAMAGED;
		return NULL;
	}
	row = sqlite_row(store, number);
	if (*error == 0)
		*error = sqlite_copy_row(store, row);
	return row->copy;
}

static struct proof_account
proof_of(const struct ledger_account *account)
{
	struct proof_account proof = { .last_seq = account->last_seq };

	memcpy(proof.cents, account->cents, sizeof(proof.cents));
	return proof;
}

static int
put_on_entry(struct store *store, struct record *record)
{
	struct ledger_entry *entry = &record->entry, withdrawal, *back = NULL;
	struct ledger_account *debit, *credit;
	struct proof_account before[2];
	int error = 0;

	debit = copy_of(store, entry->debit.number, &error);
	credit = copy_of(store, entry->credit.number, &error);
	if (error == 0 && entry->seq != store->batch.last_seq + 1)
		error = BANK_EDAMAGED;
	if (error == 0 && entry->reverses != 0) {
		error = store_find_seq(store, entry->reverses, &withdrawal);
		back = &withdrawal;
	}
	if (error != 0)
		return error == BANK_ENOTFOUND ? BANK_EDAMAGED : error;
	string_copy(entry->debit.id, debit->id, sizeof(entry->debit.id));
	string_copy(entry->credit.id, credit->id, sizeof(entry->credit.id));
	before[0] = proof_of(debit);
	before[1] = proof_of(credit);
	if (proof_money(entry, &before[0], &before[1], back) != PROOF_NONE)
		return BANK_EDAMAGED;
	/* As the rules would: the newest entry is the append's to set. */
	ledger_replay(debit, entry, NULL);
	if (credit != debit)
		ledger_replay(credit, entry, back);
	debit->last_seq = before[0].last_seq;
	credit->last_seq = before[1].last_seq;
	return store_append(store, entry, debit, credit);
}

static int
put_on_account(struct store *store, struct record *record)
{
	const struct ledger_account *told = &record->account;
	struct ledger_account *account;
	int error;

	if (told->number != store->batch.accounts + 1)
		return BANK_EDAMAGED;
	error = store_account_new(store, told->id, record->name, record->hash,
	    told->opened_ms, &account);
	if (error == 0 && account->line != told->line)
		error = BANK_EDAMAGED;
	return error == BANK_EEXIST || error == BANK_EINVAL ? BANK_EDAMAGED
							    : error;
}

static int
put_on_hash(struct store *store, struct record *record)
{
	int error = 0;
	const struct ledger_account *account =
	    copy_of(store, record->account.number, &error);

	return error != 0 ? error
			  : store_set_hash(store, account, record->hash);
}

static int
put_on_row(struct store *store, struct record *record)
{
	int error = 0;
	const struct ledger_account *told = &record->account;
	struct ledger_account *account = copy_of(store, told->number, &error);

	if (error != 0)
		return error;
	account->opened_ms = told->opened_ms;
	account->closed_ms = told->closed_ms;
	account->last_login_ms = told->last_login_ms;
	memcpy(account->own_limit, told->own_limit, sizeof(told->own_limit));
	return 0;
}

static int
put_on_settled(struct store *store, struct record *record)
{
	int error = 0;
	const struct ledger_account *account =
	    copy_of(store, record->account.number, &error);

	return error != 0
	    ? error
	    : store_settle(store, account, record->txid, record->time_ms);
}

static int
put_on_attempt(struct store *store, struct record *record)
{
	return store_attempt_put(store, &record->attempt);
}

static int
put_on_kiosk(struct store *store, struct record *record)
{
	return store_kiosk_put(store, &record->kiosk);
}

static int
put_on_audit(struct store *store, struct record *record)
{
	if (record->audit.number != store->batch.audits + 1)
		return BANK_EDAMAGED;
	return store_audit(store, &record->audit);
}

static int
put_on_flags(struct store *store, struct record *record)
{
	int error = 0;
	struct ledger_account *account =
	    copy_of(store, record->account.number, &error);

	if (error == 0)
		account->must_change = record->account.must_change;
	return error;
}

static int
put_on_stock(struct store *store, struct record *record)
{
	return store_stock_put(store, &record->stock);
}

static int
put_on_time(struct store *store, struct record *record)
{
	struct store_head *batch = &store->batch;
	int error = sqlite_write(store);

	/*
	 * It is a lease: this host's earlier start may have given out all of
	 * it, but of another's only what its records tell counts, or clocks
	 * would drive each other on.
	 */
	if (record->time_ms > batch->newest_ms && store->is_own)
		batch->newest_ms = record->time_ms;
	if (error != 0 || record->time_ms <= batch->lease_ms)
		return error;
	batch->lease_ms = record->time_ms;
	return sqlite_fail(store,
	    sqlite_connection_put_meta(
		&store->connection, "newest", (int64_t)batch->lease_ms));
}

/* Here only where bank.db is older than the leap: nobody has its effects. */
static int
put_on_leap(struct store *store, struct record *record)
{
	(void)store;
	(void)record;
	return BANK_ENOTFOUND;
}

/* Changes nothing: it is for who follows. */
static int
put_on_tell(struct store *store, struct record *record)
{
	(void)store;
	(void)record;
	return 0;
}

static int (*const put_on[RECORD_KINDS])(struct store *, struct record *) = {
	[RECORD_ENTRY] = put_on_entry,
	[RECORD_ACCOUNT] = put_on_account,
	[RECORD_HASH] = put_on_hash,
	[RECORD_ROW] = put_on_row,
	[RECORD_SETTLED] = put_on_settled,
	[RECORD_ATTEMPT] = put_on_attempt,
	[RECORD_KIOSK] = put_on_kiosk,
	[RECORD_TIME] = put_on_time,
	[RECORD_LEAP] = put_on_leap,
	[RECORD_ENTRY_TEXTS] = put_on_entry,
	[RECORD_AUDIT] = put_on_audit,
	[RECORD_TELL] = put_on_tell,
	[RECORD_FLAGS] = put_on_flags,
	[RECORD_STOCK] = put_on_stock,
};

static int
put_on_records(struct store *store, struct lot_view *view)
{
	struct lot_record bytes;
	struct record record;
	int error = 0;

	while (error == 0 && lot_next(view, &bytes)) {
		error = record_read(&bytes, &record);
		if (error == 0)
			error = put_on[record.kind](store, &record);
	}
	if (error == 0 &&
	    (store->batch.last_seq != view->head.seq ||
		memcmp(store->batch.chain, view->head.chain, CHAIN_SIZE) != 0))
		error = BANK_EDAMAGED;
	return error;
}

const char *
sqlite_lot_fault(int error)
{
	if (error == BANK_EDAMAGED)
		return "does not follow from bank.db; restore a backup";
	if (error == BANK_EINVAL)
		return "a newer bankd made it; install that one";
	if (error == BANK_ENOTFOUND)
		return "changed more than a lot holds, and bank.db is older "
		       "than that: restore a newer copy of bank.db";
	return bank_strerror(error);
}

static bool
follows(const struct store *store, const struct lot_head *head)
{
	return head->number == store->lot_number + 1 &&
	    memcmp(head->before, store->lot_digest, LOT_DIGEST) == 0;
}

int
sqlite_take_over_lot(struct store *store, struct lot_view view)
{
	int error;

	store->takes_over = true;
	store->lot_host = view.head.host;
	store->is_own = view.head.host == store->options.host;
	error = follows(store, &view.head) ? put_on_records(store, &view)
					   : BANK_EDAMAGED;
	if (error == 0) {
		store->lot_number = view.head.number;
		memcpy(store->lot_digest, view.digest, LOT_DIGEST);
		error = store_commit(store);
	} else
		store_abort(store);
	store->takes_over = false;
	return error;
}
