/* SPDX-License-Identifier: ISC */
/*
 * The index from IDs to numbers (id_index.h).  The vault's: for all accounts
 * of the bank, and for the lines of a file that is taken over.
 */
#include "id_index.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "../../shared/base/error.h"
#include "../../shared/base/siphash.h"

#define FIRST_SLOTS 256

int
id_index_init(struct id_index *index,
    const char *(*id_of)(const void *context, uint32_t number),
    const void *context)
{
	*index = (struct id_index) {
		.mask = FIRST_SLOTS - 1, .id_of = id_of, .context = context
	};
	if (RAND_bytes((unsigned char *)index->key, sizeof(index->key)) != 1)
		return BANK_ECRYPTO;
	index->slots = calloc(FIRST_SLOTS, sizeof(*index->slots));
	return index->slots == NULL ? BANK_ENOMEM : 0;
}

void
id_index_free(struct id_index *index)
{
	free(index->slots);
	index->slots = NULL;
}

/*
 * A slot is a number in its low bits, as many as the mask has, and above
 * them bits of the hash: most IDs that are others are told by these, without
 * a look at the caller's memory, which is a cache miss each.
 */
static uint32_t
tag_of(const struct id_index *index, uint64_t hash)
{
	return (uint32_t)(hash >> 32) & ~index->mask;
}

static uint32_t
number_in(const struct id_index *index, uint32_t slot)
{
	return slot & index->mask;
}

/* The place of `id`, or the empty one where it would go; *tag is set. */
static uint32_t
probe(const struct id_index *index, const char *id, uint32_t *tag)
{
	uint64_t hash = siphash(index->key, id, strlen(id));
	uint32_t at = (uint32_t)hash & index->mask, slot;

	*tag = tag_of(index, hash);
	for (; (slot = index->slots[at]) != 0; at = (at + 1) & index->mask)
		if ((slot & ~index->mask) == *tag &&
		    strcmp(id,
			index->id_of(index->context, number_in(index, slot))) ==
			0)
			break;
	return at;
}

uint32_t
id_index_find(const struct id_index *index, const char *id)
{
	uint32_t tag;

	return number_in(index, index->slots[probe(index, id, &tag)]);
}

static int
put(struct id_index *index, const char *id, uint32_t number)
{
	uint32_t tag, at = probe(index, id, &tag);

	if (index->slots[at] != 0)
		return BANK_EEXIST;
	index->slots[at] = tag | number;
	return 0;
}

/* Numbers go in by order again, so that the last one stays removable. */
static int
grow(struct id_index *index, uint32_t slots)
{
	uint32_t *old = index->slots, number;

	index->slots = calloc(slots, sizeof(*index->slots));
	if (index->slots == NULL) {
		index->slots = old;
		return BANK_ENOMEM;
	}
	index->mask = slots - 1;
	for (number = 1; number <= index->count; number++)
		(void)put(index, index->id_of(index->context, number), number);
	free(old);
	return 0;
}

/* At most two thirds of the slots are taken. */
int
id_index_reserve(struct id_index *index, uint32_t count)
{
	uint64_t slots = (uint64_t)index->mask + 1;

	while ((uint64_t)count * 3 > slots * 2)
		slots *= 2;
	if (slots > UINT32_MAX)
		return BANK_ENOMEM;
	return slots == (uint64_t)index->mask + 1
	    ? 0
	    : grow(index, (uint32_t)slots);
}

int
id_index_add(struct id_index *index, const char *id, uint32_t number)
{
	int error = id_index_reserve(index, number);

	if (error == 0)
		error = put(index, id, number);
	if (error == 0)
		index->count++;
	return error;
}

void
id_index_drop_last(struct id_index *index, const char *id, uint32_t number)
{
	uint32_t tag, at = probe(index, id, &tag);

	if (number_in(index, index->slots[at]) != number)
		return;
	index->slots[at] = 0;
	index->count--;
}
