/* SPDX-License-Identifier: ISC */
/*
 * HISTORY: read by a thread of its own, so that no question stalls the
 * money; it begins after the commit of what was asked before it.
 */
#ifndef BANKD_VERBS_HISTORY_H
#define BANKD_VERBS_HISTORY_H

#include <stdint.h>

#include "../core/batch.h"

/* For the table in verbs.c. */
void verbs_history_after(struct vault *vault, struct step *step);

/*
 * One side of an entry as the customer sees it: `seq time kind account
 * amount balance-after counterparty`.  Returns `text`.
 */
#define STATEMENT_LINE_SIZE 192
const char *verbs_history_line(const struct ledger_entry *entry,
    const struct ledger_posting *own, bool is_debit,
    char text[STATEMENT_LINE_SIZE]);

#endif
