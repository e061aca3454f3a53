/* SPDX-License-Identifier: ISC */
/*
 * A kiosk's identity: the 96 bytes `name(32) || Ed25519 signature` that
 * begin L, O, R and V (atm-protocol(7)), and the key behind it.  Pure.
 */
#ifndef SHARED_KIOSK_IDENTITY_H
#define SHARED_KIOSK_IDENTITY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../wire/frame.h"

#define KIOSK_NAME_SIZE 33 /* 1 to 32 characters of an id, and NUL */
#define KIOSK_PUBLIC_SIZE 32

/* Whether the block is all zero: an ATM that isn't enrolled. */
bool kiosk_is_none(const uint8_t block[FRAME_KIOSK_SIZE]);

/* Reads the block's name.  0, or BANK_EINVAL if it is no valid ID. */
int kiosk_name(
    const uint8_t block[FRAME_KIOSK_SIZE], char name[KIOSK_NAME_SIZE]);

/* What a kiosk signs: a frame, and the connection that it is for. */
struct kiosk_frame {
	uint8_t type;
	const uint8_t *nonce;   /* FRAME_NONCE_SIZE */
	const uint8_t *binding; /* FRAME_BINDING_SIZE */
	const uint8_t *rest;    /* the body after the block */
	size_t rest_length;
};

/*
 * Makes the block for a frame.  `key` is the kiosk's Ed25519 key; NULL makes
 * the block of zeros.  0, BANK_EINVAL or BANK_ECRYPTO.
 */
int kiosk_sign(uint8_t block[FRAME_KIOSK_SIZE], const char *name, EVP_PKEY *key,
    const struct kiosk_frame *frame);

/* Returns 0 if the block's signature is by `public_key`, else BANK_ESEAL. */
int kiosk_verify(const uint8_t block[FRAME_KIOSK_SIZE],
    const uint8_t public_key[KIOSK_PUBLIC_SIZE],
    const struct kiosk_frame *frame);

/* Reads a kiosk's key, PKCS#8 PEM; the caller frees *key.  0, or BANK_EINVAL.
 */
int kiosk_key_read(EVP_PKEY **key, const void *pem, size_t length);

#endif
