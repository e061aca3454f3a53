/* SPDX-License-Identifier: ISC */
/*
 * A customer's statement for paper, by account, the oldest entry first.  Runs
 * on the vault's thread of operators and in bankctl, after zone_use().
 */
#ifndef BANKD_STATEMENT_H
#define BANKD_STATEMENT_H

#include <stdio.h>

#include "search.h"

/*
 * Writes pages of 80 columns: who, from when until when (search->account,
 * ->since_ms, ->until_ms), and for savings and checking what was there before,
 * each entry with its words, and what was there after.  0; BANK_ENOTFOUND: no
 * such customer; BANK_EDAMAGED: the entries don't make the balances;
 * BANK_ENOMEM; or what a reader returns.  The caller checks `out` for errors.
 */
int statement_text(struct store_reader *reader, const struct search *search,
    const char *bank, FILE *out);

#endif
