/* SPDX-License-Identifier: ISC */
/*
 * The rules of money (bankd/ledger/ledger.h): each refusal at its boundary, and
 * what an entry says.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/ledger/ledger.h"
#include "../../../shared/base/money.h"
#include "../../../shared/base/util.h"

#define DAY UINT64_C(86400000)
#define NOW (UINT64_C(20000) * DAY + 5000)

static struct ledger_limits no_limits = {
	.limit = { MONEY_MAX_CENTS, MONEY_MAX_CENTS, MONEY_MAX_CENTS,
	    MONEY_MAX_CENTS, MONEY_MAX_CENTS }
};

static struct ledger_account
account(uint32_t number, const char *id, int64_t savings, int64_t checking)
{
	struct ledger_account made = { .number = number,
		.cents = { savings, checking },
		.last_seq = number * 10,
		.own_limit = { -1, -1, -1, -1 } };

	string_copy(made.id, id, sizeof(made.id));
	return made;
}

static struct ledger_rules no_rules = { .limits = &no_limits, .now_ms = NOW };

static enum wire_reply
book(struct ledger_entry *entry, enum ledger_kind kind, struct ledger_leg from,
    struct ledger_leg to, int64_t cents, struct ledger_rules *rules)
{
	entry->kind = kind;
	entry->amount_cents = cents;
	return ledger_book(entry, from, to, rules);
}

#define LEG(account, which) ((struct ledger_leg) { &(account), which })

/* A refusal must leave everything as it was. */
#define assert_refused(expected, call, a, b)                          \
	do {                                                          \
		struct ledger_account a_before = (a), b_before = (b); \
		assert_int_equal(expected, call);                     \
		assert_memory_equal(&a_before, &(a), sizeof(a));      \
		assert_memory_equal(&b_before, &(b), sizeof(b));      \
	} while (0)

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(ledger_kind_name(LEDGER_REVERSAL), "reversal");
	assert_string_equal(
	    ledger_limit_name(LEDGER_LIMIT_TRANSFER_DAY), "transfer-day");
	assert_true(ledger_is_own(":adjust"));
	assert_false(ledger_is_own("adjust"));
}

static void
test_transfer(void **state)
{
	struct ledger_account a = account(1, "chris", 1000, 500);
	struct ledger_account b = account(2, "fey", 0, 7);
	struct ledger_entry entry = { .txid = { 9 }, .kiosk = "k" };

	(void)state;
	assert_int_equal(WIRE_DONE,
	    book(&entry, LEDGER_TRANSFER, LEG(a, WIRE_SAVINGS),
		LEG(b, WIRE_CHECKING), 1000, &no_rules));
	assert_int_equal(a.cents[0], 0);
	assert_int_equal(b.cents[1], 1007);
	assert_true(a.changed && b.changed);
	assert_int_equal(entry.kind, LEDGER_TRANSFER);
	assert_int_equal(entry.time_ms, NOW);
	assert_int_equal(entry.amount_cents, 1000);
	assert_int_equal(entry.txid[0], 9);
	assert_string_equal(entry.kiosk, "k");
	assert_string_equal(entry.debit.id, "chris");
	assert_int_equal(entry.debit.account, WIRE_SAVINGS);
	assert_int_equal(entry.debit.cents[1], 500);
	assert_int_equal(entry.debit.previous_seq, 10);
	assert_int_equal(entry.credit.cents[1], 1007);
	assert_int_equal(a.day_transfer, 1000);
	assert_int_equal(b.day_transfer, 0);
	assert_int_equal(ledger_owner(&entry), 1);
}

