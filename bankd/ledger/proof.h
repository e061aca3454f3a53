/* SPDX-License-Identifier: ISC */
/*
 * What makes an entry follow from the one before it: the rules by which a
 * history is proven, wherever it is read from.  Pure.
 */
#ifndef BANKD_PROOF_H
#define BANKD_PROOF_H

#include "chain.h"

enum proof_fault {
	PROOF_NONE,     /* it follows */
	PROOF_MISSING,  /* its number isn't the next one */
	PROOF_CHAIN,    /* its link isn't that of its bytes */
	PROOF_PREVIOUS, /* it names a wrong previous entry of an account */
	PROOF_OLDER,    /* its time is before that of the entry before */
	PROOF_SUM,      /* the rules could not have made it of the balances */
	PROOF_REVERSAL  /* it takes back what it may not */
};
/* `does not fit the chain`, ...: what is to be said behind the number. */
const char *proof_fault_text(enum proof_fault fault);

/* The newest entry that was proven; all zeros before the first. */
struct proof_head {
	uint64_t seq, time_ms;
	uint8_t chain[CHAIN_SIZE];
};

/* An account as it was before the entry. */
struct proof_account {
	int64_t cents[2];
	uint64_t last_seq;
};

/*
 * The entry's place in the history: number, link, time.  Goes on to it where
 * that is right.  BANK_ECRYPTO, or an enum proof_fault.
 */
int proof_link(struct chain *chain, struct proof_head *head,
    const struct ledger_entry *entry);

/*
 * The entry's money, by the accounts of its two sides, which are one for a
 * transfer to oneself, and by the entry that it takes back: NULL where it says
 * that it takes none back, or where that one is missing.
 */
enum proof_fault proof_money(const struct ledger_entry *entry,
    const struct proof_account *debit, const struct proof_account *credit,
    const struct ledger_entry *withdrawal);

#endif
