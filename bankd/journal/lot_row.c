/* SPDX-License-Identifier: ISC */
/*
 * A lot's row as bytes, numbers big endian:
 *
 *	 0  number(8)
 *	 8  host(4) version(4)
 *	16  boot(16)
 *	32  counter(8) seq(8)
 *	48  chain(32)
 *	80  before(32)
 *     112  digest(32)
 *     144  length(4): of the sealed lot
 *     148  the sealed lot
 */
#include "lot_row.h"

#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

void
lot_row_put(const struct lot_row *row, uint8_t head[LOT_ROW_HEAD])
{
	put_u64(head, row->number);
	put_u32(head + 8, row->host);
	put_u32(head + 12, row->version);
	memcpy(head + 16, row->boot, LOT_BOOT);
	put_u64(head + 32, row->counter);
	put_u64(head + 40, row->seq);
	memcpy(head + 48, row->chain, CHAIN_SIZE);
	memcpy(head + 80, row->before, LOT_DIGEST);
	memcpy(head + 112, row->digest, LOT_DIGEST);
	put_u32(head + 144, (uint32_t)row->length);
}

int
lot_row_get(const uint8_t *bytes, size_t length, struct lot_row *row)
{
	if (length < LOT_ROW_HEAD ||
	    get_u32(bytes + 144) != length - LOT_ROW_HEAD)
		return BANK_EINVAL;
	row->number = get_u64(bytes);
	row->host = get_u32(bytes + 8);
	row->version = get_u32(bytes + 12);
	memcpy(row->boot, bytes + 16, LOT_BOOT);
	row->counter = get_u64(bytes + 32);
	row->seq = get_u64(bytes + 40);
	memcpy(row->chain, bytes + 48, CHAIN_SIZE);
	memcpy(row->before, bytes + 80, LOT_DIGEST);
	memcpy(row->digest, bytes + 112, LOT_DIGEST);
	row->data = bytes + LOT_ROW_HEAD;
	row->length = length - LOT_ROW_HEAD;
	return 0;
}
