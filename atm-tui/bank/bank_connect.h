/* SPDX-License-Identifier: ISC */
/*
 * The way to the bank, for bank*.c: connecting, greeting, trying again.
 */
#ifndef ATM_BANK_CONNECT_H
#define ATM_BANK_CONNECT_H

#include <stdbool.h>

#include "bank.h"
#include "link.h"

/* The link is lost, for whatever reason: closes it, and tries again. */
void bank_link_lost(struct bank *bank, const char *why);
/*
 * The same after a frame that breaks the protocol.  After a few in a row the
 * session is given up too.
 */
void bank_link_spoilt(struct bank *bank);
void bank_set_state(struct bank *bank, enum bank_link state, const char *why);
/* Waiting: the link is lost where no answer comes in time. */
void bank_await_answer(struct bank *bank, bool waiting);
/* Opens the S into bank->text; its length, or negative and the link lost. */
int bank_open_sealed(struct bank *bank, const struct frame *frame);
/* Wipes the keys and waits for a new G, after an answer without a session. */
void bank_await_greeting(struct bank *bank);
extern const struct link_callbacks bank_link_callbacks;

#endif