static void
test_transfer_refusals(void **state)
{
	struct ledger_account a = account(1, "chris", 1000, 500);
	struct ledger_account b = account(2, "fey", 0, MONEY_MAX_CENTS - 10);
	struct ledger_entry entry = { 0 };
	struct ledger_limits limits = no_limits;
	struct ledger_rules rules = { .limits = &limits, .now_ms = NOW };

	(void)state;
#define TRY(amount, to)                                                 \
	book(&entry, LEDGER_TRANSFER, LEG(a, WIRE_SAVINGS), LEG(b, to), \
	    amount, &rules)
	assert_refused(WIRE_INCORRECT, TRY(0, WIRE_SAVINGS), a, b);
	assert_refused(WIRE_INCORRECT, TRY(-1, WIRE_SAVINGS), a, b);
	assert_refused(WIRE_NO_FUNDS, TRY(1001, WIRE_SAVINGS), a, b);
	assert_refused(WIRE_OVER_LIMIT, TRY(11, WIRE_CHECKING), a, b);
	assert_int_equal(rules.hit, LEDGER_LIMIT_BALANCE);
	limits.limit[LEDGER_LIMIT_TRANSFER] = 99;
	assert_refused(WIRE_OVER_LIMIT, TRY(100, WIRE_SAVINGS), a, b);
	assert_int_equal(rules.hit, LEDGER_LIMIT_TRANSFER);
	limits.limit[LEDGER_LIMIT_TRANSFER_DAY] = 98;
	assert_refused(WIRE_OVER_LIMIT, TRY(99, WIRE_SAVINGS), a, b);
	assert_int_equal(rules.hit, LEDGER_LIMIT_TRANSFER_DAY);
	limits = no_limits;
	rules.minute_full = true;
	assert_refused(WIRE_OVER_LIMIT, TRY(1, WIRE_SAVINGS), a, b);
	assert_int_equal(rules.hit, LEDGER_LIMIT_RATE);
	assert_string_equal(ledger_limit_name(rules.hit), "rate");
	/* 402 comes before 429. */
	assert_refused(WIRE_NO_FUNDS, TRY(1001, WIRE_CHECKING), a, b);
	b.closed_ms = 1;
	assert_refused(WIRE_NO_RECIPIENT, TRY(1001, WIRE_CHECKING), a, b);
	b.closed_ms = 0;
	rules.minute_full = false;
	assert_int_equal(WIRE_DONE, TRY(10, WIRE_CHECKING));
	assert_int_equal(b.cents[1], MONEY_MAX_CENTS);
#undef TRY
}

static void
test_to_oneself(void **state)
{
	struct ledger_account a = account(1, "chris", 1000, 500);
	struct ledger_limits limits = no_limits;
	struct ledger_rules rules = { .limits = &limits, .now_ms = NOW };
	struct ledger_entry entry = { 0 };

	(void)state;
	limits.limit[LEDGER_LIMIT_TRANSFER] = 1;
	assert_refused(WIRE_INCORRECT,
	    book(&entry, LEDGER_TRANSFER, LEG(a, WIRE_SAVINGS),
		LEG(a, WIRE_SAVINGS), 1, &rules),
	    a, a);
	/* No limit for one's own money. */
	assert_int_equal(WIRE_DONE,
	    book(&entry, LEDGER_TRANSFER, LEG(a, WIRE_SAVINGS),
		LEG(a, WIRE_CHECKING), 999, &rules));
	assert_int_equal(a.cents[0], 1);
	assert_int_equal(a.cents[1], 1499);
	assert_int_equal(a.day_transfer, 0);
	assert_memory_equal(
	    entry.debit.cents, entry.credit.cents, sizeof(a.cents));
}

/* A bank's cash and one customer, as each test of cash begins. */
struct till {
	struct ledger_account cash, a;
	struct ledger_limits limits;
	struct ledger_rules rules;
	struct ledger_entry entry;
};

static enum wire_reply
put(struct till *till, int64_t amount)
{
	return book(&till->entry, LEDGER_DEPOSIT, LEG(till->cash, WIRE_SAVINGS),
	    LEG(till->a, WIRE_CHECKING), amount, &till->rules);
}

static void
open_till(struct till *till)
{
	*till = (struct till) { .cash = account(1, ":cash/lobby", 0, 0),
		.a = account(2, "chris", 0, 0),
		.limits = no_limits };
	till->limits.limit[LEDGER_LIMIT_WITHDRAW] = 60;
	till->limits.limit[LEDGER_LIMIT_WITHDRAW_DAY] = 100;
	till->rules.limits = &till->limits;
	till->rules.now_ms = NOW;
	assert_int_equal(WIRE_DONE, put(till, 500));
}

static enum wire_reply
take(struct till *till, int64_t amount, uint64_t now)
{
	till->rules.now_ms = now;
	return book(&till->entry, LEDGER_WITHDRAW, LEG(till->a, WIRE_CHECKING),
	    LEG(till->cash, WIRE_SAVINGS), amount, &till->rules);
}

