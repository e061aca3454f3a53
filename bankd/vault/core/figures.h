/* SPDX-License-Identifier: ISC */
/*
 * What the vault counts for monitoring, since it started: answers by verb and
 * reply, entries and money by kind and by kiosk.  Bounded, whoever asks.
 */
#ifndef BANKD_FIGURES_H
#define BANKD_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include "../../../shared/wire/wire_reply.h"
#include "../../ledger/ledger.h"

#define FIGURES_VERBS 32
/* Kiosks by name; all others are one. */
#define FIGURES_KIOSKS 32
#define FIGURES_OTHERS "others"

struct figures_kiosk {
	char name[LEDGER_ID_SIZE];
	uint64_t entries;
	int64_t in_cents, out_cents; /* cash taken in, and handed out */
};

struct figures {
	uint64_t answers[FIGURES_VERBS][WIRE_REPLY_COUNT];
	uint64_t entries[LEDGER_KIND_COUNT];
	int64_t cents[LEDGER_KIND_COUNT];
	struct figures_kiosk kiosks[FIGURES_KIOSKS + 1]; /* the last: others */
	size_t kiosk_count;
};

/* Verbs and replies beyond the tables are not counted. */
void figures_count_answer(
    struct figures *figures, unsigned verb, enum wire_reply reply);
void figures_count_entry(
    struct figures *figures, const struct ledger_entry *entry);

#endif
