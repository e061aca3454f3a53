/* SPDX-License-Identifier: ISC */
/*
 * The proof of all that a store holds.
 */
#ifndef BANKD_STORE_VERIFY_H
#define BANKD_STORE_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "../ledger/chain.h"

struct store_reader;

/* The newest entry and the newest audit record, with their links. */
struct store_heads {
	uint64_t seq, audits;
	uint8_t chain[CHAIN_SIZE], audit_chain[CHAIN_SIZE];
};
/*
 * Proves all of it: seq without gaps, chain, previous_seq, balances replayed
 * from 0, none negative, accounts equal, sum 0; audit records without gaps,
 * their chain.  Returns 0, or BANK_EDAMAGED with the first row that doesn't
 * fit in error.  Sets *heads to what was reached.
 */
int store_reader_verify(struct store_reader *reader, struct store_heads *heads,
    char *error, size_t size);

#endif