static enum wire_reply
take_back(struct till *till, const struct ledger_entry *old, uint64_t now)
{
	till->rules.now_ms = now;
	return ledger_reverse(
	    &till->entry, old, &till->cash, &till->a, &till->rules);
}

static void
test_cash(void **state)
{
	struct till till;

	(void)state;
	open_till(&till);
	assert_int_equal(till.cash.cents[0], -500);
	assert_int_equal(ledger_owner(&till.entry), 2);
	assert_refused(WIRE_INCORRECT, take(&till, 0, NOW), till.a, till.cash);
	assert_refused(WIRE_NO_FUNDS, take(&till, 501, NOW), till.a, till.cash);
	assert_refused(
	    WIRE_OVER_LIMIT, take(&till, 61, NOW), till.a, till.cash);
	assert_int_equal(till.rules.hit, LEDGER_LIMIT_WITHDRAW);
	assert_int_equal(WIRE_DONE, take(&till, 60, NOW));
	assert_int_equal(ledger_owner(&till.entry), 2);
	assert_int_equal(ledger_left_today(
			     &till.limits, &till.a, LEDGER_LIMIT_WITHDRAW, NOW),
	    40);
	assert_int_equal(ledger_left_today(&till.limits, &till.a,
			     LEDGER_LIMIT_WITHDRAW, NOW + DAY),
	    60);
	till.a.closed_ms = 1;
	assert_refused(
	    WIRE_NO_RECIPIENT, take(&till, 1, NOW), till.a, till.cash);
	assert_refused(WIRE_NO_RECIPIENT, put(&till, 1), till.a, till.cash);
}

static void
test_reversal(void **state)
{
	struct ledger_entry old;
	struct till till;

	(void)state;
	open_till(&till);
	assert_int_equal(WIRE_DONE, take(&till, 60, NOW));
	old = till.entry;
	old.seq = 77;
	assert_int_equal(WIRE_DONE, take_back(&till, &old, NOW + 1));
	assert_int_equal(till.entry.reverses, 77);
	assert_int_equal(till.entry.kind, LEDGER_REVERSAL);
	assert_int_equal(till.a.cents[1], 500);
	assert_int_equal(till.cash.cents[0], -500);
	/* The day has it back; yesterday's withdrawal gives today nothing. */
	assert_int_equal(till.a.day_withdraw, 0);
	assert_int_equal(WIRE_DONE, take(&till, 60, NOW));
	old = till.entry;
	old.seq = 78;
	assert_int_equal(WIRE_DONE, take(&till, 50, NOW + DAY));
	assert_refused(
	    WIRE_OVER_LIMIT, take(&till, 51, NOW + DAY), till.a, till.cash);
	assert_int_equal(till.rules.hit, LEDGER_LIMIT_WITHDRAW_DAY);
	assert_int_equal(WIRE_DONE, take_back(&till, &old, NOW + DAY));
	assert_int_equal(till.a.day_withdraw, 50);
	/* Room for the money that comes back. */
	till.a.cents[1] = MONEY_MAX_CENTS - 59;
	assert_refused(WIRE_OVER_LIMIT, take_back(&till, &old, NOW + DAY),
	    till.a, till.cash);
}

static void
test_sums_too_large(void **state)
{
	struct ledger_account cash = account(1, ":cash/x", INT64_MIN + 5, 0);
	struct ledger_account a = account(2, "chris", 100, 0);
	struct ledger_leg customer = LEG(a, WIRE_SAVINGS);
	struct ledger_leg own = LEG(cash, WIRE_SAVINGS);
	struct ledger_entry entry = { 0 };

	(void)state;
	assert_refused(WIRE_OVER_LIMIT,
	    book(&entry, LEDGER_DEPOSIT, own, customer, 6, &no_rules), a, cash);
	assert_refused(WIRE_OVER_LIMIT,
	    ledger_adjust(&entry, &cash, customer, 106, NOW), a, cash);
	cash.cents[0] = INT64_MAX - 5;
	assert_refused(WIRE_OVER_LIMIT,
	    book(&entry, LEDGER_WITHDRAW, customer, own, 6, &no_rules), a,
	    cash);
}

