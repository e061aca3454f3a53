/* SPDX-License-Identifier: ISC */
/*
 * Which host of the bank is tried next, and when; for bank*.c.
 */
#ifndef ATM_BANK_TURN_H
#define ATM_BANK_TURN_H

#include "bank.h"

#define BANK_BACKOFF_FIRST_MS 100

/* Connects to the host whose turn it is. */
void bank_connect(struct bank *bank);
/* This host gave no connection, or none that lasted: the next one's turn. */
void bank_leave_host(struct bank *bank);
/* Connects to the next host now; nothing where there is one host. */
void bank_turn_to_next(struct bank *bank);
/* Connects later: at once but for after each round of all hosts. */
void bank_schedule(struct bank *bank);

#endif
