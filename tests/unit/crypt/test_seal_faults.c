/* SPDX-License-Identifier: ISC */
/*
 * When OpenSSL fails: each call that seals and envelopes make of it fails
 * once.  Nothing secret stays behind, nothing counts on, nothing is left in
 * OpenSSL's queue of errors, and the next try is as if none had been.
 */
#include <sys/wait.h>

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "../../../shared/crypt/channel.h"
#include "../../../shared/crypt/channel_certificate.h"
#include "../../../shared/base/error.h"
#include "../../../shared/crypt/seal.h"
#include "../../../shared/crypt/seal_envelope.h"
#include "../../../shared/base/util.h"
#include "../../../shared/wire/wire.h"

#define TEXT "a text that nobody else may have"

/* The nth call from now on fails, whichever it is; 0: none. */
static long nth;
/* This one alone, where it is set. */
static const char *only;
static bool failed;

extern const char __executable_start, etext;

/* OpenSSL calls itself by these names too: that isn't counted. */
static bool
fails(const char *name, const void *caller)
{
	if (caller < (const void *)&__executable_start ||
	    caller > (const void *)&etext)
		return false;
	if (nth == 0 || (only != NULL && strcmp(name, only) != 0) || --nth > 0)
		return false;
	/* As a real one may. */
	ERR_raise(ERR_LIB_EVP, ERR_R_INTERNAL_ERROR);
	return failed = true;
}

