/* SPDX-License-Identifier: ISC */
/*
 * What the bank tells the kiosk unasked.
 */
#ifndef ATM_KIOSK_EVENTS_H
#define ATM_KIOSK_EVENTS_H

#include "../bank/bank.h"

struct kiosk;

void kiosk_callbacks(struct kiosk *kiosk, struct bank_callbacks *callbacks);

#endif
