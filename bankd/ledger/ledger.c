/* SPDX-License-Identifier: ISC */
/*
 * The rules of money, run by the vault between store_begin() and
 * store_append(): what may move, and the entry that it leaves.  Pure: no
 * I/O, no clock, no memory of its own.
 *
 * All money moves in move(), which asserts the invariants of ledger.h: what
 * leaves one account arrives at the other, and no customer's balance is out
 * of range.  Everything above it only decides whether it may be called.
 */
#include "ledger.h"

#include <assert.h>
#include <string.h>

#include "../../shared/base/money.h"

static void
fill_posting(struct ledger_posting *posting, struct ledger_leg leg)
{
	const struct ledger_account *account = leg.account;

	*posting = (struct ledger_posting) {
		.number = account->number,
		.account = leg.which,
		.cents = { account->cents[0], account->cents[1] },
		.previous_seq = account->last_seq,
	};
	memcpy(posting->id, account->id, sizeof(posting->id));
}

/* The only place where money moves. */
static void
move(struct ledger_entry *entry, struct ledger_leg from, struct ledger_leg to,
    uint64_t now_ms)
{
	int64_t before[2][2];

	memcpy(before[0], from.account->cents, sizeof(before[0]));
	memcpy(before[1], to.account->cents, sizeof(before[1]));
	from.account->cents[from.which] -= entry->amount_cents;
	to.account->cents[to.which] += entry->amount_cents;
	from.account->changed = to.account->changed = true;
	entry->time_ms = now_ms;
	entry->reverses = 0;
	fill_posting(&entry->debit, from);
	fill_posting(&entry->credit, to);
	assert(ledger_follows(entry, before[0], before[1]));
}

enum wire_reply
ledger_book(struct ledger_entry *entry, struct ledger_leg from,
    struct ledger_leg to, struct ledger_rules *rules)
{
	if (entry->amount_cents <= 0 ||
	    (from.account->number == to.account->number &&
		from.which == to.which))
		return WIRE_INCORRECT;
	if (from.account->closed_ms != 0 || to.account->closed_ms != 0)
		return WIRE_NO_RECIPIENT;
	if (!ledger_is_own(from.account->id) &&
	    from.account->cents[from.which] < entry->amount_cents)
		return WIRE_NO_FUNDS;
	rules->hit = ledger_limit_hit(entry, from, to, rules);
	if (rules->hit != LEDGER_LIMIT_COUNT)
		return WIRE_OVER_LIMIT;

	move(entry, from, to, rules->now_ms);
	ledger_count_day(from.account, entry);
	return WIRE_DONE;
}

enum wire_reply
ledger_reverse(struct ledger_entry *entry,
    const struct ledger_entry *withdrawal, struct ledger_account *cash,
    struct ledger_account *customer, struct ledger_rules *rules)
{
	struct ledger_leg from = { cash, WIRE_SAVINGS };
	struct ledger_leg to = { customer, withdrawal->debit.account };
	enum wire_reply reply;

	entry->kind = LEDGER_REVERSAL;
	entry->amount_cents = withdrawal->amount_cents;
	reply = ledger_book(entry, from, to, rules);
	if (reply != WIRE_DONE)
		return reply;
	entry->reverses = withdrawal->seq;
	ledger_uncount_day(customer, withdrawal);
	return WIRE_DONE;
}

enum wire_reply
ledger_adjust(struct ledger_entry *entry, struct ledger_account *adjust,
    struct ledger_leg customer, int64_t cents, uint64_t now_ms)
{
	struct ledger_leg own = { adjust, WIRE_SAVINGS };
	int64_t change = cents - customer.account->cents[customer.which], sum;

	if (change == 0 || cents < 0 || cents > MONEY_MAX_CENTS)
		return WIRE_INCORRECT;
	if (__builtin_sub_overflow(adjust->cents[own.which], change, &sum))
		return WIRE_OVER_LIMIT;