static void
test_adjust(void **state)
{
	struct ledger_account own = account(1, LEDGER_ADJUST_ID, 0, 0);
	struct ledger_account a = account(2, "chris", 100, 7);
	struct ledger_entry entry = { 0 };

	(void)state;
#define SET(cents) ledger_adjust(&entry, &own, LEG(a, WIRE_SAVINGS), cents, NOW)
	assert_refused(WIRE_INCORRECT, SET(100), a, own);
	assert_refused(WIRE_INCORRECT, SET(-1), a, own);
	assert_refused(WIRE_INCORRECT, SET(MONEY_MAX_CENTS + 1), a, own);
	assert_int_equal(WIRE_DONE, SET(0));
	assert_int_equal(own.cents[0], 100);
	assert_string_equal(entry.debit.id, "chris");
	assert_int_equal(WIRE_DONE, SET(MONEY_MAX_CENTS));
	assert_string_equal(entry.credit.id, "chris");
	assert_int_equal(entry.amount_cents, MONEY_MAX_CENTS);
	assert_int_equal(a.cents[1], 7);
#undef SET
}

static void
test_move_cash(void **state)
{
	struct ledger_account cash = account(1, ":cash/x", -70, 0);
	struct ledger_account safe = account(2, LEDGER_SAFE_ID, 0, 0);
	struct ledger_entry entry = { 0 };

	(void)state;
#define MOVE(cents) ledger_move_cash(&entry, &cash, &safe, cents, NOW)
	assert_refused(WIRE_INCORRECT, MOVE(0), cash, safe);
	assert_refused(WIRE_INCORRECT, MOVE(-5), cash, safe);
	assert_int_equal(
	    WIRE_INCORRECT, ledger_move_cash(&entry, &cash, &cash, 5, NOW));
	assert_int_equal(WIRE_DONE, MOVE(30));
	assert_int_equal(cash.cents[0], -100);
	assert_int_equal(safe.cents[0], 30);
	assert_int_equal(entry.kind, LEDGER_CASH);
	assert_string_equal(entry.debit.id, ":cash/x");
	assert_int_equal(ledger_owner(&entry), LEDGER_OPERATORS);
	safe.cents[0] = INT64_MAX - 5;
	assert_refused(WIRE_OVER_LIMIT, MOVE(6), cash, safe);
	safe.cents[0] = 0;
	cash.cents[0] = INT64_MIN + 5;
	assert_refused(WIRE_OVER_LIMIT, MOVE(6), cash, safe);
#undef MOVE
}

static void
test_limits(void **state)
{
	struct ledger_account a = account(1, "chris", 0, 0);
	struct ledger_limits limits = no_limits;

	(void)state;
	limits.limit[LEDGER_LIMIT_TRANSFER] = 50;
	limits.limit[LEDGER_LIMIT_TRANSFER_DAY] = 80;
	a.own_limit[LEDGER_LIMIT_TRANSFER_DAY] = 40;
	assert_int_equal(
	    ledger_limit_of(&limits, &a, LEDGER_LIMIT_TRANSFER), 50);
	assert_int_equal(
	    ledger_limit_of(&limits, &a, LEDGER_LIMIT_TRANSFER_DAY), 40);
	assert_int_equal(
	    ledger_left_today(&limits, &a, LEDGER_LIMIT_TRANSFER, NOW), 40);
	a.day = (uint32_t)(NOW / DAY);
	a.day_transfer = 41;
	assert_int_equal(
	    ledger_left_today(&limits, &a, LEDGER_LIMIT_TRANSFER_DAY, NOW), 0);
	limits.limit[LEDGER_LIMIT_BALANCE] = INT64_MAX;
	assert_int_equal(ledger_limit_of(&limits, &a, LEDGER_LIMIT_BALANCE),
	    MONEY_MAX_CENTS);
	assert_int_equal(
	    ledger_left_today(&limits, &a, LEDGER_LIMIT_BALANCE, NOW),
	    MONEY_MAX_CENTS);
	/* 0 is a limit: nothing. */
	a.own_limit[LEDGER_LIMIT_WITHDRAW] = 0;
	assert_int_equal(
	    ledger_left_today(&limits, &a, LEDGER_LIMIT_WITHDRAW, NOW), 0);
}

