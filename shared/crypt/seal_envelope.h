/* SPDX-License-Identifier: ISC */
/*
 * The envelope E(Kpub, K) of atm-protocol(7): RSA-OAEP, RFC 8017.
 */
#ifndef SHARED_SEAL_ENVELOPE_H
#define SHARED_SEAL_ENVELOPE_H

#include "seal.h"

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
