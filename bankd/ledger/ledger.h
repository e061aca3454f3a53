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

#include "../../shared/wire/wire_reply.h"
#include "ledger_account.h"
#include "ledger_entry.h"
#include "ledger_limits.h"

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
 * Moves money between two of the bank's own: `from` becomes less by `cents`,
 * which is more than 0.
 */
enum wire_reply ledger_move_cash(struct ledger_entry *entry,
    struct ledger_account *from, struct ledger_account *to, int64_t cents,
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

#endif