static void
test_follows(void **state)
{
	struct ledger_account a = account(1, "chris", 1000, 500);
	struct ledger_account b = account(2, "fey", 0, 7);
	struct ledger_entry good = { 0 }, bad;
	const int64_t before_a[2] = { 1000, 500 }, before_b[2] = { 0, 7 };

	(void)state;
	book(&good, LEDGER_TRANSFER, LEG(a, WIRE_SAVINGS),
	    LEG(b, WIRE_CHECKING), 10, &no_rules);
	assert_true(ledger_follows(&good, before_a, before_b));
	assert_false(ledger_follows(&good, before_b, before_a));
#define BROKEN(change)                                                  \
	do {                                                            \
		bad = good;                                             \
		change;                                                 \
		assert_false(ledger_follows(&bad, before_a, before_b)); \
	} while (0)
	BROKEN(bad.amount_cents++);
	BROKEN(bad.amount_cents = 0);
	BROKEN(bad.amount_cents = -bad.amount_cents);
	BROKEN(bad.amount_cents = INT64_MIN);
	BROKEN(bad.debit.cents[1]++);
	BROKEN(bad.credit.cents[0]--);
	BROKEN(bad.credit.cents[1]++);
	BROKEN(bad.debit.account = WIRE_CHECKING);
	BROKEN(bad.credit.account = (enum wire_account)2);
	BROKEN(bad.kind = LEDGER_KIND_COUNT);
	BROKEN(bad.kind = LEDGER_DEPOSIT);
	BROKEN(strcpy(bad.debit.id, ":cash/x"));
	BROKEN(bad.credit.number = bad.debit.number);
#undef BROKEN
}

/* An entry as it would have to be, by hand, of what was before. */
static bool
would_follow(enum ledger_kind kind, const char *debit_id,
    const int64_t debit[2], const char *credit_id, const int64_t credit[2],
    enum wire_account which, int64_t amount_cents)
{
	struct ledger_entry entry = { .kind = kind,
		.amount_cents = amount_cents,
		.debit = { .number = 1,
		    .account = which,
		    .cents = { debit[0], debit[1] } },
		.credit = { .number = 2,
		    .account = which,
		    .cents = { credit[0], credit[1] } } };

	string_copy(entry.debit.id, debit_id, sizeof(entry.debit.id));
	string_copy(entry.credit.id, credit_id, sizeof(entry.credit.id));
	(void)__builtin_sub_overflow(
	    debit[which], amount_cents, &entry.debit.cents[which]);
	(void)__builtin_add_overflow(
	    credit[which], amount_cents, &entry.credit.cents[which]);
	return ledger_follows(&entry, debit, credit);
}

/* Sums that are right, and balances that may not be. */
static void
test_out_of_range(void **state)
{
	const int64_t some[2] = { 50, 50 }, none[2] = { 0, 0 };
	const int64_t full[2] = { MONEY_MAX_CENTS, MONEY_MAX_CENTS };
	const int64_t least[2] = { INT64_MIN, 0 }, most[2] = { INT64_MAX, 0 };
	const int64_t second[2] = { 0, 1 };

	(void)state;
#define TRY(kind, debit_id, debit, credit_id, credit, which, amount) \
	would_follow(kind, debit_id, debit, credit_id, credit, which, amount)
	for (enum wire_account i = WIRE_SAVINGS; i <= WIRE_CHECKING; i++) {
		assert_true(TRY(LEDGER_TRANSFER, "a", some, "b", none, i, 50));
		assert_false(TRY(LEDGER_TRANSFER, "a", some, "b", none, i, 51));
		assert_false(TRY(LEDGER_TRANSFER, "a", some, "b", full, i, 1));
		assert_false(TRY(LEDGER_TRANSFER, "a", full, "b", full, i, 1));
		assert_false(TRY(LEDGER_TRANSFER, "a", some, ":b", none, i, 1));
	}
	assert_true(TRY(LEDGER_DEPOSIT, ":c", none, "b", none, 0, 9));
	/* The bank's own have one balance, and a sum that must be a number. */
	assert_false(TRY(LEDGER_DEPOSIT, ":c", second, "b", none, 0, 9));
	assert_false(TRY(LEDGER_DEPOSIT, ":c", none, "b", none, 1, 9));
	assert_false(TRY(LEDGER_DEPOSIT, ":c", least, "b", none, 0, 9));
	assert_false(TRY(LEDGER_WITHDRAW, "a", some, ":c", most, 0, 9));
	assert_false(TRY(LEDGER_WITHDRAW, "a", some, ":c", second, 0, 9));
	assert_false(TRY(LEDGER_ADJUST, "a", some, "b", none, 0, 9));
	assert_false(TRY(LEDGER_ADJUST, ":a", none, ":b", none, 0, 9));
	assert_true(TRY(LEDGER_CASH, ":a", none, ":b", none, 0, 9));
	assert_false(TRY(LEDGER_CASH, ":a", none, ":b", none, 1, 9));
	assert_false(TRY(LEDGER_CASH, ":a", none, "b", none, 0, 9));
	assert_false(TRY(LEDGER_CASH, "a", some, ":b", none, 0, 9));
#undef TRY
}

