/* SPDX-License-Identifier: ISC */
/*
 * Lots as bytes.  Numbers are big endian.
 *
 *	 0  "lot" and 1, the form's version
 *	 4  length(4): of all up to the end of the digest
 *	 8  number(8)
 *	16  host(4)
 *	20  records(4): how many there are
 *	24  boot(16)
 *	40  before(32): digest of lot number - 1
 *	72  seq(8)
 *	80  chain(32)
 *     112  records: kind(1) length(2) bytes
 *	    digest(32): SHA-256 of all bytes before it
 *	    zeros up to a multiple of 4096
 *
 * Before the first lot of a journal `before` is what bank.db has as `digest`.
 */
#include "lot.h"

#include <stdlib.h>
#include <string.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define RECORD_HEAD 3

static const uint8_t magic[4] = { 'l', 'o', 't', 1 };

void
lot_free(struct lot *lot)
{
	free(lot->bytes);
	*lot = (struct lot) { 0 };
}

void
lot_clear(struct lot *lot)
{
	lot->length = 0;
	lot->records = 0;
}

size_t
lot_padded(size_t length)
{
	return (length + LOT_ALIGN - 1) / LOT_ALIGN * LOT_ALIGN;
}

/* Room for so many bytes, and behind them for a digest and its padding. */
static bool
make_room(struct lot *lot, size_t length)
{
	return array_room(
		   lot->bytes, lot->size, lot_padded(length + LOT_DIGEST)) == 0;
}

uint8_t *
lot_add(struct lot *lot, uint8_t kind, size_t length)
{
	size_t at = lot->length == 0 ? LOT_HEAD : lot->length;

	if (length > LOT_RECORD_MAX ||
	    !make_room(lot, at + RECORD_HEAD + length))
		return NULL;
	lot->bytes[at] = kind;
	put_u16(lot->bytes + at + 1, (uint16_t)length);
	lot->length = at + RECORD_HEAD + length;
	lot->records++;
	return lot->bytes + at + RECORD_HEAD;
}

int
lot_seal(struct lot *lot, const struct lot_head *head, struct chain *sha,
    uint8_t digest[LOT_DIGEST])
{
	size_t length = lot->length == 0 ? LOT_HEAD : lot->length;
	uint8_t *p;
	int error;

	if (lot_padded(length + LOT_DIGEST) > LOT_MAX)
		return BANK_ERANGE;
	if (!make_room(lot, length))
		return BANK_ENOMEM;
	p = lot->bytes;
	memcpy(p, magic, sizeof(magic));
	put_u32(p + 4, (uint32_t)(length + LOT_DIGEST));
	put_u64(p + 8, head->number);
	put_u32(p + 16, head->host);
	put_u32(p + 20, lot->records);
	memcpy(p + 24, head->boot, LOT_BOOT);
	memcpy(p + 40, head->before, LOT_DIGEST);
	put_u64(p + 72, head->seq);
	memcpy(p + 80, head->chain, CHAIN_SIZE);
	error = chain_digest(sha, p, length, digest);
	if (error != 0)
		return error;
	memcpy(p + length, digest, LOT_DIGEST);
	lot->length = length + LOT_DIGEST;
	memset(p + lot->length, 0, lot_padded(lot->length) - lot->length);
	return 0;
}

size_t
lot_claims(const uint8_t bytes[LOT_HEAD])
{
	size_t length = get_u32(bytes + 4);

	if (memcmp(bytes, magic, sizeof(magic)) != 0 ||
	    length < LOT_HEAD + LOT_DIGEST || length > LOT_MAX)
		return 0;
	return lot_padded(length);
}

uint64_t
lot_claims_number(const uint8_t bytes[LOT_HEAD])
{
	return get_u64(bytes + 8);
}

const uint8_t *
lot_claims_before(const uint8_t bytes[LOT_HEAD])
{
	return bytes + 40;
}

static bool
is_zero(const uint8_t *bytes, size_t length)
{
	uint8_t any = 0;

	for (size_t i = 0; i < length; i++)
		any |= bytes[i];
	return any == 0;
}

static bool
records_are_whole(const struct lot_view *view, uint32_t records)
{
	struct lot_view rest = *view;
	struct lot_record record;

	for (; rest.next < rest.end; records--) {
		if (records == 0 || !lot_next(&rest, &record))
			return false;
	}
	return records == 0;
}

int
lot_read(
    const uint8_t *bytes, size_t size, struct chain *sha, struct lot_view *view)
{
	size_t length, padded = size < LOT_HEAD ? 0 : lot_claims(bytes);
	struct lot_head *head = &view->head;
	int error;

	if (padded == 0 || padded > size)
		return BANK_EDAMAGED;
	view->length = length = get_u32(bytes + 4);
	error = chain_digest(sha, bytes, length - LOT_DIGEST, view->digest);
	if (error != 0)
		return error;
	if (memcmp(view->digest, bytes + length - LOT_DIGEST, LOT_DIGEST) !=
		0 ||
	    !is_zero(bytes + length, padded - length))
		return BANK_EDAMAGED;
	head->number = get_u64(bytes + 8);
	head->host = get_u32(bytes + 16);
	memcpy(head->boot, bytes + 24, LOT_BOOT);
	memcpy(head->before, bytes + 40, LOT_DIGEST);
	head->seq = get_u64(bytes + 72);
	memcpy(head->chain, bytes + 80, CHAIN_SIZE);
	view->next = bytes + LOT_HEAD;
	view->end = bytes + length - LOT_DIGEST;
	return records_are_whole(view, get_u32(bytes + 20)) ? 0 : BANK_EDAMAGED;
}

bool
lot_next(struct lot_view *view, struct lot_record *record)
{
	size_t left = (size_t)(view->end - view->next);

	if (left < RECORD_HEAD)
		return false;
	record->kind = view->next[0];
	record->length = get_u16(view->next + 1);
	record->bytes = view->next + RECORD_HEAD;
	if (record->length > left - RECORD_HEAD)
		return false;
	view->next = record->bytes + record->length;
	return true;
}
