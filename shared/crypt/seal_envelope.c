/* SPDX-License-Identifier: ISC */
/*
 * The envelope E(Kpub, K): the two functions of seal.h that need RSA.  The ATM
 * wraps; the vault unwraps on its worker threads, so there is no state here.
 * Neither time nor error may distinguish an invalid envelope from a valid one.
 */
#include "seal.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "../base/error.h"

static EVP_PKEY_CTX *
oaep_begin(EVP_PKEY *key, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *context;

	if (EVP_PKEY_get_size(key) != FRAME_WRAPPED_SIZE ||
	    (context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL)) == NULL)
		return NULL;
	if (init(context) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) <=
		0 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) <= 0) {
		EVP_PKEY_CTX_free(context);
		return NULL;
	}
	return context;
}

int
seal_wrap(EVP_PKEY *bank_public, const uint8_t k[SEAL_KEY_SIZE],
    uint8_t wrapped[FRAME_WRAPPED_SIZE])
{
	EVP_PKEY_CTX *context;
	size_t length = FRAME_WRAPPED_SIZE;
	int error = BANK_ECRYPTO;

	context = oaep_begin(bank_public, EVP_PKEY_encrypt_init);
	if (context != NULL &&
	    EVP_PKEY_encrypt(context, wrapped, &length, k, SEAL_KEY_SIZE) ==
		1 &&
	    length == FRAME_WRAPPED_SIZE)
		error = 0;
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return error;
}

/*
 * Whether `wrapped` is a number below the modulus.  OpenSSL refuses a larger
 * one without the private operation, and would therefore answer sooner.
 */
static bool
below_modulus(EVP_PKEY *key, const uint8_t wrapped[FRAME_WRAPPED_SIZE])
{
	uint8_t modulus[FRAME_WRAPPED_SIZE];
	BIGNUM *n = NULL;
	bool below = false;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) &&
	    BN_bn2binpad(n, modulus, sizeof(modulus)) > 0)
		below = memcmp(wrapped, modulus, sizeof(modulus)) < 0;
	BN_free(n);
	return below;
}

/* Selects one of the two without a branch. */
static void
choose(uint8_t out[SEAL_KEY_SIZE], bool first, const uint8_t *one,
    const uint8_t *other)
{
	uint8_t mask = (uint8_t)(0U - first);

	for (size_t i = 0; i < SEAL_KEY_SIZE; i++)
		out[i] = (uint8_t)((one[i] & mask) | (other[i] & ~mask));
}

int
seal_unwrap(EVP_PKEY *bank_private, const uint8_t wrapped[FRAME_WRAPPED_SIZE],
    uint8_t k[SEAL_KEY_SIZE])
{
	uint8_t input[FRAME_WRAPPED_SIZE], plain[FRAME_WRAPPED_SIZE] = { 0 };
	uint8_t fallback[SEAL_KEY_SIZE] = { 0 };
	size_t length = sizeof(plain);
	EVP_PKEY_CTX *context = NULL;
	int error = BANK_ECRYPTO, decrypted;
	bool right;

	memset(k, 0, SEAL_KEY_SIZE);
	if (RAND_priv_bytes(fallback, sizeof(fallback)) != 1 ||
	    (context = oaep_begin(bank_private, EVP_PKEY_decrypt_init)) == NULL)
		goto out;
	memcpy(input, wrapped, sizeof(input));
	right = below_modulus(bank_private, wrapped);
	if (!right)
		input[0] &= 0x7f; /* below any modulus of this size */
	decrypted =
	    EVP_PKEY_decrypt(context, plain, &length, input, sizeof(input));
	right &= (decrypted == 1) & (length == SEAL_KEY_SIZE);
	choose(k, right, plain, fallback);
	error = right ? 0 : BANK_ESEAL;
out:
	EVP_PKEY_CTX_free(context);
	OPENSSL_cleanse(plain, sizeof(plain));
	OPENSSL_cleanse(fallback, sizeof(fallback));
	ERR_clear_error();
	return error;
}
