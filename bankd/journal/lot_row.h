/* SPDX-License-Identifier: ISC */
/*
 * A lot as it leaves its host: sealed, with what a database must know of it
 * in plain sight.  Vault and courier send it to each other as bytes, a row of
 * the table `lot` (bankd-hosts(7)).  Pure.
 */
#ifndef BANKD_LOT_ROW_H
#define BANKD_LOT_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "lot.h"

#define LOT_ROW_VERSION 1 /* of the form of lots; a newer one isn't read */
#define LOT_ROW_HEAD 148  /* bytes before the sealed lot */

struct lot_row {
	uint64_t number;
	uint32_t host, version;
	uint8_t boot[LOT_BOOT];
	uint64_t counter; /* of the boot: no two of its lots have the same */
	uint64_t seq;     /* the newest entry after it */
	uint8_t chain[CHAIN_SIZE];
	uint8_t before[LOT_DIGEST], digest[LOT_DIGEST];
	const uint8_t *data; /* sealed */
	size_t length;       /* of data */
};

void lot_row_put(const struct lot_row *row, uint8_t head[LOT_ROW_HEAD]);
/* 0, row->data points into the bytes; BANK_EINVAL. */
int lot_row_get(const uint8_t *bytes, size_t length, struct lot_row *row);

#endif
