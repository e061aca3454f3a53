/* SPDX-License-Identifier: ISC */
/*
 * The way to the bank, for bank*.c: connecting, greeting, trying again.
 */
#ifndef ATM_BANK_CONNECT_H
#define ATM_BANK_CONNECT_H

#include <stdbool.h>

#include "bank.h"
#include "link.h"

#define BANK_BACKOFF_FIRST_MS 100

void bank_connect(struct bank *bank);
/* The link is lost, for whatever reason: closes it, and tries again. */
void bank_link_lost(struct bank *bank, const char *why);
/* The same, for what no bank says; too often, and the session is lost. */
void bank_link_spoilt(struct bank *bank);
void bank_set_state(struct bank *bank, enum bank_link state, const char *why);
/* While something is awaited, the link is lost when it doesn't come in time. */
void bank_await_answer(struct bank *bank, bool waiting);
/* Opens the S into bank->text; its length, or negative and the link lost. */
int bank_open_sealed(struct bank *bank, const struct frame *frame);
/* After an answer that leaves no session comes a new G. */
void bank_await_greeting(struct bank *bank);
extern const struct link_callbacks bank_link_callbacks;

#endif
