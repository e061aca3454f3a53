/* SPDX-License-Identifier: ISC */
/*
 * Kprb (the vault's): no other file of the vault has OpenSSL's handle to it,
 * and nothing here gives it out.
 */
#include "login_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/file.h"
#include "../../../shared/crypt/openssl_error.h"
#include "../../../shared/crypt/pem.h"
#include "../../../shared/crypt/seal_envelope.h"

#define KEY_FILE_MAX 16384
#define WRONG_SIZE 512

struct login_key {
	EVP_PKEY *private;
};

static int
parse(struct login_key *key, const char *pem, size_t length)
{
	int result;

	if ((result = openssl_error_check()) == 0)
		result = pem_read_key(&key->private, pem, length);
	if (result == 0 && !EVP_PKEY_is_a(key->private, "RSA"))
		result = openssl_error_take(BANK_EINVAL);
	return result;
}

static int
rehearse(const struct login_key *key)
{
	static const uint8_t nonce[FRAME_NONCE_SIZE],
	    binding[FRAME_BINDING_SIZE];
	uint8_t k[SEAL_KEY_SIZE], wrapped[FRAME_WRAPPED_SIZE],
	    sealed[FRAME_SEALED_SIZE];
	char text[sizeof(sealed)];
	struct seal_keys bank = { 0 }, kiosk = { 0 };
	int result, length = 0;

	result = RAND_bytes(k, sizeof(k)) == 1 ? 0 : BANK_ECRYPTO;
	if (result == 0)
		result = seal_wrap(key->private, k, wrapped);
	if (result == 0)
		result = seal_derive(&kiosk, k, nonce, binding);
	if (result == 0)
		result = seal_unwrap(key->private, wrapped, k);
	if (result == 0)
		result = seal_derive(&bank, k, nonce, binding);
	if (result == 0)
		length = seal_text(
		    &kiosk.up, FRAME_LOGIN, "", 0, sealed, sizeof(sealed));
	if (result == 0 && length >= 0)
		length = seal_open(&bank.up, FRAME_LOGIN, sealed,
		    (size_t)length, text, sizeof(text));
	seal_wipe(&kiosk);
	seal_wipe(&bank);
	return result == 0 && length == 0 ? 0 : EX_OSERR;
}

int
login_key_read(
    struct login_key **key, const char *path, char *error, size_t size)
{
	char *pem = NULL, wrong[WRONG_SIZE];
	size_t length = 0;
	int result;

	if ((*key = calloc(1, sizeof(**key))) == NULL)
		return EX_OSERR;
	if ((result = file_read(path, KEY_FILE_MAX, &pem, &length)) != 0) {
		snprintf(error, size, "%s: %s; bankd.ini: [keys] key", path,
		    file_strerror(result));
		return EX_CONFIG;
	}
	result = parse(*key, pem, length);
	OPENSSL_cleanse(pem, length);
	free(pem);
	if (result == 0) {
		if ((result = rehearse(*key)) != 0)
			snprintf(
			    error, size, "OpenSSL can't do what a login needs");
		return result;
	}
	openssl_error_say(result, "not an RSA private key (PEM)",
	    "restore it from a backup", wrong, sizeof(wrong));
	snprintf(error, size, "%s: %s", path, wrong);
	return result == BANK_EINVAL ? EX_CONFIG : EX_OSERR;
}

int
login_key_unwrap(const struct login_key *key,
    const uint8_t wrapped[FRAME_WRAPPED_SIZE], uint8_t k[SEAL_KEY_SIZE])
{
	return seal_unwrap(key->private, wrapped, k);
}

void
login_key_free(struct login_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->private);
	free(key);
}
