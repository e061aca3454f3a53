/* SPDX-License-Identifier: ISC */
/*
 * What a worker needs to compare a password with a customer's, for L and for
 * PASSWORD.  The work is the same for every ID.
 */
#ifndef BANKD_GUARD_WORK_H
#define BANKD_GUARD_WORK_H

#include "hashing.h"

struct books;
struct ledger_account;
struct vault;

/*
 * The hash to compare a password with: the customer's, or "" where nobody
 * can log in (no account, closed, no password).  Returns whether the account
 * is locked: then even a right password opens nothing.
 */
bool guard_hash(struct books *books, const struct ledger_account *customer,
    char hash[STORE_HASH_SIZE]);
/* The same, and all else that a worker needs: for hashing_compare(). */
void guard_work(struct books *books, const struct ledger_account *customer,
    struct hashing_work *work);

#endif
