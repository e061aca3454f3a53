/* SPDX-License-Identifier: ISC */
/*
 * What operators did, and what waits for one: records that are never changed,
 * each bound to the one before by a chain of their own.  Pure: structs, bytes
 * and digests.
 */
#ifndef BANKD_AUDIT_H
#define BANKD_AUDIT_H

#include <stdint.h>

#include "chain.h"

#define AUDIT_VERB_SIZE 24
#define AUDIT_DETAIL_SIZE 256

struct audit {
	uint64_t number;            /* 1, 2, 3 ... set by the store */
	uint64_t time_ms;           /* the bank's time */
	char by[LEDGER_BY_SIZE];    /* as in an entry */
	char verb[AUDIT_VERB_SIZE]; /* `lock`, `kiosk add` ... */
	char about[LEDGER_ID_SIZE]; /* account, kiosk, or "" */
	char detail[AUDIT_DETAIL_SIZE];
	char reason[LEDGER_REASON_SIZE];
	uint64_t seq;      /* of the entry that it made, or 0 */
	uint64_t of;       /* number of the record that it settles, or 0 */
	uint8_t chain[32]; /* set by the store */
};

/*
 * The link of a record, whose own `chain` isn't looked at, from that of the
 * record before it: zeros before the first.  0 or BANK_ECRYPTO.
 */
int audit_next(struct chain *chain, const uint8_t previous[CHAIN_SIZE],
    const struct audit *audit, uint8_t next[CHAIN_SIZE]);

#endif
