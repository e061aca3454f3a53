/* SPDX-License-Identifier: ISC */
/*
 * The limits of a customer: whether an amount is within them, and what it
 * takes of the day's.  Pure; moves no money.
 */
#include "ledger_limits.h"

#include <assert.h>

#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "ledger.h"

#define DAY_MS UINT64_C(86400000)

/* What limits a day together with each limit of a customer. */
static const enum ledger_limit day_limit[LEDGER_LIMIT_BALANCE] = {
	[LEDGER_LIMIT_TRANSFER] = LEDGER_LIMIT_TRANSFER_DAY,
	[LEDGER_LIMIT_TRANSFER_DAY] = LEDGER_LIMIT_TRANSFER_DAY,
	[LEDGER_LIMIT_WITHDRAW] = LEDGER_LIMIT_WITHDRAW_DAY,
	[LEDGER_LIMIT_WITHDRAW_DAY] = LEDGER_LIMIT_WITHDRAW_DAY,
};

static const char *const limit_names[LEDGER_LIMIT_COUNT] = {
	[LEDGER_LIMIT_TRANSFER] = "transfer",
	[LEDGER_LIMIT_TRANSFER_DAY] = "transfer-day",
	[LEDGER_LIMIT_WITHDRAW] = "withdraw",
	[LEDGER_LIMIT_WITHDRAW_DAY] = "withdraw-day",
	[LEDGER_LIMIT_BALANCE] = "balance",
	[LEDGER_LIMIT_RATE] = "rate",
};

static_assert(
    NELEM(((struct ledger_account *)NULL)->own_limit) == LEDGER_LIMIT_BALANCE,
    "a customer's own limits are those before the balance's");

const char *
ledger_limit_name(enum ledger_limit limit)
{
	return limit_names[limit];
}

static uint32_t
day_of(uint64_t time_ms)
{
	return (uint32_t)(time_ms / DAY_MS);
}

static void
turn_day(struct ledger_account *account, uint64_t now_ms)
{
	if (account->day == day_of(now_ms))
		return;
	account->day = day_of(now_ms);
	account->day_transfer = account->day_withdraw = 0;
}

int64_t
ledger_limit_of(const struct ledger_limits *limits,
    const struct ledger_account *account, enum ledger_limit limit)
{
	int64_t cents = limits->limit[limit];

	if (limit < LEDGER_LIMIT_BALANCE && account->own_limit[limit] >= 0)
		cents = account->own_limit[limit];
	return cents < MONEY_MAX_CENTS ? cents : MONEY_MAX_CENTS;
}

/* A limit for one transaction leaves no more than its day's does. */
int64_t
ledger_left_today(const struct ledger_limits *limits,
    const struct ledger_account *account, enum ledger_limit limit,
    uint64_t now_ms)
{
	int64_t amount = ledger_limit_of(limits, account, limit);
	int64_t left, used = 0;

	if (limit == LEDGER_LIMIT_BALANCE)
		return amount;
	if (account->day == day_of(now_ms))
		used = day_limit[limit] == LEDGER_LIMIT_TRANSFER_DAY
		    ? account->day_transfer
		    : account->day_withdraw;
	left = ledger_limit_of(limits, account, day_limit[limit]) - used;
	if (left < 0)
		left = 0;
	return left < amount ? left : amount;
}

/*
 * Whether a balance has room for a change: a customer's ends at its limit,
 * the bank's own where no int64_t holds it, however unlikely.
 */
static bool
has_room(
    struct ledger_leg leg, int64_t change, const struct ledger_limits *limits)
{
	int64_t cents = leg.account->cents[leg.which], sum, most;

	if (ledger_is_own(leg.account->id))
		return !__builtin_add_overflow(cents, change, &sum);
	most = ledger_limit_of(limits, leg.account, LEDGER_LIMIT_BALANCE);
	return change <= 0 || cents <= most - change;
}

/* Which limit the one who pays has for it; LEDGER_LIMIT_BALANCE: none. */
static enum ledger_limit
payer_limit(enum ledger_kind kind, bool to_self)
{
	if (kind == LEDGER_TRANSFER && !to_self)
		return LEDGER_LIMIT_TRANSFER;
	if (kind == LEDGER_WITHDRAW)
		return LEDGER_LIMIT_WITHDRAW;
	return LEDGER_LIMIT_BALANCE;
}

enum ledger_limit
ledger_limit_hit(const struct ledger_entry *entry, struct ledger_leg from,
    struct ledger_leg to, const struct ledger_rules *rules)
{
	const struct ledger_limits *limits = rules->limits;
	const struct ledger_account *payer = from.account;
	int64_t amount_cents = entry->amount_cents;
	enum ledger_limit limit =
	    payer_limit(entry->kind, payer->number == to.account->number);

	if (limit < LEDGER_LIMIT_BALANCE) {
		if (amount_cents > ledger_limit_of(limits, payer, limit))
			return limit;
		limit = day_limit[limit];
		if (amount_cents >
		    ledger_left_today(limits, payer, limit, rules->now_ms))
			return limit;
	}
	if (!has_room(from, -amount_cents, limits) ||
	    !has_room(to, amount_cents, limits))
		return LEDGER_LIMIT_BALANCE;
	if (rules->minute_full && entry->kind != LEDGER_REVERSAL)
		return LEDGER_LIMIT_RATE;
	return LEDGER_LIMIT_COUNT;
}

void
ledger_count_day(struct ledger_account *payer, const struct ledger_entry *entry)
{
	bool to_self = entry->debit.number == entry->credit.number;
	enum ledger_limit limit = payer_limit(entry->kind, to_self);

	if (limit == LEDGER_LIMIT_BALANCE)
		return;
	turn_day(payer, entry->time_ms);
	if (limit == LEDGER_LIMIT_TRANSFER)
		payer->day_transfer += entry->amount_cents;
	else
		payer->day_withdraw += entry->amount_cents;
}

/* Notes that never came count for the limit of no day. */
void
ledger_uncount_day(
    struct ledger_account *customer, const struct ledger_entry *withdrawal)
{
	if (customer->day != day_of(withdrawal->time_ms))
		return;
	customer->day_withdraw -= withdrawal->amount_cents;
	if (customer->day_withdraw < 0)
		customer->day_withdraw = 0;
}
