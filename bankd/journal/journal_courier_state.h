/* SPDX-License-Identifier: ISC */
/*
 * The one struct of the engine whose lots go to a courier.
 */
#ifndef BANKD_JOURNAL_COURIER_STATE_H
#define BANKD_JOURNAL_COURIER_STATE_H

#include <stdbool.h>

#include "journal_courier.h"
#include "lot_row.h"
#include "lot_seal.h"

struct journal_link {
	struct journal_link_options options;
	struct ipc *ipc;   /* to the newest courier, or NULL */
	uint64_t couriers; /* how many came */
};

struct journal_courier {
	struct journal journal;
	struct journal_link *link;
	struct lot_seal seal;
	struct chain sha;
	uint8_t mark[LOT_SEAL_KEY];
	uint64_t greeted; /* the courier that has our mark */
	struct journal_place place;
	uint32_t host;
	uint8_t boot[LOT_BOOT];
	uint64_t counter; /* of the newest lot that was sealed */
	uint64_t newest, firm;
	uint64_t fresh_ms; /* when nothing newer was heard of, 0: never */
	uint64_t grace_ms; /* until then a first answer is waited for */
	bool forked, looking;
	bool unplaced; /* it begins with the journal's first lot */

	/* The newest question. */
	uint32_t id;
	enum ipc_type asked; /* 0: it was answered */
	uint64_t asked_ms, asked_of;

	uint8_t *row; /* the lot in flight, sealed */
	size_t row_length, row_size;
	uint8_t *bytes; /* of the lot that next() gave */
	size_t bytes_size;
};

static inline struct journal_courier *
courier_of(struct journal *journal)
{
	return (struct journal_courier *)(void *)journal;
}

#endif
