/* SPDX-License-Identifier: ISC */
/*
 * What kiosks did lately (the vault's): sets of rows, each with a ring of
 * times.
 */
#include "tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "../../../shared/base/util.h"
#include "../../../shared/base/siphash.h"

#define WAYS 16
#define SETS (TALLY_KIOSKS / WAYS)

struct row {
	uint64_t kiosk;             /* keyed hash of it; 0: none */
	uint64_t at_ms[TALLY_MOST]; /* a ring of `most` */
	unsigned next;
};

struct tally {
	uint64_t key[2];
	unsigned most;
	uint64_t within_ms;
	struct row rows[SETS][WAYS];
};

struct tally *
tally_new(unsigned most, uint64_t within_ms)
{
	struct tally *tally = calloc(1, sizeof(*tally));

	assert(most > 0 && most <= TALLY_MOST);
	if (tally == NULL)
		return NULL;
	tally->most = most;
	tally->within_ms = within_ms;
	if (RAND_bytes((unsigned char *)tally->key, sizeof(tally->key)) == 1)
		return tally;
	free(tally);
	return NULL;
}

void
tally_free(struct tally *tally)
{
	free(tally);
}

/* An enrolled kiosk differs from an address that is spelled like its name. */
static uint64_t
hash_of(const struct tally *tally, const struct kiosk_seen *kiosk)
{
	char text[1 + CONNECTION_ADDRESS_SIZE];
	uint64_t hash;

	text[0] = kiosk->enrolled ? 'k' : 'a';
	string_copy(text + 1, kiosk->counted, CONNECTION_ADDRESS_SIZE);
	hash = siphash(tally->key, text, strlen(text));
	return hash != 0 ? hash : 1;
}

static uint64_t
newest(const struct tally *tally, const struct row *row)
{
	return row->at_ms[(row->next + tally->most - 1) % tally->most];
}

bool
tally_is_full(const struct tally *tally, const struct kiosk_seen *kiosk,
    uint64_t steady_ms)
{
	uint64_t hash = hash_of(tally, kiosk), oldest;
	const struct row *row = tally->rows[hash % SETS];

	for (size_t i = 0; i < WAYS; i++, row++) {
		if (row->kiosk != hash)
			continue;
		oldest = row->at_ms[row->next];
		return oldest != 0 && steady_ms - oldest < tally->within_ms;
	}
	return false;
}

void
tally_add(
    struct tally *tally, const struct kiosk_seen *kiosk, uint64_t steady_ms)
{
	uint64_t hash = hash_of(tally, kiosk);
	struct row *set = tally->rows[hash % SETS], *row = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].kiosk == hash) {
			row = &set[i];
			break;
		}
		if (newest(tally, &set[i]) < newest(tally, row))
			row = &set[i];
	}
	if (row->kiosk != hash)
		*row = (struct row) { .kiosk = hash };
	row->at_ms[row->next] = steady_ms;
	row->next = (row->next + 1) % tally->most;
}