	entry->kind = LEDGER_ADJUST;
	entry->amount_cents = change > 0 ? change : -change;
	if (change > 0)
		move(entry, own, customer, now_ms);
	else
		move(entry, customer, own, now_ms);
	return WIRE_DONE;
}

enum wire_reply
ledger_move_cash(struct ledger_entry *entry, struct ledger_account *from,
    struct ledger_account *to, int64_t cents, uint64_t now_ms)
{
	const struct ledger_leg out = { from, WIRE_SAVINGS };
	const struct ledger_leg in = { to, WIRE_SAVINGS };
	int64_t sum;

	if (cents <= 0 || from->number == to->number)
		return WIRE_INCORRECT;
	if (__builtin_sub_overflow(from->cents[WIRE_SAVINGS], cents, &sum) ||
	    __builtin_add_overflow(to->cents[WIRE_SAVINGS], cents, &sum))
		return WIRE_OVER_LIMIT;
	entry->kind = LEDGER_CASH;
	entry->amount_cents = cents;
	move(entry, out, in, now_ms);
	return WIRE_DONE;
}

void
ledger_replay(struct ledger_account *account, const struct ledger_entry *entry,
    const struct ledger_entry *withdrawal)
{
	bool debited = entry->debit.number == account->number;
	const struct ledger_posting *posting =
	    debited ? &entry->debit : &entry->credit;

	memcpy(account->cents, posting->cents, sizeof(account->cents));
	account->last_seq = entry->seq;
	account->changed = true;
	if (debited)
		ledger_count_day(account, entry);
	else if (withdrawal != NULL)
		ledger_uncount_day(account, withdrawal);
}

/* Whose sides an entry of each kind may have. */
static bool
sides_fit(const struct ledger_entry *entry)
{
	static const struct {
		bool own_debit, own_credit, either;
	} sides[LEDGER_KIND_COUNT] = {
		[LEDGER_TRANSFER] = { false, false, false },
		[LEDGER_DEPOSIT] = { true, false, false },
		[LEDGER_WITHDRAW] = { false, true, false },
		[LEDGER_ADJUST] = { true, false, true },
		[LEDGER_REVERSAL] = { true, false, false },
		[LEDGER_CASH] = { true, true, false },
	};
	bool own_debit = ledger_is_own(entry->debit.id);
	bool own_credit = ledger_is_own(entry->credit.id);

	if (entry->kind >= LEDGER_KIND_COUNT)
		return false;
	if (sides[entry->kind].either)
		return own_debit != own_credit;
	return own_debit == sides[entry->kind].own_debit &&
	    own_credit == sides[entry->kind].own_credit;
}

bool
ledger_follows(const struct ledger_entry *entry, const int64_t debit_before[2],
    const int64_t credit_before[2])
{
	const struct ledger_posting *debit = &entry->debit;
	const struct ledger_posting *credit = &entry->credit;
	int64_t after[2][2];

	if (entry->amount_cents <= 0 || !sides_fit(entry) ||
	    debit->account > WIRE_CHECKING || credit->account > WIRE_CHECKING)
		return false;
	memcpy(after[0], debit_before, sizeof(after[0]));
	memcpy(after[1], credit_before, sizeof(after[1]));
	if (debit->number == credit->number)
		memcpy(after[1], after[0], sizeof(after[1]));
	if (__builtin_sub_overflow(after[0][debit->account],
		entry->amount_cents, &after[0][debit->account]) ||
	    __builtin_add_overflow(after[1][credit->account],
		entry->amount_cents, &after[1][credit->account]))
		return false;
	if (debit->number == credit->number) {
		if (debit->account == credit->account)
			return false;
		after[0][credit->account] = after[1][credit->account];
		after[1][debit->account] = after[0][debit->account];
	}
	return memcmp(after[0], debit->cents, sizeof(after[0])) == 0 &&
	    memcmp(after[1], credit->cents, sizeof(after[1])) == 0 &&
	    ledger_in_range(debit->id, debit->cents) &&
	    ledger_in_range(credit->id, credit->cents);
}
