/* SPDX-License-Identifier: ISC */
/*
 * An index from IDs to numbers: open addressing with linear probing over
 * slots of 4 bytes, keyed by SipHash with a secret of the process, since
 * customers choose their IDs.  The IDs themselves stay with the caller.
 */
#ifndef BANKD_ID_INDEX_H
#define BANKD_ID_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct id_index {
	uint32_t *slots; /* number and bits of the hash; 0: empty */
	uint32_t mask;   /* slots - 1 */
	uint32_t count;
	uint64_t key[2];
	/* The ID of a number that was put in. */
	const char *(*id_of)(const void *context, uint32_t number);
	const void *context;
};

/* Sets up an empty index.  0 or BANK_ENOMEM, BANK_ECRYPTO. */
int id_index_init(struct id_index *index,
    const char *(*id_of)(const void *context, uint32_t number),
    const void *context);
void id_index_free(struct id_index *index);

/* The number of `id`, or 0. */
uint32_t id_index_find(const struct id_index *index, const char *id);
/* Room for so many in all, so that none of them waits for more. */
int id_index_reserve(struct id_index *index, uint32_t count);
/*
 * Puts in the next number (1, 2, 3 ... in the order they are put in).  0;
 * BANK_EEXIST, BANK_ENOMEM, and then nothing has changed.
 */
int id_index_add(struct id_index *index, const char *id, uint32_t number);
/* Takes out the number put in last. */
void id_index_drop_last(
    struct id_index *index, const char *id, uint32_t number);

#endif
