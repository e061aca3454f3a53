/* SPDX-License-Identifier: ISC */
/*
 * Password hashes of crypt(5): making them with the cost in force, and the
 * comparison.  Pure, slow (yescrypt), safe on any thread; wipes what it used.
 */
#ifndef BANKD_HASHING_H
#define BANKD_HASHING_H

#include <stdbool.h>

#include "store.h"

/*
 * A new yescrypt hash with fresh salt; cost 0 is libcrypt's own choice.
 * 0 or BANK_ECRYPTO.
 */
int hashing_make(
    const char *password, unsigned long cost, char hash[STORE_HASH_SIZE]);

/* Whether the password is that of the hash; a hash that is none: false. */
bool hashing_matches(const char *password, const char *hash);

#endif
