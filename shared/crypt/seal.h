/* SPDX-License-Identifier: ISC */
/*
 * K and what is made of it: the envelope E(Kpub, K) (RSA-OAEP, RFC 8017),
 * the three keys (HKDF, RFC 5869) and the seals (AES-256-GCM, SP 800-38D)
 * of atm-protocol(7).  Both sides of the wire are here.  Pure: knows no
 * sockets, keeps no state but in the structs below.  Nothing is allocated
 * for a message after a direction's first.
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
 * One direction: a key and the number of its next message.  A side seals
 * with it or opens, not both.  May be moved, not copied: it owns `context`.
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

/* Bytes that `text_length` takes when sealed: padded to blocks, and a tag. */
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
 * Opens what seal_text() made.  `text` has room for sealed_length bytes; it
 * is set to the text and a NUL.  Returns the text's length (zero bytes at the
 * end cut off); BANK_ESEAL where length or tag don't fit (the counter then
 * stays, and nothing is in `text`); BANK_EINVAL where the seal is right and
 * the text holds a zero byte before its end (the counter counts on: answer
 * it); BANK_ENOSPC where `text` is too small; BANK_ECRYPTO.
 */
int seal_open(struct seal_direction *direction, uint8_t type,
    const uint8_t *sealed, size_t sealed_length, char *text, size_t size);

/* Seals one notice into `out`; counts the direction on.  0 or BANK_E.... */
int seal_datagram(struct seal_direction *notice, const uint8_t key_id[4],
    const char *text, size_t length, uint8_t out[SEAL_DATAGRAM_SIZE]);

/*
 * Opens a datagram of this key-id whose counter is at least
 * notice->counter, then sets notice->counter past it.  Returns the text's
 * length, or BANK_ESEAL for anything else: drop it.
 */
int seal_open_datagram(struct seal_direction *notice, const uint8_t key_id[4],
    const uint8_t *data, size_t length, char text[SEAL_DATAGRAM_TEXT + 1]);

/* E(Kpub, K).  Returns 0 or BANK_ECRYPTO. */
int seal_wrap(EVP_PKEY *bank_public, const uint8_t k[SEAL_KEY_SIZE],
    uint8_t wrapped[FRAME_WRAPPED_SIZE]);

/*
 * Opens E(Kpub, K).  Always fills `k`: with K, or, where the envelope is not
 * right, with fresh random bytes and BANK_ESEAL, so that the caller goes on
 * the same way, after the same work.  BANK_ECRYPTO (no random bytes, or a
 * key that is not RSA of 3072 bits): k is zeros, not to be used.  Safe on
 * any thread.
 */
int seal_unwrap(EVP_PKEY *bank_private,
    const uint8_t wrapped[FRAME_WRAPPED_SIZE], uint8_t k[SEAL_KEY_SIZE]);

#endif
