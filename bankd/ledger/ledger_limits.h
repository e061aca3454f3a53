/* SPDX-License-Identifier: ISC */
/*
 * The limits of a customer, and the sums of the day that count for them.
 * Pure, as ledger.h, whose structs these are.
 */
#ifndef BANKD_LEDGER_LIMITS_H
#define BANKD_LEDGER_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct ledger_account;
struct ledger_entry;
struct ledger_leg;

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

/* The limits in force for everybody, from the configuration; cents. */
struct ledger_limits {
	int64_t limit[LEDGER_LIMIT_RATE];
};

/* What a transaction is judged by. */
struct ledger_rules {
	const struct ledger_limits *limits;
	uint64_t now_ms;
	bool minute_full;      /* who asks has had this minute's transactions */
	enum ledger_limit hit; /* the limit behind WIRE_OVER_LIMIT */
};

/* A customer's own limit, or the bank's. */
int64_t ledger_limit_of(const struct ledger_limits *limits,
    const struct ledger_account *account, enum ledger_limit limit);
/* What one transaction may still have of it today. */
int64_t ledger_left_today(const struct ledger_limits *limits,
    const struct ledger_account *account, enum ledger_limit limit,
    uint64_t now_ms);
/* The first limit that an entry goes over, or LEDGER_LIMIT_COUNT. */
enum ledger_limit ledger_limit_hit(const struct ledger_entry *entry,
    struct ledger_leg from, struct ledger_leg to,
    const struct ledger_rules *rules);

/* Counts an entry for the day of the one who paid. */
void ledger_count_day(
    struct ledger_account *payer, const struct ledger_entry *entry);
/* Takes a withdrawal out of its day's sum, if it is still that day. */
void ledger_uncount_day(
    struct ledger_account *customer, const struct ledger_entry *withdrawal);

#endif
