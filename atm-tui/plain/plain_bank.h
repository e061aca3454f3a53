/* SPDX-License-Identifier: ISC */
/*
 * Plain mode and the bank: asks and waits, and gathers what came unasked.
 */
#ifndef ATM_PLAIN_BANK_H
#define ATM_PLAIN_BANK_H

#include "plain_state.h"

/* The bank must be reached within this time of starting. */
#define PLAIN_REACH_SECONDS 10

void plain_callbacks(struct plain *plain, struct bank_callbacks *callbacks);
/* Waits until a login may be sent; false after PLAIN_REACH_SECONDS. */
bool plain_wait_for_bank(struct plain *plain);
/*
 * Wait as long for what has to be taken back, and for what the bank has to be
 * told of the cash; the next start goes on.
 */
void plain_wait_for_reversals(struct plain *plain);
void plain_wait_for_reports(struct plain *plain);
/*
 * Ask the bank and wait for the answer, which is valid until the next one.
 * NULL without an answer: the session is gone, which is told at its end, or
 * the kiosk can't ask, which has been said.
 */
const struct wire_reader *plain_request(
    struct plain *plain, const char *request);
const struct wire_reader *plain_transact(
    struct plain *plain, const char *verb, const char *arguments);
/* A withdrawal to its end, which is plain->cash_result. */
const struct wire_reader *plain_hand_out(
    struct plain *plain, enum wire_account account, int64_t cents, bool exact);
/* For login and sign-up: a bank_reply_fn, and the wait for it. */
void plain_take_reply(void *context, const struct bank_reply *reply);
void plain_wait_for_reply(struct plain *plain);
void plain_forget_reply(struct plain *plain);
/* Says the reply's words, and which limit it was. */
void plain_say_reply(const struct wire_reader *reader);
/* Says both balances of a reply, or the reply's words where it has none. */
void plain_say_balances(
    const struct plain *plain, const struct wire_reader *reader);
/* Adds a line to `plain`'s news, for the next menu and the list of notices. */
void plain_tell(void *plain, const struct sentence *what);
/* Says one of them, counted from the oldest. */
void plain_say_line(const struct plain *plain, size_t line);
/* Says what was to be told at the next menu. */
void plain_say_news(struct plain *plain);

#endif
