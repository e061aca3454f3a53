/* SPDX-License-Identifier: ISC */
/*
 * What the verbs that concern money do, all checks passed: one carry_out()
 * each for the table in verbs.c.
 */
#ifndef BANKD_VERBS_MONEY_H
#define BANKD_VERBS_MONEY_H

#include "../core/batch.h"

enum wire_reply verbs_transfer(struct books *books, struct step *step);
/* Deposit, withdraw and reverse: between a customer and the kiosk's cash. */
enum wire_reply verbs_cash(struct books *books, struct step *step);
enum wire_reply verbs_outcome(struct books *books, struct step *step);
/* After the commit: the log, and who is told by a notice. */
void verbs_after(struct vault *vault, struct step *step);

#endif
