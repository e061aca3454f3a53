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
#include "../../shared/base/util.h"

#define DAY_MS UINT64_C(86400000)

static const char *const limit_names[LEDGER_LIMIT_COUNT] = {
	[LEDGER_LIMIT_TRANSFER] = "transfer",
	[LEDGER_LIMIT_TRANSFER_DAY] = "transfer-day",
	[LEDGER_LIMIT_WITHDRAW] = "withdraw",
	[LEDGER_LIMIT_WITHDRAW_DAY] = "withdraw-day",
	[LEDGER_LIMIT_BALANCE] = "balance",
	[LEDGER_LIMIT_RATE] = "rate",
};

static const char *const kind_names[LEDGER_KIND_COUNT] = {
	[LEDGER_TRANSFER] = "transfer",
	[LEDGER_DEPOSIT] = "deposit",
	[LEDGER_WITHDRAW] = "withdraw",
	[LEDGER_ADJUST] = "adjust",
	[LEDGER_REVERSAL] = "reversal",
};

static_assert(
    NELEM(((struct ledger_account *)NULL)->own_limit) == LEDGER_LIMIT_BALANCE,
    "a customer's own limits are those before the balance's");

const char *
ledger_limit_name(enum ledger_limit limit)
{
	return limit_names[limit];
}

const char *
ledger_kind_name(enum ledger_kind kind)
{
	return kind_names[kind];
}

bool
ledger_is_own(const char *id)
{
	return id[0] == ':';
}

