/* SPDX-License-Identifier: ISC */
/*
 * The chain over the entries: each holds the SHA-256 of the one before it and
 * of itself, so that damage and edits are found.  The bytes are told in
 * chain.c and in bankd-files(5).
 */
#ifndef BANKD_CHAIN_H
#define BANKD_CHAIN_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger.h"

#define CHAIN_SIZE 32

/* What a digest is made with; used by one thread at a time. */
struct chain {
	EVP_MD *sha256;
	EVP_MD_CTX *digest;
};

/*
 * 0; BANK_ECRYPTO where OpenSSL has no SHA-256 here, its reason in its queue;
 * BANK_ENOMEM.  To be closed in any case.
 */
int chain_open(struct chain *chain);
void chain_close(struct chain *chain);

/* The bytes of a link at `to`; where the next ones go.  A text's size is that
 * of its array. */
uint8_t *chain_add_number(uint8_t *to, uint64_t number);
uint8_t *chain_add_text(uint8_t *to, const char *text, size_t size);
/* SHA-256 of the bytes.  0 or BANK_ECRYPTO. */
int chain_digest(struct chain *chain, const void *bytes, size_t length,
    uint8_t digest[CHAIN_SIZE]);

/*
 * The link of an entry, whose own `chain` isn't looked at, from that of the
 * entry before it: zeros before the first.  0 or BANK_ECRYPTO.
 */
int chain_next(struct chain *chain, const uint8_t previous[CHAIN_SIZE],
    const struct ledger_entry *entry, uint8_t next[CHAIN_SIZE]);

#endif
