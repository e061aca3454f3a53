/* SPDX-License-Identifier: ISC */
/*
 * K and everything derived from it: the envelope E(Kpub, K) (RSA-OAEP, RFC
 * 8017), the three keys (HKDF, RFC 5869) and the seals (AES-256-GCM, SP
 * 800-38D) of atm-protocol(7), for both sides of the wire.  Pure: knows no
 * sockets, and keeps state only in the structs below.  After the first message
 * of a direction, a message allocates nothing.
 */
#ifndef SHARED_SEAL_H
#define SHARED_SEAL_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "../wire/frame.h"

#define SEAL_KEY_SIZE 32
#define SEAL_TAG_SIZE 16
#define SEAL_BLOCK_SIZE 256
#define SEAL_MAX_TEXT (255 * SEAL_BLOCK_SIZE)

/* Datagrams: key-id(4) counter(8) sealed(128) tag(16). */
#define SEAL_DATAGRAM_TEXT 128
#define SEAL_DATAGRAM_SIZE (12 + SEAL_DATAGRAM_TEXT + SEAL_TAG_SIZE)

/*
 * One direction: a key and the number of its next message.  A side either seals
 * or opens with it.  May be moved but not copied, since it owns `context`.
 */
struct seal_direction {
	uint8_t key[SEAL_KEY_SIZE];
	uint64_t counter;
	EVP_CIPHER_CTX *context; /* made by the first use, NULL before it */
};

struct seal_keys {
	struct seal_direction up;     /* ATM to bank */
	struct seal_direction down;   /* bank to ATM */
	struct seal_direction notice; /* datagrams; counter starts at 1 */
};

/* The size of a sealed text: padded to blocks, with a tag. */
size_t seal_size(size_t text_length);

/*
 * Derives the keys of a connection from K, the bank's nonce and the channel
 * binding; counters are set to 0 (notice: 1).  Whatever `keys` held must
 * have been wiped.  Returns 0 or BANK_ECRYPTO.
 */
int seal_derive(struct seal_keys *keys, const uint8_t k[SEAL_KEY_SIZE],
    const uint8_t nonce[FRAME_NONCE_SIZE],
    const uint8_t binding[FRAME_BINDING_SIZE]);

/* Wipes keys and frees contexts.  May be called on zeroed keys. */
void seal_wipe(struct seal_keys *keys);

/*
 * Seals text[0..length) as the next message of `direction`, with the frame's
 * type byte as associated data.  `out` has room for seal_size(length) and is
 * not where the text is.  Returns the bytes written; BANK_EINVAL for a text
 * too long (for `out` too) or with a zero byte in it; BANK_ECRYPTO.
 */
int seal_text(struct seal_direction *direction, uint8_t type, const char *text,
    size_t length, uint8_t *out, size_t size);

/*
 * Opens what seal_text() made.  `text` has room for sealed_length bytes, and
 * gets the text and a NUL.  Returns the text's length without the zero bytes at
 * the end.  BANK_ESEAL: length or tag is wrong; the counter stays, and `text`
 * is empty.  BANK_EINVAL: the seal is valid, but the text contains a zero byte
 * before its end; the counter counts on, so answer it.  BANK_ENOSPC: `text` is
 * too small.  BANK_ECRYPTO.
 */
int seal_open(struct seal_direction *direction, uint8_t type,
    const uint8_t *sealed, size_t sealed_length, char *text, size_t size);

/* Seals one notice into `out`; advances the counter.  0 or BANK_E.... */
int seal_datagram(struct seal_direction *notice, const uint8_t key_id[4],
    const char *text, size_t length, uint8_t out[SEAL_DATAGRAM_SIZE]);

/*
 * Opens a datagram of this key-id whose counter is at least notice->counter,
 * and then sets notice->counter to the next one.  Returns the text's length, or
 * BANK_ESEAL for any other datagram, which is to be dropped.
 */
int seal_open_datagram(struct seal_direction *notice, const uint8_t key_id[4],
    const uint8_t *data, size_t length, char text[SEAL_DATAGRAM_TEXT + 1]);

/* E(Kpub, K).  Returns 0 or BANK_ECRYPTO. */
int seal_wrap(EVP_PKEY *bank_public, const uint8_t k[SEAL_KEY_SIZE],
    uint8_t wrapped[FRAME_WRAPPED_SIZE]);

/*
 * Opens E(Kpub, K).  Always fills `k`: with K, or, if the envelope is invalid,
 * with fresh random bytes and BANK_ESEAL.  The caller then continues in the
 * same way, after the same work.  BANK_ECRYPTO (no random bytes, or a key other
 * than RSA of 3072 bits): k is zeros and must not be used.  Safe on any thread.
 */
int seal_unwrap(EVP_PKEY *bank_private,
    const uint8_t wrapped[FRAME_WRAPPED_SIZE], uint8_t k[SEAL_KEY_SIZE]);

#endif
