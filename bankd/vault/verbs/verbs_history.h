/* SPDX-License-Identifier: ISC */
/*
 * HISTORY: read by a thread of its own, so that no question stalls the
 * money; it begins after the commit of what was asked before it.
 */
#ifndef BANKD_VERBS_HISTORY_H
#define BANKD_VERBS_HISTORY_H

#include "../core/batch.h"

/* For the table in verbs.c. */
void verbs_history_after(struct vault *vault, struct step *step);

#endif
