/* SPDX-License-Identifier: ISC */
/*
 * A session with the bank, for bank*.c: requests, answers, its end.
 */
#ifndef ATM_BANK_SESSION_H
#define ATM_BANK_SESSION_H

#include "bank.h"

/* Takes the answer to L or R; BANK_EINVAL where it lacks what it must say. */
int bank_session_begin(struct bank *bank, size_t length);
int bank_session_resumed(struct bank *bank, const struct wire_reader *reader);
/* The session is gone: `outcome` is BANK_LOST or BANK_OVER. */
void bank_session_fail(struct bank *bank, enum bank_outcome outcome);
void bank_session_reply(struct bank *bank, size_t length);
uint64_t bank_clock_ms(const struct bank *bank);

#endif