/* Each refusal that the tests above take with another one. */
static void
test_lone_refusals(void **state)
{
	struct ledger_account cash = account(1, ":cash/x", 0, 0);
	struct ledger_account a = account(2, "chris", 100, 0);
	struct ledger_account b = account(3, "fey", 0, 0);
	struct ledger_leg customer = LEG(a, WIRE_SAVINGS);
	struct ledger_leg own = LEG(cash, WIRE_SAVINGS);
	struct ledger_rules rules = no_rules;
	struct ledger_entry entry = { 0 }, taken = { 0 };

	(void)state;
#define DEPOSIT(cents) \
	book(&entry, LEDGER_DEPOSIT, own, customer, cents, &rules)
#define REVERSE() ledger_reverse(&entry, &taken, &cash, &a, &rules)
	assert_refused(WIRE_INCORRECT, DEPOSIT(0), a, cash);
	assert_int_equal(WIRE_DONE,
	    book(&taken, LEDGER_WITHDRAW, customer, own, 30, &rules));
	a.closed_ms = 1;
	assert_refused(WIRE_NO_RECIPIENT,
	    book(&entry, LEDGER_TRANSFER, customer, LEG(b, WIRE_SAVINGS), 1,
		&rules),
	    a, b);
	assert_refused(WIRE_NO_RECIPIENT, REVERSE(), a, cash);
	a.closed_ms = 0;
	a.cents[0] = MONEY_MAX_CENTS - 29;
	assert_refused(WIRE_OVER_LIMIT, REVERSE(), a, cash);
	assert_refused(WIRE_OVER_LIMIT, DEPOSIT(30), a, cash);
	a.cents[0] = 70;
	cash.cents[0] = INT64_MIN + 29;
	assert_refused(WIRE_OVER_LIMIT, REVERSE(), a, cash);
	assert_int_equal(rules.hit, LEDGER_LIMIT_BALANCE);
	cash.cents[0] = 30;
	/* A full minute holds what begins, not what is taken back. */
	rules.minute_full = true;
	assert_refused(WIRE_OVER_LIMIT, DEPOSIT(30), a, cash);
	assert_int_equal(rules.hit, LEDGER_LIMIT_RATE);
	/* More than the day has left to give back: nothing, not less. */
	a.day_withdraw = 10;
	assert_int_equal(WIRE_DONE, REVERSE());
#undef DEPOSIT
#undef REVERSE
	assert_int_equal(a.day_withdraw, 0);
	/* Both sides of one account are one account's. */
	taken = (struct ledger_entry) { .kind = LEDGER_TRANSFER,
		.amount_cents = 1,
		.debit = { .number = 2, .id = "chris", .cents = { 101, 0 } },
		.credit = { .number = 2, .id = "chris", .cents = { 101, 0 } } };
	assert_false(ledger_follows(&taken, a.cents, a.cents));
	taken.debit.account = (enum wire_account)2;
	assert_false(ledger_follows(&taken, a.cents, a.cents));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_transfer),
		cmocka_unit_test(test_transfer_refusals),
		cmocka_unit_test(test_to_oneself),
		cmocka_unit_test(test_cash),
		cmocka_unit_test(test_reversal),
		cmocka_unit_test(test_sums_too_large),
		cmocka_unit_test(test_adjust),
		cmocka_unit_test(test_move_cash),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_follows),
		cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_lone_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
