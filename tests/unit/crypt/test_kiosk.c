/* SPDX-License-Identifier: ISC */
/*
 * The kiosk's block against a known answer made by another implementation,
 * and against every part of what is signed being another's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "../../../shared/base/error.h"
#include "../../../shared/crypt/kiosk_identity.h"
#include "../../../shared/crypt/pem.h"
#include "../../../shared/base/util.h"
#include "from_hex.h"
#include "seal_vectors.h"

#define RESUME_REST (FRAME_SESSION_SIZE + FRAME_SEALED_SIZE)
#define LOGIN_REST (FRAME_WRAPPED_SIZE + FRAME_SEALED_SIZE)

static EVP_PKEY *key;
static uint8_t public_key[KIOSK_PUBLIC_SIZE];
static uint8_t nonce[FRAME_NONCE_SIZE], binding[FRAME_BINDING_SIZE];
static uint8_t rest[LOGIN_REST + 1];
static uint8_t block[FRAME_KIOSK_SIZE];

static int
setup(void **state)
{
	uint8_t der[256];
	const uint8_t *p = der;
	size_t length = from_hex(VECTOR_KIOSK_KEY, der, sizeof(der));

	(void)state;
	key = d2i_AutoPrivateKey(NULL, &p, (long)length);
	from_hex(VECTOR_KIOSK_PUBLIC, public_key, sizeof(public_key));
	from_hex(VECTOR_NONCE, nonce, sizeof(nonce));
	from_hex(VECTOR_BINDING, binding, sizeof(binding));
	memset(rest, 'Z', sizeof(rest));
	return key == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	return 0;
}

static int
sign_frame(const char *name, EVP_PKEY *with, uint8_t type, size_t rest_length)
{
	return kiosk_sign(block, name, with,
	    &(struct kiosk_frame) { type, nonce, binding, rest, rest_length });
}

static int
verify_frame(const uint8_t *with, uint8_t type, size_t rest_length)
{
	return kiosk_verify(block, with,
	    &(struct kiosk_frame) { type, nonce, binding, rest, rest_length });
}

static int
sign(const char *name)
{
	return sign_frame(name, key, 'R', RESUME_REST);
}

static int
verify(void)
{
	return verify_frame(public_key, 'R', RESUME_REST);
}

static void
test_known_signature(void **state)
{
	uint8_t signature[64];

	(void)state;
	from_hex(VECTOR_KIOSK_SIGNATURE, signature, sizeof(signature));
	assert_int_equal(sign("lobby-1"), 0);
	assert_memory_equal(block, "lobby-1\0\0\0\0\0\0\0\0\0\0", 16);
	assert_memory_equal(block + 32, signature, sizeof(signature));
	assert_int_equal(verify(), 0);
}

static void
test_names(void **state)
{
	static const char *const wrong[] = { "", ".x", "-x", "a b", "a/b",
		"a\n", "\xc3\xa9", "123456789012345678901234567890123" };
	static const char *const right[] = { "a", "lobby-1", "A.b_c",
		"12345678901234567890123456789012" };
	char name[KIOSK_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++)
		assert_int_equal(sign(wrong[i]), BANK_EINVAL);
	for (size_t i = 0; i < NELEM(right); i++) {
		assert_int_equal(sign(right[i]), 0);
		assert_int_equal(kiosk_name(block, name), 0);
		assert_string_equal(name, right[i]);
		assert_int_equal(verify(), 0);
	}
}

/* Names that no kiosk_sign() makes. */
static void
test_names_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} wrong[] = {
		{ "", 0 },
		{ "\0a", 2 },
		{ "a\0b", 3 },
		{ "a\xff", 2 },
		{ ":cash", 5 },
	};
	char name[KIOSK_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++) {
		memset(block, 0, sizeof(block));
		memcpy(block, wrong[i].bytes, wrong[i].length);
		assert_int_equal(kiosk_name(block, name), BANK_EINVAL);
	}
	memset(block, 0, sizeof(block));
	block[0] = 'a';
	block[31] = 1;
	assert_int_equal(kiosk_name(block, name), BANK_EINVAL);
}

