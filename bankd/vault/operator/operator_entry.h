/* SPDX-License-Identifier: ISC */
/*
 * Entries that operators make, each booked once by its transaction ID.
 */
#ifndef BANKD_OPERATOR_ENTRY_H
#define BANKD_OPERATOR_ENTRY_H

#include "operator.h"

/* For start(): the last word as the command's ID; false, with a refusal. */
bool operator_read_txid(struct operator_command *command);
/* Whether an entry with the command's ID is what the command asks for. */
typedef bool operator_same(
    const struct operator_command *command, const struct ledger_entry *entry);
/* For apply(), before all else: whether the ID ends the command. */
bool operator_is_known(struct books *books, struct operator_command *command,
    operator_same *is_same);
/* For apply(): the parts of the step's entry that are not the ledger's. */
void operator_begin_entry(struct step *step);
/* Books it once the ledger has made it, and names it in the record. */
void operator_append(struct books *books, struct step *step,
    struct ledger_account *debit, struct ledger_account *credit);
/* For after(): tells of it, whether it is new or was there before. */
void operator_tell_entry(struct operator_command *command);

#endif
