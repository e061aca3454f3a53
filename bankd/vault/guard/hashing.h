/* SPDX-License-Identifier: ISC */
/*
 * Password hashes of crypt(5): making them with the cost in force, and the
 * comparison.  Pure, slow (yescrypt), safe on any thread; wipes what it used.
 */
#ifndef BANKD_HASHING_H
#define BANKD_HASHING_H

#include <stdbool.h>
#include <stdint.h>

#include "../../store/store.h"

struct hash_kinds;

/* One comparison, for a worker; the last two members are its outcome. */
struct hashing_work {
	char hash[STORE_HASH_SIZE]; /* "": nobody's, and never right */
	bool locked;                /* the account; not looked at here */
	const struct hash_kinds *kinds;
	uint32_t old;       /* hash_kinds_old(), as the loop saw it */
	unsigned long cost; /* today's */
	bool right;
	/* The hash to keep from now on, if a right one was of an old kind. */
	char anew[STORE_HASH_SIZE];
};

/*
 * A new yescrypt hash with fresh salt; cost 0 is libcrypt's own choice.
 * 0 or BANK_ECRYPTO.
 */
int hashing_make(
    const char *password, unsigned long cost, char hash[STORE_HASH_SIZE]);

/*
 * Compares.  It makes the same calls of libcrypt for every hash and every
 * outcome: one for each kind in `old`, one of today's.  The caller wipes
 * *work.
 */
void hashing_compare(const char *password, struct hashing_work *work);

/* Whether the password matches the hash; false where that is malformed. */
bool hashing_matches(const char *password, const char *hash);

#endif
