/* SPDX-License-Identifier: ISC */
/*
 * The rules of a proof: a history that is right follows, and each way to be
 * wrong is told by its fault.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/ledger/proof.h"
#include "../../../shared/base/util.h"

#define NOW UINT64_C(1700000000000)
#define CASH 1
#define ANN 2
#define BOB 3

static struct chain sha;

static int
group_setup(void **state)
{
	(void)state;
	return chain_open(&sha);
}

static int
group_teardown(void **state)
{
	(void)state;
	chain_close(&sha);
	return 0;
}

static void
side(struct ledger_posting *posting, uint32_t number, const char *id,
    int64_t savings, int64_t checking)
{
	*posting = (struct ledger_posting) { .number = number,
		.account = number == CASH ? WIRE_SAVINGS : WIRE_CHECKING,
		.cents = { savings, checking } };
	memcpy(posting->id, id, strlen(id) + 1);
}

/* 40.00 of ann's 100.00 to bob, who had 7.00. */
static struct ledger_entry
transfer(void)
{
	struct ledger_entry entry = { .seq = 9,
		.time_ms = NOW,
		.kind = LEDGER_TRANSFER,
		.amount_cents = 4000 };

	side(&entry.debit, ANN, "ann", 50, 6000);
	side(&entry.credit, BOB, "bob", 60, 4700);
	entry.debit.previous_seq = 8;
	entry.credit.previous_seq = 5;
	return entry;
}

static const struct proof_account ann = { { 50, 10000 }, 8 };
static const struct proof_account bob = { { 60, 700 }, 5 };

/* Ann takes 40.00, and the kiosk takes that back. */
static struct ledger_entry
withdrawal(void)
{
	struct ledger_entry entry = transfer();

	entry.seq = 7;
	entry.kind = LEDGER_WITHDRAW;
	side(&entry.credit, CASH, ":cash/x", 4000, 0);
	return entry;
}

static struct ledger_entry
reversal(void)
{
	struct ledger_entry entry = transfer();

	entry.kind = LEDGER_REVERSAL;
	entry.reverses = 7;
	side(&entry.debit, CASH, ":cash/x", 0, 0);
	side(&entry.credit, ANN, "ann", 50, 10000);
	return entry;
}

static const struct proof_account cash_after = { { 4000, 0 }, 0 };
static const struct proof_account ann_after = { { 50, 6000 }, 0 };

static void
must_be(const struct ledger_entry *entry, enum proof_fault fault)
{
	assert_int_equal(proof_money(entry, &ann, &bob, NULL), fault);
}

static void
test_money(void **state)
{
	struct ledger_entry entry = transfer();

	(void)state;
	must_be(&entry, PROOF_NONE);
	for (uint64_t wrong = 7; wrong <= 9; wrong += 2) {
		entry = transfer();
		entry.debit.previous_seq = wrong;
		must_be(&entry, PROOF_PREVIOUS);
	}
	entry = transfer();
	entry.credit.previous_seq = 0;
	must_be(&entry, PROOF_PREVIOUS);
}

static void
test_sum(void **state)
{
	struct ledger_entry entry;
	int64_t *const places[] = { &entry.debit.cents[0],
		&entry.debit.cents[1], &entry.credit.cents[0],
		&entry.credit.cents[1], &entry.amount_cents };

	(void)state;
	for (size_t i = 0; i < NELEM(places); i++)
		for (int64_t by = -1; by <= 1; by += 2) {
			entry = transfer();
			*places[i] += by;
			must_be(&entry, PROOF_SUM);
		}
	entry = transfer();
	entry.kind = LEDGER_WITHDRAW; /* into a customer's account */
	must_be(&entry, PROOF_SUM);
	entry = transfer();
	entry.debit.account = WIRE_SAVINGS;
	must_be(&entry, PROOF_SUM);
	entry = transfer();
	entry.amount_cents = 0;
	must_be(&entry, PROOF_SUM);
	/* More than ann has: the sums are right, and nobody may owe. */
	entry = transfer();
	entry.amount_cents = 10001;
	entry.debit.cents[WIRE_CHECKING] = -1;
	entry.credit.cents[WIRE_CHECKING] = 10701;
	must_be(&entry, PROOF_SUM);
}

static void
test_to_oneself(void **state)
{
	struct ledger_entry entry = transfer();

	(void)state;
	side(&entry.debit, ANN, "ann", 4050, 6000);
	side(&entry.credit, ANN, "ann", 4050, 6000);
	entry.credit.account = WIRE_SAVINGS;
	entry.debit.previous_seq = entry.credit.previous_seq = 8;
	assert_int_equal(proof_money(&entry, &ann, &ann, NULL), PROOF_NONE);
	entry.credit.cents[WIRE_CHECKING]++;
	assert_int_equal(proof_money(&entry, &ann, &ann, NULL), PROOF_SUM);
	entry.credit.cents[WIRE_CHECKING]--;
	entry.credit.previous_seq = 7;
	assert_int_equal(proof_money(&entry, &ann, &ann, NULL), PROOF_PREVIOUS);
}

static enum proof_fault
judge_reversal(
    const struct ledger_entry *entry, const struct ledger_entry *taken)
{
	return proof_money(entry, &cash_after, &ann_after, taken);
}

