/* SPDX-License-Identifier: ISC */
/*
 * E(Kpub, K) against a known answer made by another implementation; a wrong
 * one gives a random K and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "../../../shared/base/error.h"
#include "../../../shared/crypt/seal.h"
#include "../../../shared/crypt/seal_envelope.h"
#include "from_hex.h"
#include "seal_vectors.h"

static EVP_PKEY *
bank_key(void)
{
	uint8_t der[2048];
	const uint8_t *p = der;
	size_t length = from_hex(VECTOR_BANK_KEY, der, sizeof(der));
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &p, (long)length);

	assert_non_null(key);
	return key;
}

static void
test_envelope(void **state)
{
	EVP_PKEY *key = bank_key();
	uint8_t wrapped[2][FRAME_WRAPPED_SIZE];
	uint8_t k[SEAL_KEY_SIZE], opened[SEAL_KEY_SIZE];

	(void)state;
	from_hex(VECTOR_K, k, sizeof(k));
	from_hex(VECTOR_WRAPPED, wrapped[0], FRAME_WRAPPED_SIZE);
	assert_int_equal(seal_unwrap(key, wrapped[0], opened), 0);
	assert_memory_equal(opened, k, sizeof(k));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(seal_wrap(key, k, wrapped[i]), 0);
		memset(opened, 0, sizeof(opened));
		assert_int_equal(seal_unwrap(key, wrapped[i], opened), 0);
		assert_memory_equal(opened, k, sizeof(k));
	}
	assert_memory_not_equal(wrapped[0], wrapped[1], FRAME_WRAPPED_SIZE);
	EVP_PKEY_free(key);
}

/* A random K, another each time, and no word about why. */
static void
assert_not_unwrapped(EVP_PKEY *key, const uint8_t wrapped[FRAME_WRAPPED_SIZE])
{
	static const uint8_t zeroed[SEAL_KEY_SIZE];
	uint8_t k[SEAL_KEY_SIZE], again[SEAL_KEY_SIZE];
	uint8_t right[SEAL_KEY_SIZE];

	from_hex(VECTOR_K, right, sizeof(right));
	assert_int_equal(seal_unwrap(key, wrapped, k), BANK_ESEAL);
	assert_int_equal(seal_unwrap(key, wrapped, again), BANK_ESEAL);
	assert_memory_not_equal(k, again, sizeof(k));
	assert_memory_not_equal(k, zeroed, sizeof(k));
	assert_memory_not_equal(k, right, sizeof(k));
	assert_memory_not_equal(k, right, sizeof(k) / 2);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_wrong_envelopes(void **state)
{
	static const char *const wrong[] = { VECTOR_WRAPPED_SHORT,
		VECTOR_WRAPPED_LONG, VECTOR_WRAPPED_SHA1 };
	static const size_t flipped[] = { 0, 1, 100, FRAME_WRAPPED_SIZE - 1 };
	EVP_PKEY *key = bank_key();
	uint8_t wrapped[FRAME_WRAPPED_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++) {
		from_hex(wrong[i], wrapped, sizeof(wrapped));
		assert_not_unwrapped(key, wrapped);
	}
	for (size_t i = 0; i < NELEM(flipped); i++) {
		from_hex(VECTOR_WRAPPED, wrapped, sizeof(wrapped));
		wrapped[flipped[i]] ^= 1;
		assert_not_unwrapped(key, wrapped);
	}
	/* Not below the modulus, and the least number of all. */
	memset(wrapped, 0xff, sizeof(wrapped));
	assert_not_unwrapped(key, wrapped);
	memset(wrapped, 0, sizeof(wrapped));
	assert_not_unwrapped(key, wrapped);
	EVP_PKEY_free(key);
}

static void
test_wrong_key_size(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	uint8_t wrapped[FRAME_WRAPPED_SIZE] = { 0 };
	uint8_t k[SEAL_KEY_SIZE] = { 0 };

	(void)state;
	assert_non_null(key);
	assert_int_equal(seal_wrap(key, k, wrapped), BANK_ECRYPTO);
	assert_int_equal(seal_unwrap(key, wrapped, k), BANK_ECRYPTO);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_wrong_envelopes),
		cmocka_unit_test(test_wrong_key_size),
	};

	return cmocka_run_group_tests_name("envelope", tests, NULL, NULL);
}
