/* SPDX-License-Identifier: ISC */
/*
 * Lots as a courier hands them on, who may be anybody: bytes that are a row
 * are written again as they were, none opens that this bank didn't seal, and
 * one that it did opens until a byte of it, or of its place, is another.
 */
#include <stdlib.h>
#include <string.h>

#include "../../bankd/journal/lot_seal.h"
#include "../../shared/base/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
check_row(struct lot_seal *seal, const uint8_t *data, size_t size)
{
	uint8_t head[LOT_ROW_HEAD], *out;
	struct lot_row row;
	int error = lot_row_get(data, size, &row);

	must(error == 0 || error == BANK_EINVAL);
	if (error != 0)
		return;
	must(row.data + row.length == data + size);
	lot_row_put(&row, head);
	must(memcmp(head, data, LOT_ROW_HEAD) == 0);
	must((out = malloc(row.length + 1)) != NULL);
	must(lot_seal_get(seal, &row, out) == BANK_ESEAL);
	free(out);
}

/* Bytes of a row that its seal covers: its data, and what names its place. */
static uint8_t *
byte_of(uint8_t *row, size_t length, uint8_t which)
{
	static const struct {
		size_t at, count;
	} places[] = { { 0, 12 }, { 16, 24 }, { 80, LOT_DIGEST } };

	if (which % 4 == 3)
		return row + LOT_ROW_HEAD + which / 4 % (length - LOT_ROW_HEAD);
	return row + places[which % 4].at + which / 4 % places[which % 4].count;
}

/* The first two bytes say which byte changes, and how. */
static void
check_seal(struct lot_seal *seal, const uint8_t *data, size_t size)
{
	const size_t length = LOT_ROW_HEAD + size + LOT_SEAL_TAG;
	struct lot_row row = { .number = 7,
		.host = 2,
		.version = LOT_ROW_VERSION,
		.counter = 3,
		.length = size + LOT_SEAL_TAG };
	uint8_t *bytes = malloc(length), *out = malloc(size + 1);

	must(bytes != NULL && out != NULL);
	lot_row_put(&row, bytes);
	must(lot_seal_put(seal, &row, data, size, bytes + LOT_ROW_HEAD) == 0);
	must(lot_row_get(bytes, length, &row) == 0);
	must(lot_seal_get(seal, &row, out) == 0);
	must(memcmp(out, data, size) == 0);
	if (data[1] != 0) {
		*byte_of(bytes, length, data[0]) ^= data[1];
		must(lot_row_get(bytes, length, &row) == 0);
		must(lot_seal_get(seal, &row, out) == BANK_ESEAL);
	}
	free(bytes);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t secret[LOT_SEAL_SECRET] = { 1 };
	static struct lot_seal seal;

	if (seal.secret == NULL)
		must(lot_seal_open(&seal, secret) == 0);
	check_row(&seal, data, size);
	if (size >= 2)
		check_seal(&seal, data, size);
	return 0;
}
