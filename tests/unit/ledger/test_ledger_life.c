/* SPDX-License-Identifier: ISC */
/*
 * A random life under the rules of money (bankd/ledger/ledger.h): it keeps
 * every cent, and what replay makes of its entries is what the rules made.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/ledger/ledger.h"
#include "../../../shared/base/money.h"
#include "../../../shared/base/util.h"
#include "../../lib/store_fixture.h"

enum { CUSTOMERS = 5, STEPS = 20000, CASH = 0, ADJUST = 1, FIRST = 2 };

/* A random life: accounts, the first two the bank's own, and entries. */
static struct life {
	struct ledger_account accounts[FIRST + CUSTOMERS];
	struct ledger_entry entries[STEPS];
	struct ledger_limits limits;
	uint64_t now, seq;
} life;

/* What one step does: from, to and what came of it. */
struct step {
	struct ledger_entry *entry;
	struct ledger_account *from, *to;
	enum wire_account account;
	int64_t amount;
};

static struct ledger_rules
rules_now(void)
{
	return (
	    struct ledger_rules) { .limits = &life.limits, .now_ms = life.now };
}

static enum wire_reply
book(struct step *step, enum ledger_kind kind, enum wire_account from,
    enum wire_account to)
{
	struct ledger_rules rules = rules_now();

	step->entry->kind = kind;
	step->entry->amount_cents = step->amount;
	return ledger_book(step->entry,
	    (struct ledger_leg) { step->from, from },
	    (struct ledger_leg) { step->to, to }, &rules);
}

static enum wire_reply
deposit_some(struct step *step)
{
	step->from = &life.accounts[CASH];
	return book(step, LEDGER_DEPOSIT, WIRE_SAVINGS, step->account);
}

static enum wire_reply
withdraw_some(struct step *step)
{
	step->to = &life.accounts[CASH];
	return book(step, LEDGER_WITHDRAW, step->account, WIRE_SAVINGS);
}

static enum wire_reply
adjust_some(struct step *step)
{
	struct ledger_account *own = &life.accounts[ADJUST];

	step->to = own;
	return ledger_adjust(step->entry, own,
	    (struct ledger_leg) { step->from, step->account }, step->amount,
	    life.now);
}

/* A withdrawal, and not twice. */
static enum wire_reply
reverse_some(struct step *step)
{
	size_t at = life.seq == 0 ? 0 : (size_t)random() % life.seq;
	struct ledger_entry *old = &life.entries[at];
	struct ledger_rules rules = rules_now();
	enum wire_reply reply;

	if (old->kind != LEDGER_WITHDRAW)
		return WIRE_INCORRECT;
	step->from = &life.accounts[CASH];
	step->to = &life.accounts[old->debit.number - 1];
	reply = ledger_reverse(step->entry, old, step->from, step->to, &rules);
	if (reply == WIRE_DONE)
		old->kind = LEDGER_KIND_COUNT;
	return reply;
}

static enum wire_reply
transfer_some(struct step *step)
{
	return book(step, LEDGER_TRANSFER, step->account,
	    (enum wire_account)(random() % 2));
}

static struct ledger_account *
somebody(void)
{
	return &life.accounts[FIRST + random() % CUSTOMERS];
}

static void
take_a_step(void)
{
	static enum wire_reply (*const deeds[])(struct step *) = { deposit_some,
		withdraw_some, adjust_some, reverse_some, transfer_some,
		transfer_some };
	struct step step = { .entry = &life.entries[life.seq],
		.from = somebody(),
		.to = somebody(),
		.account = (enum wire_account)(random() % 2),
		.amount = random() % 20000 };

	*step.entry = (struct ledger_entry) { 0 };
	life.now += (uint64_t)random() % 1000000;
	if (deeds[random() % (long)NELEM(deeds)](&step) != WIRE_DONE)
		return;
	step.entry->seq = ++life.seq;
	step.from->last_seq = step.to->last_seq = life.seq;
}

static void
replay(struct ledger_account accounts[])
{
	const struct ledger_entry *entry, *old;

	for (size_t i = 0; i < life.seq; i++) {
		entry = &life.entries[i];
		old = entry->reverses != 0 ? &life.entries[entry->reverses - 1]
					   : NULL;
		if (entry->kind == LEDGER_KIND_COUNT)
			life.entries[i].kind = LEDGER_WITHDRAW;
		ledger_replay(&accounts[entry->debit.number - 1], entry, NULL);
		if (entry->debit.number != entry->credit.number)
			ledger_replay(
			    &accounts[entry->credit.number - 1], entry, old);
	}
}

static void
begin_life(void)
{
	fixture_seed();
	life.now = FIXTURE_NOW;
	life.limits = (struct ledger_limits) {
		.limit = { [LEDGER_LIMIT_TRANSFER] = MONEY_MAX_CENTS,
		    [LEDGER_LIMIT_TRANSFER_DAY] = 100000,
		    [LEDGER_LIMIT_WITHDRAW] = MONEY_MAX_CENTS,
		    [LEDGER_LIMIT_WITHDRAW_DAY] = 100000,
		    [LEDGER_LIMIT_BALANCE] = MONEY_MAX_CENTS }
	};
	for (uint32_t i = 0; i < NELEM(life.accounts); i++)
		life.accounts[i] = (struct ledger_account) { .number = i + 1,
			.id = "c",
			.own_limit = { -1, -1, -1, -1 } };
	strcpy(life.accounts[CASH].id, ":cash/x");
	strcpy(life.accounts[ADJUST].id, ":adjust");
}

static void
test_random_life(void **state)
{
	struct ledger_account replayed[NELEM(life.accounts)], *live;
	int64_t sum = 0;

	(void)state;
	begin_life();
	memcpy(replayed, life.accounts, sizeof(replayed));
	for (int i = 0; i < STEPS; i++)
		take_a_step();
	assert_true(life.seq > 1000);
	replay(replayed);
	for (size_t i = 0; i < NELEM(replayed); i++) {
		live = &life.accounts[i];
		live->changed = replayed[i].changed = false;
		assert_memory_equal(live, &replayed[i], sizeof(*live));
		sum += live->cents[0] + live->cents[1];
	}
	assert_int_equal(sum, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
