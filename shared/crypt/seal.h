/* SPDX-License-Identifier: ISC */
/*
 * What is made of K: the three keys (HKDF, RFC 5869) and the seals
 * (AES-256-GCM, SP 800-38D) of atm-protocol(7), for both sides.  Pure.
 * Nothing is allocated for a message after a direction's first.
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
 * A key and the number of its next message.  A side seals with it or opens,
 * not both.  It may be moved, not copied: it owns `context`.
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

/* Bytes of a sealed text: padded to blocks, and a tag. */
size_t seal_size(size_t text_length);

/* A connection's keys, with fresh counters.  0 or BANK_ECRYPTO. */
int seal_derive(struct seal_keys *keys, const uint8_t k[SEAL_KEY_SIZE],
    const uint8_t nonce[FRAME_NONCE_SIZE],
    const uint8_t binding[FRAME_BINDING_SIZE]);
/* Wipes and frees, before new ones are derived too; keys may be zeroed. */
void seal_wipe(struct seal_keys *keys);

/*
 * Seals a text as the next message of `direction`, with the frame's type as
 * associated data.  `out` has room for seal_size(length), and isn't `text`.
 * Returns the bytes written; BANK_EINVAL for a text that is too long (for
 * `out` too) or has a zero byte in it; BANK_ECRYPTO.
 */
int seal_text(struct seal_direction *direction, uint8_t type, const char *text,
    size_t length, uint8_t *out, size_t size);

/*
 * Opens what seal_text() made.  `text`, with room for sealed_length bytes,
 * becomes the text and a NUL.  Returns the text's length.  BANK_ESEAL where
 * length or tag don't fit: the counter stays, and `text` is empty.
 * BANK_EINVAL where the seal is right and a zero byte stands before the end:
 * the counter counts on, so answer it.  BANK_ENOSPC, BANK_ECRYPTO.
 */
int seal_open(struct seal_direction *direction, uint8_t type,
    const uint8_t *sealed, size_t sealed_length, char *text, size_t size);

/* Seals one notice into `out`; advances the counter.  0 or BANK_E.... */
int seal_datagram(struct seal_direction *notice, const uint8_t key_id[4],
    const char *text, size_t length, uint8_t out[SEAL_DATAGRAM_SIZE]);

/*
 * Opens a datagram of this key-id whose counter isn't below notice->counter,
 * which is set past it.  The text's length; or BANK_ESEAL: drop it.
 */
int seal_open_datagram(struct seal_direction *notice, const uint8_t key_id[4],
    const uint8_t *data, size_t length, char text[SEAL_DATAGRAM_TEXT + 1]);

#endif
