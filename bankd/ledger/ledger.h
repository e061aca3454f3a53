/* SPDX-License-Identifier: ISC */
/*
 * The rules of money: what may move and what it leaves behind.  Pure: no
 * I/O, no clock, no memory of its own.  The store hands out copies of
 * accounts, the rules change them and make an entry, the store commits both.
 *
 * Invariants, asserted on every path: no customer's balance is below 0 or
 * above MONEY_MAX_CENTS; the sum over all accounts, the bank's own included,
 * does not change.
 */
#ifndef BANKD_LEDGER_H
#define BANKD_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "../../shared/wire/wire.h"
#include "../../shared/wire/wire_reply.h"
#include "ledger_limits.h"

/* `:cash/` and a kiosk's name fit. */
#define LEDGER_ID_SIZE 48
#define LEDGER_ADJUST_ID ":adjust"
#define LEDGER_CASH_PREFIX ":cash/"

enum ledger_kind {
	LEDGER_TRANSFER,
	LEDGER_DEPOSIT,
	LEDGER_WITHDRAW,
	LEDGER_ADJUST,
	LEDGER_REVERSAL,
	LEDGER_KIND_COUNT
};
const char *ledger_kind_name(enum ledger_kind kind);

/*
 * One account holder: a customer, or the bank's own `:cash/KIOSK` and
 * `:adjust` (whose first balance alone is used and may be negative).
 */
struct ledger_account {
	uint32_t number; /* the store's key, from 1, in order of opening */
	int32_t line;    /* line in the two files from 0; -1 bank's own */
	char id[LEDGER_ID_SIZE];
	int64_t cents[2];  /* by enum wire_account */
	uint64_t last_seq; /* newest entry that names it, 0 for none */
	uint64_t opened_ms, closed_ms, last_login_ms; /* 0: not */
	bool changed; /* set by the rules; cleared by the store */
	uint32_t day; /* UTC day since 1970 of the two sums below */
	int64_t day_transfer, day_withdraw;
	int64_t own_limit[4]; /* first four of ledger_limit; -1: the bank's */
};

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
	uint8_t chain[32];    /* set by the store */
};

/* Where money comes from or goes to; an own account's is WIRE_SAVINGS. */
struct ledger_leg {
	struct ledger_account *account;
	enum wire_account which;
};

/*
 * Each moves money between copies of accounts and completes *entry, whose
 * txid and kiosk are the caller's, seq and chain the store's.  WIRE_DONE; or
 * a refusal - WIRE_NO_FUNDS, WIRE_OVER_LIMIT, WIRE_NO_RECIPIENT (closed),
 * WIRE_INCORRECT (no amount, to itself) - and no account is changed.
 *
 * A transfer, deposit or withdrawal, as the caller has set kind and
 * amount_cents.  Both legs may be the same customer's.
 */
enum wire_reply ledger_book(struct ledger_entry *entry, struct ledger_leg from,
    struct ledger_leg to, struct ledger_rules *rules);
/* Takes a withdrawal back whole, once: the caller's check. No rate holds it. */
enum wire_reply ledger_reverse(struct ledger_entry *entry,
    const struct ledger_entry *withdrawal, struct ledger_account *cash,
    struct ledger_account *customer, struct ledger_rules *rules);
/* Makes a balance `cents` by an entry against :adjust, unless it is so. */
enum wire_reply ledger_adjust(struct ledger_entry *entry,
    struct ledger_account *adjust, struct ledger_leg customer, int64_t cents,
    uint64_t now_ms);

/*
 * Puts what an entry left behind on a copy of one of its two accounts, after
 * a crash.  `withdrawal` is what a reversal takes back, else NULL.
 */
void ledger_replay(struct ledger_account *account,
    const struct ledger_entry *entry, const struct ledger_entry *withdrawal);

/*
 * Whether the rules could have made the entry of accounts with these balances
 * before it (one array for a transfer to oneself), limits aside.
 */
bool ledger_follows(const struct ledger_entry *entry,
    const int64_t debit_before[2], const int64_t credit_before[2]);
/* Whether an account of this ID may have these balances. */
bool ledger_in_range(const char *id, const int64_t cents[2]);
bool ledger_is_own(const char *id); /* the bank's own: `:` first */

/* Who asked for an entry, by number: its txid is unique among theirs. */
#define LEDGER_OPERATORS 0 /* all of them together */
uint32_t ledger_owner(const struct ledger_entry *entry);

#endif
