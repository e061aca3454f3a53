/* SPDX-License-Identifier: ISC */
/*
 * Receipts on the screens, and what came in since the last visit.
 */
#ifndef ATM_KIOSK_PAPER_H
#define ATM_KIOSK_PAPER_H

#include "../bank/bank.h"

struct kiosk;

/* Keeps the receipt of kiosk->customer->order; `remark` is English, or NULL. */
void kiosk_keep_receipt(
    struct kiosk *kiosk, const struct bank_reply *reply, const char *remark);
/* Whether there is one, and something to print it with. */
bool kiosk_has_receipt(const struct kiosk *kiosk);
void kiosk_print_receipt(struct kiosk *kiosk);
/* Prints any text; how it went is told on the message line. */
void kiosk_print(
    struct kiosk *kiosk, const char *name, const char *text, size_t length);
/* After a login: what came in meanwhile becomes notices. */
void kiosk_welcome_back(struct kiosk *kiosk);

#endif
