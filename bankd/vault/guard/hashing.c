/* SPDX-License-Identifier: ISC */
/*
 * Password hashes by libcrypt; run by the vault's workers.
 */
#include "hashing.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../files/hash_form.h"
#include "hash_kinds.h"
#include "hashing_pages.h"

#define PREFIX "$y$"

/* libcrypt's work area is large and full of secrets: it is on the heap. */
static int
hash_with(const char *password, const char *setting, char out[STORE_HASH_SIZE])
{
	struct crypt_data *data;
	const char *made;
	int error = BANK_ECRYPTO;

	if ((data = calloc(1, sizeof(*data))) == NULL)
		return BANK_ENOMEM;
	hashing_pages(true);
	made = crypt_rn(password, setting, data, (int)sizeof(*data));
	hashing_pages(false);
	if (made != NULL && made[0] != '*' &&
	    string_copy(out, made, STORE_HASH_SIZE) < STORE_HASH_SIZE)
		error = 0;
	OPENSSL_cleanse(data, sizeof(*data));
	free(data);
	return error;
}

int
hashing_make(
    const char *password, unsigned long cost, char hash[STORE_HASH_SIZE])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	if (crypt_gensalt_rn(
		PREFIX, cost, NULL, 0, setting, (int)sizeof(setting)) == NULL)
		return BANK_ECRYPTO;
	return hash_with(password, setting, hash);
}

bool
hashing_matches(const char *password, const char *hash)
{
	char made[STORE_HASH_SIZE] = "";
	size_t length = strlen(hash);
	bool same;

	if (hash_with(password, hash, made) != 0)
		return false;
	same = strlen(made) == length && CRYPTO_memcmp(made, hash, length) == 0;
	OPENSSL_cleanse(made, sizeof(made));
	return same;
}

/* Hashes by one kind; where that is the hash's own it is the comparison. */
static bool
matches_kind(const char *password, const char *setting, const char *own,
    const char *hash)
{
	char unused[STORE_HASH_SIZE];

	if (strcmp(setting, own) == 0)
		return hashing_matches(password, hash);
	if (hash_with(password, setting, unused) == 0)
		OPENSSL_cleanse(unused, sizeof(unused));
	return false;
}

void
hashing_compare(const char *password, struct hashing_work *work)
{
	const struct hash_kinds *kinds = work->kinds;
	char own[HASH_SETTING_SIZE];
	bool known = hash_form_setting(work->hash, own, sizeof(own));
	bool right = false, counted = !known;
	size_t i;

	work->anew[0] = '\0';
	for (i = 1; i < HASH_KINDS_MAX; i++) {
		if ((work->old >> i & 1) == 0)
			continue;
		counted = counted || strcmp(kinds->settings[i], own) == 0;
		right |=
		    matches_kind(password, kinds->settings[i], own, work->hash);
	}
	if (strcmp(kinds->settings[0], own) == 0)
		right = hashing_matches(password, work->hash);
	else {
		if (!counted)
			right = hashing_matches(password, work->hash);
		if (hashing_make(password, work->cost, work->anew) != 0)
			work->anew[0] = '\0';
	}
	if (!right)
		OPENSSL_cleanse(work->anew, sizeof(work->anew));
	work->right = right;
}
