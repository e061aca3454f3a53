/* SPDX-License-Identifier: ISC */
/*
 * The key schedule and the seals of atm-protocol(7).  The vault and the ATM run
 * this; the front has no key to use with it.  It may not touch a socket, a file
 * or a log.  The vault opens and seals one message for each request, so nothing
 * here allocates or looks up an algorithm for a message.  Algorithms are
 * fetched once in a process, and a direction's context keeps its key schedule,
 * so that only the IV changes.
 */
#include "seal.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "../base/error.h"
#include "../base/util.h"

#define IV_SIZE 12
#define IV_COUNTER 4 /* where the counter is in the IV */
#define PRK_SIZE 32
#define DATAGRAM_HEADER 12

static const uint8_t zeros[SEAL_BLOCK_SIZE];

/* Written once, before anybody reads it; workers derive and open too. */
static struct {
	CRYPTO_ONCE once;
	EVP_CIPHER *gcm;
	EVP_KDF *hkdf;
} algorithms = { .once = CRYPTO_ONCE_STATIC_INIT };

static void
algorithms_fetch(void)
{
	algorithms.gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	algorithms.hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
}

static bool
algorithms_ready(void)
{
	return CRYPTO_THREAD_run_once(&algorithms.once, algorithms_fetch) &&
	    algorithms.gcm != NULL && algorithms.hkdf != NULL;
}

/*
 * Clears OpenSSL's queue after a failure: the next SSL_read(3) on this thread
 * would take the error for its own.
 */
static int
failed(int error)
{
	ERR_clear_error();
	return error;
}

static size_t
padded_size(size_t text_length)
{
	size_t blocks = (text_length + SEAL_BLOCK_SIZE - 1) / SEAL_BLOCK_SIZE;

	return (blocks == 0 ? 1 : blocks) * SEAL_BLOCK_SIZE;
}

size_t
seal_size(size_t text_length)
{
	return padded_size(text_length) + SEAL_TAG_SIZE;
}

/* OSSL_PARAM has no const. */
static OSSL_PARAM
octets(const char *name, const void *data, size_t length)
{
	return OSSL_PARAM_construct_octet_string(
	    name, (void *)(uintptr_t)data, length);
}

/*
 * One step of HKDF-SHA256, extract (`extra`: the salt) or expand (the info);
 * both give 32 bytes.
 */
static int
hkdf_step(EVP_KDF_CTX *kdf, int mode, const uint8_t key[SEAL_KEY_SIZE],
    OSSL_PARAM extra, uint8_t out[PRK_SIZE])
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, digest, 0),
		octets(OSSL_KDF_PARAM_KEY, key, SEAL_KEY_SIZE),
		extra,
		OSSL_PARAM_construct_end(),
	};

	EVP_KDF_CTX_reset(kdf);
	return EVP_KDF_derive(kdf, out, PRK_SIZE, params) == 1 ? 0
							       : BANK_ECRYPTO;
}

static int
derive_all(struct seal_keys *keys, EVP_KDF_CTX *kdf,
    const uint8_t k[SEAL_KEY_SIZE], const uint8_t *salt, size_t salt_length)
{
	const struct {
		const char *info;
		uint8_t *key;
	} outputs[] = {
		{ "atm/1 up", keys->up.key },
		{ "atm/1 down", keys->down.key },
		{ "atm/1 notice", keys->notice.key },
	};
	uint8_t prk[PRK_SIZE];
	int error;

	error = hkdf_step(kdf, EVP_KDF_HKDF_MODE_EXTRACT_ONLY, k,
	    octets(OSSL_KDF_PARAM_SALT, salt, salt_length), prk);
	for (size_t i = 0; i < NELEM(outputs) && error == 0; i++)
		error = hkdf_step(kdf, EVP_KDF_HKDF_MODE_EXPAND_ONLY, prk,
		    octets(OSSL_KDF_PARAM_INFO, outputs[i].info,
			strlen(outputs[i].info)),
		    outputs[i].key);
	OPENSSL_cleanse(prk, sizeof(prk));
	return error;
}

