/* SPDX-License-Identifier: ISC */
/*
 * The links of the chain of audit records, as bytes.  Pure: no I/O.
 *
 * link = SHA-256(link of the record before || record), 32 zero bytes before
 * the first.  The record's bytes, as those of an entry (chain.c):
 *
 *	number(8) time(8) by(text) verb(text) about(text) detail(text)
 *	reason(text) seq(8, 0 for none) of(8, 0 for none)
 */
#include "audit.h"

#include <string.h>

int
audit_next(struct chain *chain, const uint8_t previous[CHAIN_SIZE],
    const struct audit *audit, uint8_t next[CHAIN_SIZE])
{
	uint8_t bytes[CHAIN_SIZE + sizeof(*audit)], *p = bytes;

	memcpy(p, previous, CHAIN_SIZE);
	p = chain_add_number(p + CHAIN_SIZE, audit->number);
	p = chain_add_number(p, audit->time_ms);
	p = chain_add_text(p, audit->by, sizeof(audit->by));
	p = chain_add_text(p, audit->verb, sizeof(audit->verb));
	p = chain_add_text(p, audit->about, sizeof(audit->about));
	p = chain_add_text(p, audit->detail, sizeof(audit->detail));
	p = chain_add_text(p, audit->reason, sizeof(audit->reason));
	p = chain_add_number(p, audit->seq);
	p = chain_add_number(p, audit->of);
	return chain_digest(chain, bytes, (size_t)(p - bytes), next);
}
