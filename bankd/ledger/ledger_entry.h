/* SPDX-License-Identifier: ISC */
/*
 * An entry: money that moved, as the rules make it, the store keeps it and the
 * reports tell it.
 */
#ifndef BANKD_LEDGER_ENTRY_H
#define BANKD_LEDGER_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "../../shared/wire/wire.h"
#include "ledger_account.h"

/* With NUL: a customer's word with a transfer, 1 to 64 bytes as a name has;
 * the operator as `UID:NAME`, the name may be empty; why, 1 to 150 bytes. */
#define LEDGER_MEMO_SIZE WIRE_NAME_SIZE
#define LEDGER_BY_SIZE 48
#define LEDGER_REASON_SIZE 151

enum ledger_kind {
	LEDGER_TRANSFER,
	LEDGER_DEPOSIT,
	LEDGER_WITHDRAW,
	LEDGER_ADJUST,
	LEDGER_REVERSAL,
	LEDGER_CASH,
	LEDGER_KIND_COUNT
};
const char *ledger_kind_name(enum ledger_kind kind);
/* `savings` or `checking`, which customers know as 1 and 2. */
const char *ledger_account_name(enum wire_account account);

/* One side of an entry, with the customer's balances after all of it. */
struct ledger_posting {
	uint32_t number;
	char id[LEDGER_ID_SIZE];
	enum wire_account account;
	int64_t cents[2];
	uint64_t previous_seq;
};

struct ledger_entry {
	uint64_t seq;                 /* 1, 2, 3 ... set by the store */
	uint64_t time_ms;             /* the bank's time */
	uint8_t txid[WIRE_TXID_SIZE]; /* zero: a V's, or of a hand edit */
	enum ledger_kind kind;
	char kiosk[LEDGER_ID_SIZE]; /* enrolled name, else address, or "" */
	struct ledger_posting debit, credit;
	int64_t amount_cents; /* more than 0 */
	uint64_t reverses;    /* seq of the entry taken back, or 0 */
	char memo[LEDGER_MEMO_SIZE], by[LEDGER_BY_SIZE]; /* each may be "" */
	char reason[LEDGER_REASON_SIZE];
	uint8_t chain[32]; /* set by the store */
};
/* Any of memo, by and reason. */
bool ledger_has_texts(const struct ledger_entry *entry);
/* Who asked for an entry, by number: its txid is unique among theirs. */
#define LEDGER_OPERATORS 0 /* all of them together */
uint32_t ledger_owner(const struct ledger_entry *entry);

#endif
