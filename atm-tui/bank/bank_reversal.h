/* SPDX-License-Identifier: ISC */
/*
 * Withdrawals that are taken back without a session, for bank*.c.
 */
#ifndef ATM_BANK_REVERSAL_H
#define ATM_BANK_REVERSAL_H

#include "bank.h"
#include "bank_note.h"

struct frame;

/* What was left over of withdrawals, at the start.  0 or BANK_ENOMEM. */
int bank_reversal_open(struct bank *bank);
void bank_reversal_close(struct bank *bank);
/* One without a session: V, or an operator.  Takes the note. */
void bank_reversal_take(struct bank *bank, struct bank_note *note);
/* Sends a V where one is due and nothing is unanswered; whether it did. */
bool bank_reversal_send(struct bank *bank);
void bank_reversal_answered(struct bank *bank, const struct frame *frame);
void bank_reversal_refused(struct bank *bank, const struct frame *frame);

#endif