int
seal_derive(struct seal_keys *keys, const uint8_t k[SEAL_KEY_SIZE],
    const uint8_t nonce[FRAME_NONCE_SIZE],
    const uint8_t binding[FRAME_BINDING_SIZE])
{
	uint8_t salt[FRAME_NONCE_SIZE + FRAME_BINDING_SIZE];
	EVP_KDF_CTX *kdf;
	int error;

	memset(keys, 0, sizeof(*keys));
	if (!algorithms_ready() ||
	    (kdf = EVP_KDF_CTX_new(algorithms.hkdf)) == NULL)
		return failed(BANK_ECRYPTO);
	memcpy(salt, nonce, FRAME_NONCE_SIZE);
	memcpy(salt + FRAME_NONCE_SIZE, binding, FRAME_BINDING_SIZE);
	error = derive_all(keys, kdf, k, salt, sizeof(salt));
	EVP_KDF_CTX_free(kdf);
	if (error != 0) {
		seal_wipe(keys);
		return failed(error);
	}
	keys->notice.counter = 1;
	return 0;
}

void
seal_wipe(struct seal_keys *keys)
{
	/* EVP_CIPHER_CTX_free(3) wipes its key schedule. */
	EVP_CIPHER_CTX_free(keys->up.context);
	EVP_CIPHER_CTX_free(keys->down.context);
	EVP_CIPHER_CTX_free(keys->notice.context);
	OPENSSL_cleanse(keys, sizeof(*keys));
}

static int
context_make(struct seal_direction *direction, int encrypt)
{
	EVP_CIPHER_CTX *context;

	if (!algorithms_ready() || (context = EVP_CIPHER_CTX_new()) == NULL)
		return BANK_ECRYPTO;
	if (!EVP_CipherInit_ex2(
		context, algorithms.gcm, direction->key, NULL, encrypt, NULL)) {
		EVP_CIPHER_CTX_free(context);
		return BANK_ECRYPTO;
	}
	direction->context = context;
	return 0;
}

/* Begins the message numbered `counter`: sets its IV and associated data. */
static int
gcm_begin(struct seal_direction *direction, int encrypt, uint64_t counter,
    const uint8_t *aad, int aad_length)
{
	uint8_t iv[IV_SIZE] = { 0 };
	int n;

	/* The last number is never used, so that no IV occurs twice. */
	if (counter == UINT64_MAX)
		return failed(BANK_ECRYPTO);
	if (direction->context == NULL && context_make(direction, encrypt) != 0)
		return failed(BANK_ECRYPTO);
	put_u64(iv + IV_COUNTER, counter);
	if (!EVP_CipherInit_ex2(
		direction->context, NULL, NULL, iv, encrypt, NULL) ||
	    !EVP_CipherUpdate(direction->context, NULL, &n, aad, aad_length))
		return failed(BANK_ECRYPTO);
	return 0;
}

/* Encrypts text || zeros up to `padded`, and appends the tag, as the message
 * begun. */
static int
gcm_seal(struct seal_direction *direction, const char *text, size_t length,
    size_t padded, uint8_t *out)
{
	EVP_CIPHER_CTX *context = direction->context;
	int n;

	if ((length > 0 &&
		!EVP_CipherUpdate(
		    context, out, &n, (const uint8_t *)text, (int)length)) ||
	    (padded > length &&
		!EVP_CipherUpdate(context, out + length, &n, zeros,
		    (int)(padded - length))) ||
	    !EVP_CipherFinal_ex(context, out + padded, &n) ||
	    !EVP_CIPHER_CTX_ctrl(
		context, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_SIZE, out + padded)) {
		OPENSSL_cleanse(out, padded + SEAL_TAG_SIZE);
		return failed(BANK_ECRYPTO);
	}
	direction->counter++;
	return 0;
}

/*
 * Opens sealed[0..plain_length) which the tag follows, as the message begun;
 * on failure none of it remains in `plain`.
 */
