/* SPDX-License-Identifier: ISC */
/*
 * The seal of lots that leave their host: AES-256-GCM with a key of the boot
 * that made them.  The database and the courier can delay a lot or drop it,
 * but neither read nor forge one.
 *
 *	key    HKDF-SHA256(the bank's secret, "bank lot" host(4) boot(16))
 *	nonce  zeros(4) counter(8); each lot of a boot has its own
 *	aad    number(8) before(32), which binds it to its place
 *	mark   HKDF-SHA256(the bank's secret, "bank mark"): names the bank
 *
 * Of the vault's thread of money.  Errors: BANK_ECRYPTO, BANK_ENOMEM.
 */
#ifndef BANKD_LOT_SEAL_H
#define BANKD_LOT_SEAL_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "lot_row.h"

#define LOT_SEAL_SECRET 32
#define LOT_SEAL_TAG 16
#define LOT_SEAL_KEY 32

struct lot_seal {
	const uint8_t *secret; /* the bank's; the caller keeps it */
	EVP_CIPHER *gcm;
	EVP_CIPHER_CTX *context;
	/* The key that was used last, and whose it is. */
	uint8_t key[LOT_SEAL_KEY];
	uint32_t host; /* 0: none yet */
	uint8_t boot[LOT_BOOT];
};

/* To be closed in any case. */
int lot_seal_open(struct lot_seal *seal, const uint8_t secret[LOT_SEAL_SECRET]);
void lot_seal_close(struct lot_seal *seal);
int lot_seal_mark(const struct lot_seal *seal, uint8_t mark[LOT_SEAL_KEY]);
/*
 * Seals `length` bytes into `out`, which has room for a tag more.  By number,
 * host, boot, counter and before of the row, which never was sealed with
 * other bytes.
 */
int lot_seal_put(struct lot_seal *seal, const struct lot_row *row,
    const uint8_t *bytes, size_t length, uint8_t *out);
/* And back, a tag less: 0; BANK_ESEAL: it isn't of this bank, or damaged. */
int lot_seal_get(
    struct lot_seal *seal, const struct lot_row *row, uint8_t *out);

#endif