static void
test_none(void **state)
{
	(void)state;
	memset(block, 0xff, sizeof(block));
	assert_int_equal(sign_frame(NULL, NULL, 'L', LOGIN_REST), 0);
	assert_true(kiosk_is_none(block));
	assert_int_equal(verify(), BANK_ESEAL);
	for (size_t i = 0; i < sizeof(block); i++) {
		block[i] = 1;
		assert_false(kiosk_is_none(block));
		block[i] = 0;
	}
}

static void
assert_needed(uint8_t *part, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		part[i] ^= 0x10;
		assert_int_equal(verify(), BANK_ESEAL);
		part[i] ^= 0x10;
	}
	assert_int_equal(verify(), 0);
}

static void
test_all_is_signed(void **state)
{
	(void)state;
	assert_int_equal(sign("lobby-1"), 0);
	assert_needed(block + 32, 64);
	assert_needed(public_key, sizeof(public_key));
	assert_needed(nonce, sizeof(nonce));
	assert_needed(binding, sizeof(binding));
	assert_needed(rest, RESUME_REST);
	for (unsigned type = 0; type < 256; type++)
		assert_int_equal(
		    verify_frame(public_key, (uint8_t)type, RESUME_REST),
		    type == 'R' ? 0 : BANK_ESEAL);
	assert_int_equal(
	    verify_frame(public_key, 'R', RESUME_REST - 1), BANK_ESEAL);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_rest_length(void **state)
{
	(void)state;
	assert_int_equal(sign_frame("a", key, 'L', LOGIN_REST), 0);
	assert_int_equal(verify_frame(public_key, 'L', LOGIN_REST), 0);
	assert_int_equal(
	    sign_frame("a", key, 'L', LOGIN_REST + 1), BANK_EINVAL);
	assert_int_equal(
	    verify_frame(public_key, 'L', LOGIN_REST + 1), BANK_ESEAL);
}

static void
test_read_key(void **state)
{
	EVP_PKEY *read;
	char *pem;
	size_t length;

	(void)state;
	assert_int_equal(pem_write_key(&pem, &length, key), 0);
	assert_int_equal(length, strlen(pem));
	assert_int_equal(kiosk_key_read(&read, pem, length), 0);
	assert_int_equal(sign_frame("lobby-1", read, 'R', RESUME_REST), 0);
	assert_int_equal(verify(), 0);
	EVP_PKEY_free(read);
	free(pem);
}

/* A key of another kind, and one behind a passphrase: never asks for it. */
static void
test_wrong_keys(void **state)
{
	EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), *made;
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem, *bytes;
	size_t length;

	(void)state;
	assert_int_equal(pem_write_key(&pem, &length, other), 0);
	assert_int_equal(kiosk_key_read(&made, pem, length), BANK_EINVAL);
	assert_null(made);
	assert_int_equal(kiosk_key_read(&made, "junk", 4), BANK_EINVAL);
	assert_int_equal(kiosk_key_read(&made, "", 0), BANK_EINVAL);
	assert_int_equal(sign_frame("a", other, 'R', RESUME_REST), BANK_EINVAL);
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key,
			     EVP_aes_256_cbc(), "secret", 6, NULL, NULL),
	    1);
	length = (size_t)BIO_get_mem_data(bio, &bytes);
	assert_int_equal(kiosk_key_read(&made, bytes, length), BANK_EINVAL);
	assert_null(made);
	assert_int_equal(ERR_peek_error(), 0);
	BIO_free(bio);
	free(pem);
	EVP_PKEY_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_signature),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_refused),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_all_is_signed),
		cmocka_unit_test(test_rest_length),
		cmocka_unit_test(test_read_key),
		cmocka_unit_test(test_wrong_keys),
	};

	return cmocka_run_group_tests_name("kiosk", tests, setup, teardown);
}
