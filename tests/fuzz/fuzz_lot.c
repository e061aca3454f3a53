/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a lot, as they are, and again with the digest that they should
 * have: no crash, and what is taken is written again byte for byte.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../bankd/store/record.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct chain sha;

static void
must(bool good)
{
	if (!good)
		abort();
}

/* The record as it is, or, where this bankd can't read it, its bytes. */
static void
copy_record(struct lot *lot, const struct lot_record *from)
{
	struct record record;
	uint8_t *to;
	int error = record_read(from, &record);

	must(error == 0 || error == BANK_EDAMAGED || error == BANK_EINVAL);
	must((error == BANK_EINVAL) ==
	    (from->kind == 0 || from->kind >= RECORD_KINDS));
	if (error == 0) {
		must(record_add(lot, &record) == 0);
	} else if (from->length <= LOT_RECORD_MAX) {
		to = lot_add(lot, from->kind, from->length);
		must(to != NULL);
		if (from->length > 0)
			memcpy(to, from->bytes, from->length);
	}
}

static void
check(const uint8_t *data, size_t size)
{
	struct lot lot = { 0 };
	struct lot_record record;
	struct lot_view view;
	uint8_t digest[LOT_DIGEST];
	bool whole = true;
	int error = lot_read(data, size, &sha, &view);

	must(error == 0 || error == BANK_EDAMAGED);
	if (error != 0)
		return;
	while (lot_next(&view, &record)) {
		whole = whole && record.length <= LOT_RECORD_MAX;
		copy_record(&lot, &record);
	}
	must(view.next == view.end);
	if (whole) {
		must(lot_seal(&lot, &view.head, &sha, digest) == 0);
		must(lot.length == view.length);
		must(memcmp(digest, view.digest, LOT_DIGEST) == 0);
		must(memcmp(lot.bytes, data, lot_padded(lot.length)) == 0);
	}
	lot_free(&lot);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length = size + LOT_DIGEST;
	uint8_t *sealed;

	if (sha.sha256 == NULL)
		must(chain_open(&sha) == 0);
	check(data, size);
	if (size < LOT_HEAD || length > LOT_MAX)
		return 0;
	/* Nobody guesses a digest. */
	sealed = calloc(1, lot_padded(length));
	must(sealed != NULL);
	memcpy(sealed, data, size);
	memcpy(sealed, "lot\1", 4);
	put_u32(sealed + 4, (uint32_t)length);
	must(chain_digest(&sha, sealed, size, sealed + size) == 0);
	check(sealed, lot_padded(length));
	free(sealed);
	return 0;
}
