/* SPDX-License-Identifier: ISC */
/*
 * The links of the chain, as bytes and digests.  Pure: no I/O.
 *
 * link = SHA-256(link of the entry before || entry), 32 zero bytes before the
 * first entry.  The entry's bytes, numbers big endian, signed ones in two's
 * complement, a text as its length (1 byte) and its bytes:
 *
 *	seq(8) time(8) txid(16, zeros for none) kind(1) kiosk(text)
 *	debit: number(8) id(text) account(1) savings(8) checking(8) previous(8)
 *	credit: the same
 *	amount(8) reverses(8, 0 for none)
 *	only where one of them isn't empty: memo(text) by(text) reason(text)
 *
 * kind: 0 transfer, 1 deposit, 2 withdraw, 3 adjust, 4 reversal, 5 cash.
 * account: 0 savings, 1 checking.  number is the column `debit` or `credit`, id
 * that of the row of `account` with this number, savings and checking the
 * balances after the entry, previous the seq of the account's entry before,
 * 0 for none.  time is in milliseconds since 1970, money in cents.
 */
#include "chain.h"

#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define BYTES_MAX 640

int
chain_open(struct chain *chain)
{
	chain->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	chain->digest = EVP_MD_CTX_new();
	if (chain->sha256 == NULL)
		return BANK_ECRYPTO;
	return chain->digest == NULL ? BANK_ENOMEM : 0;
}

void
chain_close(struct chain *chain)
{
	EVP_MD_CTX_free(chain->digest);
	EVP_MD_free(chain->sha256);
	*chain = (struct chain) { 0 };
}

uint8_t *
chain_add_number(uint8_t *p, uint64_t number)
{
	put_u64(p, number);
	return p + 8;
}

uint8_t *
chain_add_text(uint8_t *p, const char *text, size_t size)
{
	size_t length = strnlen(text, size - 1);

	*p = (uint8_t)length;
	memcpy(p + 1, text, length);
	return p + 1 + length;
}

static uint8_t *
add_posting(uint8_t *p, const struct ledger_posting *posting)
{
	p = chain_add_number(p, posting->number);
	p = chain_add_text(p, posting->id, sizeof(posting->id));
	*p++ = (uint8_t)posting->account;
	p = chain_add_number(p, (uint64_t)posting->cents[WIRE_SAVINGS]);
	p = chain_add_number(p, (uint64_t)posting->cents[WIRE_CHECKING]);
	return chain_add_number(p, posting->previous_seq);
}

int
chain_digest(struct chain *chain, const void *bytes, size_t length,
    uint8_t digest[CHAIN_SIZE])
{
	if (EVP_DigestInit_ex2(chain->digest, chain->sha256, NULL) != 1 ||
	    EVP_DigestUpdate(chain->digest, bytes, length) != 1 ||
	    EVP_DigestFinal_ex(chain->digest, digest, NULL) != 1)
		return BANK_ECRYPTO;
	return 0;
}

int
chain_next(struct chain *chain, const uint8_t previous[CHAIN_SIZE],
    const struct ledger_entry *entry, uint8_t next[CHAIN_SIZE])
{
	uint8_t bytes[BYTES_MAX], *p = bytes;

	memcpy(p, previous, CHAIN_SIZE);
	p = chain_add_number(p + CHAIN_SIZE, entry->seq);
	p = chain_add_number(p, entry->time_ms);
	memcpy(p, entry->txid, WIRE_TXID_SIZE);
	p += WIRE_TXID_SIZE;
	*p++ = (uint8_t)entry->kind;
	p = chain_add_text(p, entry->kiosk, sizeof(entry->kiosk));
	p = add_posting(p, &entry->debit);
	p = add_posting(p, &entry->credit);
	p = chain_add_number(p, (uint64_t)entry->amount_cents);
	p = chain_add_number(p, entry->reverses);
	if (ledger_has_texts(entry)) {
		p = chain_add_text(p, entry->memo, sizeof(entry->memo));
		p = chain_add_text(p, entry->by, sizeof(entry->by));
		p = chain_add_text(p, entry->reason, sizeof(entry->reason));
	}
	return chain_digest(chain, bytes, (size_t)(p - bytes), next);
}
