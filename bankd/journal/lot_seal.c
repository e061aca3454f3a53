/* SPDX-License-Identifier: ISC */
/*
 * Keys, and AES-256-GCM, for lots that leave their host.  The vault's, and
 * bankctl's; no key leaves this file.
 */
#include "lot_seal.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/kdf.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define NONCE_SIZE 12
#define AAD_SIZE (8 + LOT_DIGEST)

static const char key_label[] = "bank lot", mark_label[] = "bank mark";

static int
failed(int error)
{
	ERR_clear_error();
	return error;
}

/* OSSL_PARAM has no const. */
static OSSL_PARAM
octets(const char *name, const void *data, size_t length)
{
	return OSSL_PARAM_construct_octet_string(
	    name, (void *)(uintptr_t)data, length);
}

static int
derive(const uint8_t *secret, const void *info, size_t length,
    uint8_t key[LOT_SEAL_KEY])
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, digest, 0),
		octets(OSSL_KDF_PARAM_KEY, secret, LOT_SEAL_SECRET),
		octets(OSSL_KDF_PARAM_INFO, info, length),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *kdf = hkdf != NULL ? EVP_KDF_CTX_new(hkdf) : NULL;
	int error =
	    kdf != NULL && EVP_KDF_derive(kdf, key, LOT_SEAL_KEY, params) == 1
	    ? 0
	    : failed(BANK_ECRYPTO);

	EVP_KDF_CTX_free(kdf);
	EVP_KDF_free(hkdf);
	return error;
}

int
lot_seal_open(struct lot_seal *seal, const uint8_t secret[LOT_SEAL_SECRET])
{
	*seal = (struct lot_seal) { .secret = secret };
	seal->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	if (seal->gcm == NULL)
		return failed(BANK_ECRYPTO);
	seal->context = EVP_CIPHER_CTX_new();
	return seal->context != NULL ? 0 : BANK_ENOMEM;
}

void
lot_seal_close(struct lot_seal *seal)
{
	EVP_CIPHER_CTX_free(seal->context); /* wipes its key schedule */
	EVP_CIPHER_free(seal->gcm);
	OPENSSL_cleanse(seal, sizeof(*seal));
}

int
lot_seal_mark(const struct lot_seal *seal, uint8_t mark[LOT_SEAL_KEY])
{
	return derive(seal->secret, mark_label, strlen(mark_label), mark);
}

static int
use_key(struct lot_seal *seal, const struct lot_row *row)
{
	uint8_t info[sizeof(key_label) - 1 + 4 + LOT_BOOT];
	size_t label = sizeof(key_label) - 1;
	int error;

	if (seal->host == row->host && row->host != 0 &&
	    memcmp(seal->boot, row->boot, LOT_BOOT) == 0)
		return 0;
	memcpy(info, key_label, label);
	put_u32(info + label, row->host);
	memcpy(info + label + 4, row->boot, LOT_BOOT);
	error = derive(seal->secret, info, sizeof(info), seal->key);
	seal->host = error == 0 ? row->host : 0;
	memcpy(seal->boot, row->boot, LOT_BOOT);
	return error;
}

/* Key, nonce and associated data. */
static int
begin(struct lot_seal *seal, const struct lot_row *row, int sealing)
{
	uint8_t nonce[NONCE_SIZE] = { 0 }, aad[AAD_SIZE];
	int length, error = use_key(seal, row);

	if (error != 0)
		return error;
	put_u64(nonce + 4, row->counter);
	put_u64(aad, row->number);
	memcpy(aad + 8, row->before, LOT_DIGEST);
	if (!EVP_CipherInit_ex2(
		seal->context, seal->gcm, seal->key, nonce, sealing, NULL) ||
	    !EVP_CipherUpdate(seal->context, NULL, &length, aad, AAD_SIZE))
		return failed(BANK_ECRYPTO);
	return 0;
}

int
lot_seal_put(struct lot_seal *seal, const struct lot_row *row,
    const uint8_t *bytes, size_t length, uint8_t *out)
{
	int written, last, error = begin(seal, row, 1);

	if (error != 0)
		return error;
	if (!EVP_CipherUpdate(
		seal->context, out, &written, bytes, (int)length) ||
	    !EVP_CipherFinal_ex(seal->context, out + written, &last) ||
	    !EVP_CIPHER_CTX_ctrl(seal->context, EVP_CTRL_AEAD_GET_TAG,
		LOT_SEAL_TAG, out + length))
		return failed(BANK_ECRYPTO);
	return 0;
}

int
lot_seal_get(struct lot_seal *seal, const struct lot_row *row, uint8_t *out)
{
	uint8_t tag[LOT_SEAL_TAG];
	size_t length = row->length - LOT_SEAL_TAG;
	int written, last, error;

	if (row->length < LOT_SEAL_TAG || row->length > LOT_MAX)
		return BANK_ESEAL;
	if ((error = begin(seal, row, 0)) != 0)
		return error;
	memcpy(tag, row->data + length, LOT_SEAL_TAG);
	if (!EVP_CipherUpdate(
		seal->context, out, &written, row->data, (int)length) ||
	    !EVP_CIPHER_CTX_ctrl(
		seal->context, EVP_CTRL_AEAD_SET_TAG, LOT_SEAL_TAG, tag))
		return failed(BANK_ECRYPTO);
	return EVP_CipherFinal_ex(seal->context, out + written, &last) == 1
	    ? 0
	    : failed(BANK_ESEAL);
}