static void
test_reversal(void **state)
{
	struct ledger_entry entry = reversal(), taken = withdrawal();

	(void)state;
	assert_int_equal(judge_reversal(&entry, &taken), PROOF_NONE);
	assert_int_equal(judge_reversal(&entry, NULL), PROOF_REVERSAL);
	entry.reverses = 0;
	assert_int_equal(judge_reversal(&entry, &taken), PROOF_REVERSAL);
	assert_int_equal(judge_reversal(&entry, NULL), PROOF_REVERSAL);
	entry.reverses = 6; /* another one's number */
	assert_int_equal(judge_reversal(&entry, &taken), PROOF_REVERSAL);
	/* A transfer takes nothing back. */
	entry = transfer();
	entry.reverses = 7;
	assert_int_equal(
	    proof_money(&entry, &ann, &bob, &taken), PROOF_REVERSAL);
}

static void
must_not_mirror(const struct ledger_entry *taken)
{
	struct ledger_entry entry = reversal();

	entry.reverses = taken->seq;
	assert_int_equal(judge_reversal(&entry, taken), PROOF_REVERSAL);
}

static void
test_mirror(void **state)
{
	struct ledger_entry taken = withdrawal();

	(void)state;
	taken.seq = 9; /* itself */
	must_not_mirror(&taken);
	taken.seq = 10;
	must_not_mirror(&taken);
	taken = withdrawal();
	taken.kind = LEDGER_TRANSFER;
	must_not_mirror(&taken);
	taken = withdrawal();
	taken.amount_cents++;
	must_not_mirror(&taken);
	taken = withdrawal();
	taken.debit.number = BOB;
	must_not_mirror(&taken);
	taken = withdrawal();
	taken.debit.account = WIRE_SAVINGS;
	must_not_mirror(&taken);
	taken = withdrawal();
	taken.credit.number = BOB;
	must_not_mirror(&taken);
}

/* The entry's link as it is right behind the head. */
static void
link_entry(const struct proof_head *head, struct ledger_entry *entry)
{
	assert_int_equal(chain_next(&sha, head->chain, entry, entry->chain), 0);
}

static void
must_link(const struct proof_head *head, const struct ledger_entry *entry,
    enum proof_fault fault)
{
	struct proof_head after = *head;

	assert_int_equal(proof_link(&sha, &after, entry), fault);
	if (fault != PROOF_NONE)
		assert_memory_equal(&after, head, sizeof(after));
}

static void
test_link(void **state)
{
	struct proof_head head = { .seq = 8, .time_ms = NOW };
	struct ledger_entry entry = transfer(), wrong;

	(void)state;
	memset(head.chain, 7, sizeof(head.chain));
	link_entry(&head, &entry);
	must_link(&head, &entry, PROOF_NONE);
	wrong = entry;
	wrong.seq = 10;
	must_link(&head, &wrong, PROOF_MISSING);
	wrong.seq = 8;
	must_link(&head, &wrong, PROOF_MISSING);
	for (size_t bit = 0; bit < CHAIN_SIZE * 8; bit++) {
		wrong = entry;
		wrong.chain[bit / 8] ^= (uint8_t)(1 << bit % 8);
		must_link(&head, &wrong, PROOF_CHAIN);
	}
	wrong = entry;
	wrong.amount_cents++;
	must_link(&head, &wrong, PROOF_CHAIN);
	wrong = entry;
	wrong.time_ms--;
	link_entry(&head, &wrong);
	must_link(&head, &wrong, PROOF_OLDER);
}

/* From the first entry on, the head is what was proven last. */
static void
test_head(void **state)
{
	struct proof_head head = { 0 };
	struct ledger_entry entry = transfer();

	(void)state;
	for (entry.seq = 1; entry.seq <= 3; entry.seq++) {
		entry.time_ms = NOW + entry.seq / 2; /* two of one time */
		link_entry(&head, &entry);
		assert_int_equal(proof_link(&sha, &head, &entry), PROOF_NONE);
		assert_true(head.seq == entry.seq);
		assert_true(head.time_ms == entry.time_ms);
		assert_memory_equal(head.chain, entry.chain, CHAIN_SIZE);
	}
}

static void
test_texts(void **state)
{
	(void)state;
	for (int fault = PROOF_NONE; fault <= PROOF_REVERSAL; fault++)
		assert_true(
		    proof_fault_text((enum proof_fault)fault)[0] != '\0');
}

/* Each text is bound by the link; a link without any is that of old banks. */
static void
test_entry_texts(void **state)
{
	static const uint8_t before[CHAIN_SIZE];
	struct ledger_entry entry = transfer();
	uint8_t links[5][CHAIN_SIZE];

	(void)state;
	assert_int_equal(chain_next(&sha, before, &entry, links[0]), 0);
	entry.memo[0] = 'x';
	assert_int_equal(chain_next(&sha, before, &entry, links[1]), 0);
	entry.memo[0] = '\0';
	entry.by[0] = 'x';
	assert_int_equal(chain_next(&sha, before, &entry, links[2]), 0);
	entry.by[0] = '\0';
	entry.reason[0] = 'x';
	assert_int_equal(chain_next(&sha, before, &entry, links[3]), 0);
	entry.reason[0] = '\0';
	assert_int_equal(chain_next(&sha, before, &entry, links[4]), 0);
	assert_memory_equal(links[0], links[4], CHAIN_SIZE);
	for (size_t i = 0; i < 4; i++)
		for (size_t j = i + 1; j < 4; j++)
			assert_memory_not_equal(links[i], links[j], CHAIN_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_money),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_to_oneself),
		cmocka_unit_test(test_reversal),
		cmocka_unit_test(test_mirror),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_entry_texts),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
