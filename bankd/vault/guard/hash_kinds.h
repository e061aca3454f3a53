/* SPDX-License-Identifier: ISC */
/*
 * With what parameters the customers' passwords are hashed (the vault's).
 * Hashes that were made by others, or before `hash_cost` was changed, take
 * another time than today's, and by that would tell who exists.  So each
 * comparison, whoever's it is, does the work of all kinds that there are:
 * one hash of each, of which at most one is compared (hashing.h).  A good
 * login makes such a hash anew, and with the last of them its kind is gone.
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
	/* From index 0, today's; once there, one stays as it is. */
	char settings[HASH_KINDS_MAX][HASH_SETTING_SIZE];
	size_t count;
	uint32_t accounts[HASH_KINDS_MAX]; /* with a hash of this kind */
	uint8_t *lines;  /* of each account: its kind's index + 1; 0: none */
	size_t size;     /* of lines */
	uint32_t others; /* accounts of a kind for which there was no room */
};

/*
 * On a zeroed one.  Makes a hash of this cost, which proves that libcrypt
 * can.  0, or BANK_ECRYPTO.
 */
int hash_kinds_init(struct hash_kinds *kinds, unsigned long cost);
void hash_kinds_free(struct hash_kinds *kinds);

/*
 * The account of this line has this hash from now on; one that is locked,
 * or "", for none.  0 or BANK_ENOMEM.
 */
int hash_kinds_put(struct hash_kinds *kinds, uint32_t line, const char *hash);

/* A bit for each kind but today's that some account has. */
uint32_t hash_kinds_old(const struct hash_kinds *kinds);
/* Logs what a start found of them, where there are any. */
void hash_kinds_tell(const struct hash_kinds *kinds);

#endif
