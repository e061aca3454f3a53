/* SPDX-License-Identifier: ISC */
/*
 * What the bank tells the kiosk unasked.
 */
#ifndef ATM_KIOSK_EVENTS_H
#define ATM_KIOSK_EVENTS_H

#include "../bank/bank.h"

#define KIOSK_NOTICES 32
#define KIOSK_NOTICE_SIZE 160

struct kiosk;

/* The oldest gives way. */
void kiosk_add_notice(struct kiosk *kiosk, const char *words, bool unread);
void kiosk_callbacks(struct kiosk *kiosk, struct bank_callbacks *callbacks);

#endif
