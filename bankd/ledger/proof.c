/* SPDX-License-Identifier: ISC */
/*
 * The rules of a proof.
 */
#include "proof.h"

#include <string.h>

const char *
proof_fault_text(enum proof_fault fault)
{
	static const char *const texts[] = {
		[PROOF_NONE] = "follows",
		[PROOF_MISSING] = "missing",
		[PROOF_CHAIN] = "does not fit the chain",
		[PROOF_PREVIOUS] = "names a wrong previous entry",
		[PROOF_OLDER] = "is older than the one before",
		[PROOF_SUM] = "does not add up",
		[PROOF_REVERSAL] = "is no reversal of what it names",
	};

	return texts[fault];
}

int
proof_link(struct chain *chain, struct proof_head *head,
    const struct ledger_entry *entry)
{
	uint8_t link[CHAIN_SIZE];
	int error;

	if (entry->seq != head->seq + 1)
		return PROOF_MISSING;
	error = chain_next(chain, head->chain, entry, link);
	if (error != 0)
		return error;
	if (memcmp(link, entry->chain, sizeof(link)) != 0)
		return PROOF_CHAIN;
	if (entry->time_ms < head->time_ms)
		return PROOF_OLDER;
	head->seq = entry->seq;
	head->time_ms = entry->time_ms;
	memcpy(head->chain, link, sizeof(link));
	return PROOF_NONE;
}

/* A reversal is the mirror of a withdrawal before it. */
static bool
mirrors(const struct ledger_entry *entry, const struct ledger_entry *withdrawal)
{
	return withdrawal->seq == entry->reverses &&
	    withdrawal->seq < entry->seq &&
	    withdrawal->kind == LEDGER_WITHDRAW &&
	    withdrawal->amount_cents == entry->amount_cents &&
	    withdrawal->debit.number == entry->credit.number &&
	    withdrawal->debit.account == entry->credit.account &&
	    withdrawal->credit.number == entry->debit.number;
}

enum proof_fault
proof_money(const struct ledger_entry *entry, const struct proof_account *debit,
    const struct proof_account *credit, const struct ledger_entry *withdrawal)
{
	if (entry->debit.previous_seq != debit->last_seq ||
	    entry->credit.previous_seq != credit->last_seq)
		return PROOF_PREVIOUS;
	if (!ledger_follows(entry, debit->cents, credit->cents))
		return PROOF_SUM;
	if ((entry->kind == LEDGER_REVERSAL) != (entry->reverses != 0))
		return PROOF_REVERSAL;
	if (entry->reverses != 0 &&
	    (withdrawal == NULL || !mirrors(entry, withdrawal)))
		return PROOF_REVERSAL;
	return PROOF_NONE;
}
