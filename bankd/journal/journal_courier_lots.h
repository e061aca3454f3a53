/* SPDX-License-Identifier: ISC */
/*
 * Lots to the courier and from it.
 */
#ifndef BANKD_JOURNAL_COURIER_LOTS_H
#define BANKD_JOURNAL_COURIER_LOTS_H

#include "journal_courier_state.h"

/* Three of the engine's calls. */
int journal_courier_propose(struct journal *journal, const struct lot *lot);
int journal_courier_settle(struct journal *journal);
int journal_courier_next(struct journal *journal, struct lot_view *view);
/* Seals a lot into courier->row: 0, BANK_ERANGE, BANK_ENOMEM, BANK_ECRYPTO. */
int journal_courier_make_row(struct journal_courier *courier,
    const struct lot_row *given, const uint8_t *bytes, size_t length);
/* Asks for the lots behind courier->place. */
bool journal_courier_get(struct journal_courier *courier);

#endif
