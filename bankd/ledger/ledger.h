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

/* `:cash/` and a kiosk's name fit. */
#define LEDGER_ID_SIZE 48
#define LEDGER_ADJUST_ID ":adjust"
#define LEDGER_CASH_PREFIX ":cash/"

enum ledger_limit {
	LEDGER_LIMIT_TRANSFER,     /* one transfer to somebody else, cents */
	LEDGER_LIMIT_TRANSFER_DAY, /* all of a UTC day */
	LEDGER_LIMIT_WITHDRAW,
	LEDGER_LIMIT_WITHDRAW_DAY,
	LEDGER_LIMIT_BALANCE, /* the largest balance; no customer's own */
	LEDGER_LIMIT_RATE,    /* transactions a minute: no amount */
	LEDGER_LIMIT_COUNT
};
/* `transfer`, `transfer-day`, ... `rate`: names in DETAILS and 429. */
const char *ledger_limit_name(enum ledger_limit limit);

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

/* The limits in force for everybody, from the configuration; cents. */
struct ledger_limits {
	int64_t limit[LEDGER_LIMIT_RATE];
	/* The customer who asks has had this minute's transactions. */
	bool minute_full;
};

/* What of it a customer has: own limit or the bank's; left of the day. */
int64_t ledger_limit_of(const struct ledger_limits *limits,
    const struct ledger_account *account, enum ledger_limit limit);
int64_t ledger_left_today(const struct ledger_limits *limits,
    const struct ledger_account *account, enum ledger_limit limit,
    uint64_t now_ms);

/*
 * Each moves money between copies of accounts and fills *entry (all but seq,
 * chain, txid and kiosk, which stay as the caller set them).  Returns
 * WIRE_DONE; or a refusal - WIRE_NO_FUNDS, WIRE_OVER_LIMIT (*limit set),
 * WIRE_NO_RECIPIENT (closed), WIRE_INCORRECT (to itself) - and then nothing
 * is changed.  `from` and `to` may be the same customer.
 */
enum wire_reply ledger_transfer(struct ledger_entry *entry,
    struct ledger_account *from, enum wire_account from_account,
    struct ledger_account *to, enum wire_account to_account,
    int64_t amount_cents, const struct ledger_limits *limits, uint64_t now_ms,
    enum ledger_limit *limit);
enum wire_reply ledger_deposit(struct ledger_entry *entry,
    struct ledger_account *cash, struct ledger_account *customer,
    enum wire_account account, int64_t amount_cents,
    const struct ledger_limits *limits, uint64_t now_ms,
    enum ledger_limit *limit);
enum wire_reply ledger_withdraw(struct ledger_entry *entry,
    struct ledger_account *cash, struct ledger_account *customer,
    enum wire_account account, int64_t amount_cents,
    const struct ledger_limits *limits, uint64_t now_ms,
    enum ledger_limit *limit);
/*
 * Takes `withdrawal` back whole; the caller has checked that it may be.  No
 * minute is too full for it.
 */
enum wire_reply ledger_reverse(struct ledger_entry *entry,
    const struct ledger_entry *withdrawal, struct ledger_account *cash,
    struct ledger_account *customer, const struct ledger_limits *limits,
    uint64_t now_ms, enum ledger_limit *limit);
/*
 * Sets one balance of a customer to `cents` by an entry against :adjust.
 * WIRE_DONE, or WIRE_INCORRECT where it has that balance already.
 */
enum wire_reply ledger_adjust(struct ledger_entry *entry,
    struct ledger_account *adjust, struct ledger_account *customer,
    enum wire_account account, int64_t cents, uint64_t now_ms);

/*
 * What an entry left behind, put on a copy of one of its two accounts: for
 * replay after a crash.  Balances, last_seq and the sums of the day.
 * `withdrawal` is the entry that a reversal takes back, else NULL.
 */
void ledger_replay(struct ledger_account *account,
    const struct ledger_entry *entry, const struct ledger_entry *withdrawal);

/*
 * Whether the entry is one that the rules could have made of accounts whose
 * balances were these before it (the same array for a transfer to oneself),
 * reversals and limits aside: amount, ranges, balances after.
 */
bool ledger_follows(const struct ledger_entry *entry,
    const int64_t debit_before[2], const int64_t credit_before[2]);

/* Whether an account of this ID may have these balances. */
bool ledger_in_range(const char *id, const int64_t cents[2]);
/*
 * Whose txid an entry's is, that is, who asked for it: a customer's number,
 * or LEDGER_OPERATORS, whose txids are all operators' together.
 */
#define LEDGER_OPERATORS 0
uint32_t ledger_owner(const struct ledger_entry *entry);
bool ledger_is_own(const char *id); /* the bank's own: `:` first */

#endif