uint32_t
ledger_owner(const struct ledger_entry *entry)
{
	/* No customer can ask for these: the latter has no kiosk. */
	if (entry->kind == LEDGER_ADJUST ||
	    (entry->kind == LEDGER_REVERSAL && entry->kiosk[0] == '\0'))
		return LEDGER_OPERATORS;
	if (entry->kind == LEDGER_DEPOSIT || entry->kind == LEDGER_REVERSAL)
		return entry->credit.number;
	return entry->debit.number;
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
	static const enum ledger_limit day_limit[LEDGER_LIMIT_BALANCE] = {
		[LEDGER_LIMIT_TRANSFER] = LEDGER_LIMIT_TRANSFER_DAY,
		[LEDGER_LIMIT_TRANSFER_DAY] = LEDGER_LIMIT_TRANSFER_DAY,
		[LEDGER_LIMIT_WITHDRAW] = LEDGER_LIMIT_WITHDRAW_DAY,
		[LEDGER_LIMIT_WITHDRAW_DAY] = LEDGER_LIMIT_WITHDRAW_DAY,
	};
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

bool
ledger_in_range(const char *id, const int64_t cents[2])
{
	if (ledger_is_own(id))
		return cents[WIRE_CHECKING] == 0;
	return cents[0] >= 0 && cents[0] <= MONEY_MAX_CENTS && cents[1] >= 0 &&
	    cents[1] <= MONEY_MAX_CENTS;
}

static void
fill_posting(struct ledger_posting *posting,
    const struct ledger_account *account, enum wire_account which)
{
	*posting = (struct ledger_posting) {
		.number = account->number,
		.account = which,
		.cents = { account->cents[0], account->cents[1] },
		.previous_seq = account->last_seq,
	};
	memcpy(posting->id, account->id, sizeof(posting->id));
}

/* The only place where money moves. */
static void
move(struct ledger_entry *entry, enum ledger_kind kind,
    struct ledger_account *debit, enum wire_account debit_account,
    struct ledger_account *credit, enum wire_account credit_account,
    int64_t amount_cents, uint64_t now_ms)
{
	int64_t before[2][2];

	memcpy(before[0], debit->cents, sizeof(before[0]));
	memcpy(before[1], credit->cents, sizeof(before[1]));
	debit->cents[debit_account] -= amount_cents;
	credit->cents[credit_account] += amount_cents;
	debit->changed = credit->changed = true;
	entry->kind = kind;
	entry->time_ms = now_ms;
	entry->amount_cents = amount_cents;
	entry->reverses = 0;
	fill_posting(&entry->debit, debit, debit_account);
	fill_posting(&entry->credit, credit, credit_account);
	assert(ledger_follows(entry, before[0], before[1]));
}

/* A sum that no int64_t holds can't be booked, however unlikely. */
static bool
overflows(const struct ledger_account *account, enum wire_account which,
    int64_t change)
{
	int64_t cents;

	return __builtin_add_overflow(account->cents[which], change, &cents);
}

static enum wire_reply
over(enum ledger_limit which, enum ledger_limit *limit)
{
	*limit = which;
	return WIRE_OVER_LIMIT;
}

/* Whether `amount` more fits into a customer's balance. */
static bool
has_room(const struct ledger_limits *limits,
    const struct ledger_account *account, enum wire_account which,
    int64_t amount_cents)
{
	int64_t most = ledger_limit_of(limits, account, LEDGER_LIMIT_BALANCE);

	return account->cents[which] <= most - amount_cents;
}

enum wire_reply
ledger_transfer(struct ledger_entry *entry, struct ledger_account *from,
    enum wire_account from_account, struct ledger_account *to,
    enum wire_account to_account, int64_t amount_cents,
    const struct ledger_limits *limits, uint64_t now_ms,
    enum ledger_limit *limit)
{
	bool to_self = from->number == to->number;

	if (amount_cents <= 0 || (to_self && from_account == to_account))
		return WIRE_INCORRECT;
	if (to->closed_ms != 0 || from->closed_ms != 0)
		return WIRE_NO_RECIPIENT;
	if (from->cents[from_account] < amount_cents)
		return WIRE_NO_FUNDS;
	if (!to_self &&
	    amount_cents > ledger_limit_of(limits, from, LEDGER_LIMIT_TRANSFER))
		return over(LEDGER_LIMIT_TRANSFER, limit);
	if (!to_self &&
	    amount_cents > ledger_left_today(
			       limits, from, LEDGER_LIMIT_TRANSFER_DAY, now_ms))
		return over(LEDGER_LIMIT_TRANSFER_DAY, limit);
	if (!has_room(limits, to, to_account, amount_cents))
		return over(LEDGER_LIMIT_BALANCE, limit);
	if (limits->minute_full)
		return over(LEDGER_LIMIT_RATE, limit);

	move(entry, LEDGER_TRANSFER, from, from_account, to, to_account,
	    amount_cents, now_ms);
	if (!to_self) {
		turn_day(from, now_ms);
		from->day_transfer += amount_cents;
	}
	return WIRE_DONE;
}

enum wire_reply
ledger_deposit(struct ledger_entry *entry, struct ledger_account *cash,
    struct ledger_account *customer, enum wire_account account,
    int64_t amount_cents, const struct ledger_limits *limits, uint64_t now_ms,
    enum ledger_limit *limit)
{
	if (amount_cents <= 0)
		return WIRE_INCORRECT;
	if (customer->closed_ms != 0)
		return WIRE_NO_RECIPIENT;
	if (!has_room(limits, customer, account, amount_cents) ||
	    overflows(cash, WIRE_SAVINGS, -amount_cents))
		return over(LEDGER_LIMIT_BALANCE, limit);
	if (limits->minute_full)
		return over(LEDGER_LIMIT_RATE, limit);

	move(entry, LEDGER_DEPOSIT, cash, WIRE_SAVINGS, customer, account,
	    amount_cents, now_ms);
	return WIRE_DONE;
}

enum wire_reply
ledger_withdraw(struct ledger_entry *entry, struct ledger_account *cash,
    struct ledger_account *customer, enum wire_account account,
    int64_t amount_cents, const struct ledger_limits *limits, uint64_t now_ms,
    enum ledger_limit *limit)
{
	if (amount_cents <= 0)
		return WIRE_INCORRECT;
	if (customer->closed_ms != 0)
		return WIRE_NO_RECIPIENT;
	if (customer->cents[account] < amount_cents)
		return WIRE_NO_FUNDS;
	if (amount_cents >
	    ledger_limit_of(limits, customer, LEDGER_LIMIT_WITHDRAW))
		return over(LEDGER_LIMIT_WITHDRAW, limit);
	if (amount_cents > ledger_left_today(limits, customer,
			       LEDGER_LIMIT_WITHDRAW_DAY, now_ms))
		return over(LEDGER_LIMIT_WITHDRAW_DAY, limit);
	if (overflows(cash, WIRE_SAVINGS, amount_cents))
		return over(LEDGER_LIMIT_BALANCE, limit);
	if (limits->minute_full)
		return over(LEDGER_LIMIT_RATE, limit);

	move(entry, LEDGER_WITHDRAW, customer, account, cash, WIRE_SAVINGS,
	    amount_cents, now_ms);
	turn_day(customer, now_ms);
	customer->day_withdraw += amount_cents;
	return WIRE_DONE;
}

/* Notes that never came count for the limit of no day. */
static void
forget_withdrawal(
    struct ledger_account *customer, const struct ledger_entry *withdrawal)
{
	if (customer->day != day_of(withdrawal->time_ms))
		return;
	customer->day_withdraw -= withdrawal->amount_cents;
	if (customer->day_withdraw < 0)
		customer->day_withdraw = 0;
}

enum wire_reply
ledger_reverse(struct ledger_entry *entry,
    const struct ledger_entry *withdrawal, struct ledger_account *cash,
    struct ledger_account *customer, const struct ledger_limits *limits,
    uint64_t now_ms, enum ledger_limit *limit)
{
	int64_t amount_cents = withdrawal->amount_cents;
	enum wire_account account = withdrawal->debit.account;
	uint64_t reversed_seq = withdrawal->seq;

	if (customer->closed_ms != 0)
		return WIRE_NO_RECIPIENT;
	if (!has_room(limits, customer, account, amount_cents) ||
	    overflows(cash, WIRE_SAVINGS, -amount_cents))
		return over(LEDGER_LIMIT_BALANCE, limit);

	move(entry, LEDGER_REVERSAL, cash, WIRE_SAVINGS, customer, account,
	    amount_cents, now_ms);
	entry->reverses = reversed_seq;
	forget_withdrawal(customer, withdrawal);
	return WIRE_DONE;
}

enum wire_reply
ledger_adjust(struct ledger_entry *entry, struct ledger_account *adjust,
    struct ledger_account *customer, enum wire_account account, int64_t cents,
    uint64_t now_ms)
{
	int64_t change = cents - customer->cents[account];

	if (change == 0 || cents < 0 || cents > MONEY_MAX_CENTS)
		return WIRE_INCORRECT;
	if (overflows(adjust, WIRE_SAVINGS, -change))
		return WIRE_OVER_LIMIT;

	if (change > 0)
		move(entry, LEDGER_ADJUST, adjust, WIRE_SAVINGS, customer,
		    account, change, now_ms);
	else
		move(entry, LEDGER_ADJUST, customer, account, adjust,
		    WIRE_SAVINGS, -change, now_ms);
	return WIRE_DONE;
}

void
ledger_replay(struct ledger_account *account, const struct ledger_entry *entry,
    const struct ledger_entry *withdrawal)
{
	bool debited = entry->debit.number == account->number;
	bool credited = entry->credit.number == account->number;
	const struct ledger_posting *posting =
	    debited ? &entry->debit : &entry->credit;

	memcpy(account->cents, posting->cents, sizeof(account->cents));
	account->last_seq = entry->seq;
	account->changed = true;
	if (entry->kind == LEDGER_TRANSFER && debited && !credited) {
		turn_day(account, entry->time_ms);
		account->day_transfer += entry->amount_cents;
	} else if (entry->kind == LEDGER_WITHDRAW && debited) {
		turn_day(account, entry->time_ms);
		account->day_withdraw += entry->amount_cents;
	} else if (withdrawal != NULL && credited)
		forget_withdrawal(account, withdrawal);
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
