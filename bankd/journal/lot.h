/* SPDX-License-Identifier: ISC */
/*
 * A lot: what one batch changes, as bytes, numbered, bound to the lot before
 * it by that one's digest.  Pure.  What its records mean is the store's
 * (record.h).  Its form is told on top of lot.c and in bankd-files(5).
 */
#ifndef BANKD_LOT_H
#define BANKD_LOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../ledger/chain.h"

#define LOT_ALIGN 4096 /* a lot begins at a multiple, and is padded to one */
#define LOT_HEAD 112   /* bytes before the first record */
#define LOT_DIGEST CHAIN_SIZE
#define LOT_BOOT 16
#define LOT_RECORD_MAX 4096       /* bytes of one record */
#define LOT_MAX (4 * 1024 * 1024) /* of a lot with its padding */

struct lot_head {
	uint64_t number; /* 1, 2, 3 ... */
	uint32_t host;
	uint8_t boot[LOT_BOOT];     /* of the start that made it: random */
	uint8_t before[LOT_DIGEST]; /* digest of the lot before */
	uint64_t seq;               /* the newest entry after it */
	uint8_t chain[CHAIN_SIZE];  /* and the chain's link of that */
};

/* A lot that is being made.  All zeros is an empty one. */
struct lot {
	uint8_t *bytes;
	size_t size, length; /* length 0: no record yet */
	uint32_t records;
};

void lot_free(struct lot *lot);
void lot_clear(struct lot *lot); /* its memory is kept for the next */
/*
 * Room for one more record of `length` bytes, which the caller fills before
 * the next call; NULL without memory.  It may grow past LOT_MAX, unsealed.
 */
uint8_t *lot_add(struct lot *lot, uint8_t kind, size_t length);
/*
 * Puts head and digest in place: lot->bytes[0..lot_padded()) is what goes into
 * a journal.  0; BANK_ERANGE past LOT_MAX; BANK_ENOMEM; BANK_ECRYPTO.
 */
int lot_seal(struct lot *lot, const struct lot_head *head, struct chain *sha,
    uint8_t digest[LOT_DIGEST]);
size_t lot_padded(size_t length);

/* A lot that is read.  Points into the bytes that it was read from. */
struct lot_view {
	struct lot_head head;
	uint8_t digest[LOT_DIGEST];
	size_t length; /* without padding */
	const uint8_t *next, *end;
};
struct lot_record {
	uint8_t kind;
	size_t length;
	const uint8_t *bytes;
};

/*
 * The lot at the beginning of the bytes: 0; BANK_EDAMAGED where they don't
 * begin with a whole one; BANK_ECRYPTO.
 */
int lot_read(const uint8_t *bytes, size_t size, struct chain *sha,
    struct lot_view *view);
/* How long it says it is with its padding; 0: these bytes begin no lot. */
size_t lot_claims(const uint8_t bytes[LOT_HEAD]);
uint64_t lot_claims_number(const uint8_t bytes[LOT_HEAD]);
const uint8_t *lot_claims_before(const uint8_t bytes[LOT_HEAD]);
/* False at the end.  The records of a lot that was read are whole. */
bool lot_next(struct lot_view *view, struct lot_record *record);

#endif