static int
gcm_open(struct seal_direction *direction, const uint8_t *sealed,
    size_t plain_length, char *plain)
{
	EVP_CIPHER_CTX *context = direction->context;
	uint8_t tag[SEAL_TAG_SIZE];
	int n;

	memcpy(tag, sealed + plain_length, sizeof(tag));
	if (!EVP_CipherUpdate(
		context, (uint8_t *)plain, &n, sealed, (int)plain_length) ||
	    !EVP_CIPHER_CTX_ctrl(
		context, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) ||
	    !EVP_CipherFinal_ex(context, (uint8_t *)plain, &n)) {
		OPENSSL_cleanse(plain, plain_length);
		return failed(BANK_ESEAL);
	}
	return 0;
}

int
seal_text(struct seal_direction *direction, uint8_t type, const char *text,
    size_t length, uint8_t *out, size_t size)
{
	int error;

	if (length > SEAL_MAX_TEXT || size < seal_size(length) ||
	    memchr(text, '\0', length) != NULL)
		return BANK_EINVAL;
	error = gcm_begin(direction, 1, direction->counter, &type, 1);
	if (error == 0)
		error =
		    gcm_seal(direction, text, length, padded_size(length), out);
	return error != 0 ? error : (int)seal_size(length);
}

/* Finds the end of the text in padded[0..size), which a NUL follows. */
static int
unpad(const char *padded, size_t size)
{
	size_t length = strlen(padded);
	const char *rest = padded + length;

	/*
	 * `rest` and the NUL after it are all zeros if `rest` equals itself +
	 * 1.
	 */
	if (memcmp(rest, rest + 1, size - length) != 0)
		return BANK_EINVAL;
	return (int)length;
}

int
seal_open(struct seal_direction *direction, uint8_t type, const uint8_t *sealed,
    size_t sealed_length, char *text, size_t size)
{
	size_t plain_length;
	int error;

	if (sealed_length < seal_size(0) ||
	    sealed_length > seal_size(SEAL_MAX_TEXT) ||
	    (sealed_length - SEAL_TAG_SIZE) % SEAL_BLOCK_SIZE != 0)
		return BANK_ESEAL;
	if (size < sealed_length)
		return BANK_ENOSPC;
	plain_length = sealed_length - SEAL_TAG_SIZE;
	error = gcm_begin(direction, 0, direction->counter, &type, 1);
	if (error == 0)
		error = gcm_open(direction, sealed, plain_length, text);
	if (error != 0)
		return error;
	direction->counter++;
	text[plain_length] = '\0';
	return unpad(text, plain_length);
}

int
seal_datagram(struct seal_direction *notice, const uint8_t key_id[4],
    const char *text, size_t length, uint8_t out[SEAL_DATAGRAM_SIZE])
{
	int error;

	if (length > SEAL_DATAGRAM_TEXT || memchr(text, '\0', length) != NULL)
		return BANK_EINVAL;
	memcpy(out, key_id, 4);
	put_u64(out + 4, notice->counter);
	error = gcm_begin(notice, 1, notice->counter, out, DATAGRAM_HEADER);
	if (error == 0)
		error = gcm_seal(notice, text, length, SEAL_DATAGRAM_TEXT,
		    out + DATAGRAM_HEADER);
	return error;
}

int
seal_open_datagram(struct seal_direction *notice, const uint8_t key_id[4],
    const uint8_t *data, size_t length, char text[SEAL_DATAGRAM_TEXT + 1])
{
	uint64_t counter;
	int result;

	if (length != SEAL_DATAGRAM_SIZE || memcmp(data, key_id, 4) != 0)
		return BANK_ESEAL;
	counter = get_u64(data + 4);
	if (counter < notice->counter ||
	    gcm_begin(notice, 0, counter, data, DATAGRAM_HEADER) != 0 ||
	    gcm_open(
		notice, data + DATAGRAM_HEADER, SEAL_DATAGRAM_TEXT, text) != 0)
		return BANK_ESEAL;
	notice->counter = counter + 1;
	text[SEAL_DATAGRAM_TEXT] = '\0';
	result = unpad(text, SEAL_DATAGRAM_TEXT);
	return result < 0 ? BANK_ESEAL : result;
}