/* A function of OpenSSL's, which this program's own takes the place of. */
#define CALL(type, name, parameters, arguments, on_failure)                \
	type name parameters                                               \
	{                                                                  \
		static type(*real) parameters;                             \
                                                                           \
		if (real == NULL)                                          \
			*(void **)(void *)&real = dlsym(RTLD_NEXT, #name); \
		return fails(#name, __builtin_return_address(0))           \
		    ? on_failure                                           \
		    : real arguments;                                      \
	}

CALL(EVP_CIPHER *, EVP_CIPHER_fetch,
    (OSSL_LIB_CTX * library, const char *name, const char *properties),
    (library, name, properties), NULL)
CALL(EVP_KDF *, EVP_KDF_fetch,
    (OSSL_LIB_CTX * library, const char *name, const char *properties),
    (library, name, properties), NULL)
CALL(int, CRYPTO_THREAD_run_once,
    (CRYPTO_ONCE * once, void (*initialize)(void)), (once, initialize), 0)
CALL(EVP_KDF_CTX *, EVP_KDF_CTX_new, (EVP_KDF * kdf), (kdf), NULL)
CALL(int, EVP_KDF_derive,
    (EVP_KDF_CTX * context, unsigned char *key, size_t length,
	const OSSL_PARAM params[]),
    (context, key, length, params), 0)
CALL(EVP_CIPHER_CTX *, EVP_CIPHER_CTX_new, (void), (), NULL)
CALL(int, EVP_CipherInit_ex2,
    (EVP_CIPHER_CTX * context, const EVP_CIPHER *cipher,
	const unsigned char *key, const unsigned char *iv, int encrypt,
	const OSSL_PARAM params[]),
    (context, cipher, key, iv, encrypt, params), 0)
CALL(int, EVP_CipherUpdate,
    (EVP_CIPHER_CTX * context, unsigned char *out, int *out_length,
	const unsigned char *in, int in_length),
    (context, out, out_length, in, in_length), 0)
CALL(int, EVP_CipherFinal_ex,
    (EVP_CIPHER_CTX * context, unsigned char *out, int *length),
    (context, out, length), 0)
CALL(int, EVP_CIPHER_CTX_ctrl,
    (EVP_CIPHER_CTX * context, int type, int argument, void *pointer),
    (context, type, argument, pointer), 0)
CALL(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_pkey,
    (OSSL_LIB_CTX * library, EVP_PKEY *key, const char *properties),
    (library, key, properties), NULL)
CALL(int, EVP_PKEY_encrypt_init, (EVP_PKEY_CTX * context), (context), 0)
CALL(int, EVP_PKEY_decrypt_init, (EVP_PKEY_CTX * context), (context), 0)
CALL(int, EVP_PKEY_CTX_set_rsa_padding, (EVP_PKEY_CTX * context, int padding),
    (context, padding), 0)
CALL(int, EVP_PKEY_CTX_set_rsa_oaep_md,
    (EVP_PKEY_CTX * context, const EVP_MD *digest), (context, digest), 0)
CALL(int, EVP_PKEY_CTX_set_rsa_mgf1_md,
    (EVP_PKEY_CTX * context, const EVP_MD *digest), (context, digest), 0)
CALL(int, EVP_PKEY_encrypt,
    (EVP_PKEY_CTX * context, unsigned char *out, size_t *out_length,
	const unsigned char *in, size_t in_length),
    (context, out, out_length, in, in_length), 0)
CALL(int, EVP_PKEY_get_bn_param,
    (const EVP_PKEY *key, const char *name, BIGNUM **number),
    (key, name, number), 0)
CALL(int, BN_bn2binpad, (const BIGNUM *number, unsigned char *to, int length),
    (number, to, length), -1)
CALL(int, RAND_priv_bytes, (unsigned char *bytes, int count), (bytes, count), 0)
CALL(int, RAND_bytes, (unsigned char *bytes, int count), (bytes, count), 0)

static EVP_PKEY *bank_private, *bank_public;
static const uint8_t k[SEAL_KEY_SIZE] = { 1 };
static const uint8_t nonce[FRAME_NONCE_SIZE], binding[FRAME_BINDING_SIZE];

static bool
is_zero(const void *data, size_t length)
{
	const uint8_t *bytes = data;

	while (length > 0 && bytes[length - 1] == 0)
		length--;
	return length == 0;
}

static void
derive(struct seal_keys *keys)
{
	assert_int_equal(seal_derive(keys, k, nonce, binding), 0);
}

static void
try_derive(void)
{
	struct seal_keys keys;
	int error = seal_derive(&keys, k, nonce, binding);

	assert_int_equal(error, failed ? BANK_ECRYPTO : 0);
	if (failed)
		assert_true(is_zero(&keys, sizeof(keys)));
	seal_wipe(&keys);
}

static void
try_seal(void)
{
	uint8_t out[SEAL_BLOCK_SIZE + SEAL_TAG_SIZE] = { 0 };
	long at = nth;
	struct seal_keys keys;
	int length;

	nth = 0;
	derive(&keys);
	nth = at;
	length = seal_text(
	    &keys.up, FRAME_SEALED, TEXT, strlen(TEXT), out, sizeof(out));
	assert_int_equal(length, failed ? BANK_ECRYPTO : (int)sizeof(out));
	assert_int_equal(keys.up.counter, !failed);
	if (failed)
		assert_true(is_zero(out, sizeof(out)));
	nth = 0;
	assert_int_equal(seal_text(&keys.up, FRAME_SEALED, TEXT, strlen(TEXT),
			     out, sizeof(out)),
	    (int)sizeof(out));
	seal_wipe(&keys);
}

static void
try_open(void)
{
	uint8_t sealed[SEAL_BLOCK_SIZE + SEAL_TAG_SIZE];
	char text[sizeof(sealed)] = "";
	long at = nth;
	struct seal_keys keys, other;
	int length;

	nth = 0;
	derive(&keys);
	derive(&other);
	seal_text(&other.up, FRAME_SEALED, TEXT, strlen(TEXT), sealed,
	    sizeof(sealed));
	nth = at;
	length = seal_open(
	    &keys.up, FRAME_SEALED, sealed, sizeof(sealed), text, sizeof(text));
	if (failed) {
		assert_true(length == BANK_ECRYPTO || length == BANK_ESEAL);
		assert_int_equal(keys.up.counter, 0);
		assert_true(is_zero(text, sizeof(text)));
	}
	nth = 0;
	if (failed)
		length = seal_open(&keys.up, FRAME_SEALED, sealed,
		    sizeof(sealed), text, sizeof(text));
	assert_int_equal(length, strlen(TEXT));
	assert_string_equal(text, TEXT);
	seal_wipe(&keys);
	seal_wipe(&other);
}

static void
try_datagram(void)
{
	uint8_t data[SEAL_DATAGRAM_SIZE];
	char text[SEAL_DATAGRAM_TEXT + 1];
	long at = nth;
	struct seal_keys keys, other;
	int error;

	nth = 0;
	derive(&keys);
	derive(&other);
	nth = at;
	error = seal_datagram(&keys.notice, nonce, TEXT, strlen(TEXT), data);
	assert_int_equal(error, failed ? BANK_ECRYPTO : 0);
	assert_int_equal(keys.notice.counter, failed ? 1 : 2);
	at = nth;
	nth = 0;
	if (failed)
		assert_int_equal(seal_datagram(&keys.notice, nonce, TEXT,
				     strlen(TEXT), data),
		    0);
	nth = at;
	if (seal_open_datagram(&other.notice, nonce, data, sizeof(data), text) <
	    0) {
		assert_true(failed);
		assert_int_equal(other.notice.counter, 1);
	} else
		assert_string_equal(text, TEXT);
	seal_wipe(&keys);
	seal_wipe(&other);
}

static void
try_wrap(void)
{
	uint8_t wrapped[FRAME_WRAPPED_SIZE];
	int error = seal_wrap(bank_public, k, wrapped);

	assert_int_equal(error, failed ? BANK_ECRYPTO : 0);
}

/* A K that is not the one sealed, or none: never the right one by halves. */
static void
try_unwrap(void)
{
	uint8_t wrapped[FRAME_WRAPPED_SIZE], opened[SEAL_KEY_SIZE];
	long at = nth;
	int error;

	nth = 0;
	assert_int_equal(seal_wrap(bank_public, k, wrapped), 0);
	nth = at;
	error = seal_unwrap(bank_private, wrapped, opened);
	if (!failed) {
		assert_int_equal(error, 0);
		assert_memory_equal(opened, k, sizeof(k));
		return;
	}
	assert_true(error == BANK_ECRYPTO || error == BANK_ESEAL);
	assert_true(is_zero(opened, sizeof(opened)) == (error == BANK_ECRYPTO));
	assert_memory_not_equal(opened, k, sizeof(k));
}

static void
try_txid(void)
{
	uint8_t txid[WIRE_TXID_SIZE];
	int error = wire_make_txid(1, txid);

	assert_int_equal(error, failed ? BANK_ECRYPTO : 0);
}

/* `failed` is what it says only once the call was made. */
static void
test_each_call_fails(void **state)
{
	static void (*const tries[])(void) = { try_derive, try_seal, try_open,
		try_datagram, try_wrap, try_unwrap, try_txid };
	struct seal_keys keys;
	long calls;

	(void)state;
	/* What is looked up once in a process is there. */
	derive(&keys);
	seal_wipe(&keys);
	for (size_t i = 0; i < NELEM(tries); i++) {
		failed = true;
		for (calls = 0; failed; calls++) {
			failed = false;
			nth = calls + 1;
			tries[i]();
			nth = 0;
			assert_int_equal(ERR_peek_error(), 0);
		}
		assert_true(calls > 1);
	}
}

/* These are looked up once in a process. */
static int
without(const char *name)
{
	uint8_t out[SEAL_BLOCK_SIZE + SEAL_TAG_SIZE];
	struct seal_keys keys;

	only = name;
	nth = 1;
	if (seal_derive(&keys, k, nonce, binding) != BANK_ECRYPTO || !failed ||
	    !is_zero(&keys, sizeof(keys)))
		return 1;
	return seal_text(&keys.up, FRAME_SEALED, TEXT, strlen(TEXT), out,
		   sizeof(out)) == BANK_ECRYPTO
	    ? 0
	    : 2;
}

static void
test_algorithms_that_are_not_there(void **state)
{
	static const char *const names[] = { "EVP_CIPHER_fetch",
		"EVP_KDF_fetch" };
	int status;
	pid_t pid;

	(void)state;
	for (size_t i = 0; i < NELEM(names); i++) {
		if ((pid = fork()) == 0)
			_exit(without(names[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static int
group_setup(void **state)
{
	struct channel_pem pem = { 0 };
	BIO *bio;

	(void)state;
	if (channel_make_bank(&pem, "Bank") != 0 ||
	    channel_bank_public(
		&bank_public, pem.certificate, pem.certificate_length) != 0)
		return -1;
	bio = BIO_new_mem_buf(pem.key, (int)pem.key_length);
	bank_private = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	channel_pem_wipe(&pem);
	return bank_private == NULL ? -1 : 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(bank_private);
	EVP_PKEY_free(bank_public);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: then they are looked up. */
		cmocka_unit_test(test_algorithms_that_are_not_there),
		cmocka_unit_test(test_each_call_fails),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
