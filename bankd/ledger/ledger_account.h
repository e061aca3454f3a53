/* SPDX-License-Identifier: ISC */
/*
 * An account, as the rules change it and the store keeps it.
 */
#ifndef BANKD_LEDGER_ACCOUNT_H
#define BANKD_LEDGER_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

/* `:cash/` and a kiosk's name fit. */
#define LEDGER_ID_SIZE 48
#define LEDGER_ADJUST_ID ":adjust"
#define LEDGER_CASH_PREFIX ":cash/"
#define LEDGER_SAFE_ID ":safe"             /* what is loaded comes from it */
#define LEDGER_DIFFERENCE_ID ":difference" /* that counts have found */

/*
 * One account holder: a customer, or one of the bank's own (whose first
 * balance alone is used and may be negative).
 */
struct ledger_account {
	uint32_t number; /* the store's key, from 1, in order of opening */
	int32_t line;    /* line in the two files from 0; -1 bank's own */
	char id[LEDGER_ID_SIZE];
	int64_t cents[2];  /* by enum wire_account */
	uint64_t last_seq; /* newest entry that names it, 0 for none */
	uint64_t opened_ms, closed_ms, last_login_ms; /* 0: not */
	bool changed;     /* set by the rules; cleared by the store */
	bool must_change; /* its password is an operator's, for once */
	uint32_t day;     /* UTC day since 1970 of the two sums below */
	int64_t day_transfer, day_withdraw;
	int64_t own_limit[4]; /* first four of ledger_limit; -1: the bank's */
};

/* The bank's own: `:` comes first. */
bool ledger_is_own(const char *id);
bool ledger_is_cash(const char *id); /* a kiosk's */
/* Whether an account of this ID may have these balances. */
bool ledger_in_range(const char *id, const int64_t cents[2]);

#endif
