/* SPDX-License-Identifier: ISC */
/*
 * With what parameters the customers' passwords are hashed (the vault's).
 * Hashes of other programs, or from before `hash_cost` was changed, take
 * another time than today's, which would tell that an ID exists.  So each
 * comparison makes one hash of every kind that some account has, of which at
 * most one is compared (hashing.h).  A good login replaces an old hash, and
 * a kind is gone with its last hash.
 *
 * Only hashes that somebody can log in by count: not those of locked or
 * closed accounts.
 */
#ifndef BANKD_HASH_KINDS_H
#define BANKD_HASH_KINDS_H

#include <stddef.h>
#include <stdint.h>

#define HASH_KINDS_MAX 32
#define HASH_SETTING_SIZE 192 /* of hash_form_setting(), with NUL */

struct hash_kinds {
	/* Index 0 is today's; an entry never changes once it is there. */
	char settings[HASH_KINDS_MAX][HASH_SETTING_SIZE];
	size_t count;
	uint32_t accounts[HASH_KINDS_MAX]; /* with a hash of this kind */
	uint8_t *lines;  /* of each account: its kind's index + 1; 0: none */
	size_t size;     /* of lines */
	uint32_t others; /* accounts of kinds past the last place */
};

/*
 * On a zeroed one.  Makes a hash of this cost, which proves that libcrypt
 * can.  0, or BANK_ECRYPTO.
 */
int hash_kinds_init(struct hash_kinds *kinds, unsigned long cost);
void hash_kinds_free(struct hash_kinds *kinds);

/*
 * Notes the hash of this line's account; a locked one, or "", counts as no
 * hash.  0 or BANK_ENOMEM.
 */
int hash_kinds_put(struct hash_kinds *kinds, uint32_t line, const char *hash);

/* A bit for each kind but today's that some account has. */
uint32_t hash_kinds_old(const struct hash_kinds *kinds);
/* Logs the old hashes that a start found, if any. */
void hash_kinds_tell(const struct hash_kinds *kinds);

#endif
