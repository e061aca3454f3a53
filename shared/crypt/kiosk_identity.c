/* SPDX-License-Identifier: ISC */
/*
 * Signs and verifies a kiosk's block.  The ATM signs; the vault verifies,
 * before any costly work, and tells only whether it is valid.
 */
#include "kiosk_identity.h"

#include <assert.h>
#include <string.h>

#include <openssl/err.h>

#include "../base/error.h"
#include "openssl_error.h"
#include "pem.h"
#include "../wire/wire.h"

#define NAME_SIZE 32
#define SIGNATURE_SIZE 64
#define LABEL "atm/1 kiosk"
#define LABEL_SIZE (sizeof(LABEL) - 1)
/* What follows the block in L, O and V; less in R. */
#define REST_MAX (FRAME_WRAPPED_SIZE + FRAME_SEALED_SIZE)

static_assert(NAME_SIZE + SIGNATURE_SIZE == FRAME_KIOSK_SIZE,
    "the block is a name and a signature");

/* The bytes that are signed. */
struct message {
	uint8_t bytes[LABEL_SIZE + 1 + FRAME_NONCE_SIZE + FRAME_BINDING_SIZE +
	    REST_MAX];
	size_t length;
};

bool
kiosk_is_none(const uint8_t block[FRAME_KIOSK_SIZE])
{
	static const uint8_t zeros[FRAME_KIOSK_SIZE];

	return memcmp(block, zeros, sizeof(zeros)) == 0;
}

int
kiosk_name(const uint8_t block[FRAME_KIOSK_SIZE], char name[KIOSK_NAME_SIZE])
{
	size_t length;

	memcpy(name, block, NAME_SIZE);
	name[NAME_SIZE] = '\0';
	length = strlen(name);
	for (size_t i = length; i < NAME_SIZE; i++) {
		if (name[i] != '\0')
			return BANK_EINVAL;
	}
	return wire_is_id(name, length) ? 0 : BANK_EINVAL;
}

static void
message_add(struct message *message, const void *bytes, size_t length)
{
	memcpy(message->bytes + message->length, bytes, length);
	message->length += length;
}

static int
message_make(struct message *message, const struct kiosk_frame *frame)
{
	if (frame->rest_length > REST_MAX)
		return BANK_EINVAL;
	message->length = 0;
	message_add(message, LABEL, LABEL_SIZE);
	message_add(message, &frame->type, 1);
	message_add(message, frame->nonce, FRAME_NONCE_SIZE);
	message_add(message, frame->binding, FRAME_BINDING_SIZE);
	message_add(message, frame->rest, frame->rest_length);
	return 0;
}

int
kiosk_sign(uint8_t block[FRAME_KIOSK_SIZE], const char *name, EVP_PKEY *key,
    const struct kiosk_frame *frame)
{
	struct message message;
	size_t length = SIGNATURE_SIZE;
	EVP_MD_CTX *context;
	int ok;

	memset(block, 0, FRAME_KIOSK_SIZE);
	if (key == NULL)
		return 0;
	if (!wire_is_id(name, strlen(name)) || !EVP_PKEY_is_a(key, "ED25519") ||
	    message_make(&message, frame) != 0)
		return BANK_EINVAL;
	memcpy(block, name, strlen(name));
	context = EVP_MD_CTX_new();
	ok = context != NULL &&
	    EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestSign(context, block + NAME_SIZE, &length, message.bytes,
		message.length) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return ok ? 0 : BANK_ECRYPTO;
}

int
kiosk_verify(const uint8_t block[FRAME_KIOSK_SIZE],
    const uint8_t public_key[KIOSK_PUBLIC_SIZE],
    const struct kiosk_frame *frame)
{
	struct message message;
	EVP_PKEY *key;
	EVP_MD_CTX *context;
	int ok;

	if (message_make(&message, frame) != 0)
		return BANK_ESEAL;
	key = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, public_key, KIOSK_PUBLIC_SIZE);
	context = EVP_MD_CTX_new();
	ok = key != NULL && context != NULL &&
	    EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(context, block + NAME_SIZE, SIGNATURE_SIZE,
		message.bytes, message.length) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok ? 0 : BANK_ESEAL;
}

int
kiosk_key_read(EVP_PKEY **key, const void *pem, size_t length)
{
	int error = pem_read_key(key, pem, length);

	if (error != 0 || EVP_PKEY_is_a(*key, "ED25519"))
		return error;
	EVP_PKEY_free(*key);
	*key = NULL;
	return openssl_error_take(BANK_EINVAL);
}
