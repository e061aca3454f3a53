/* SPDX-License-Identifier: ISC */
/*
 * The flow from screen to screen, and the kiosk's end.
 */
#ifndef ATM_KIOSK_H
#define ATM_KIOSK_H

#include "../base/options.h"
#include "kiosk_ask.h"
#include "kiosk_paper.h"
#include "kiosk_state.h"

/* Leaves the screen and wipes its state. */
void kiosk_leave(struct kiosk *kiosk);
/* Leaves the screen and enters another. */
void kiosk_go(struct kiosk *kiosk, enum screen_id id);
/*
 * Whether what has been shown since `since_ms` was seen for `ms` by now; while
 * the voice says it, that time begins anew.
 */
bool kiosk_was_shown(
    const struct kiosk *kiosk, uint64_t *since_ms, uint64_t ms);
/* Whether a customer is logged in. */
bool kiosk_in_session(const struct kiosk *kiosk);
/* Ends the program, the session before it. */
void kiosk_end(struct kiosk *kiosk);
/* The other language; the other theme. */
void kiosk_next_language(struct kiosk *kiosk);
void kiosk_next_theme(struct kiosk *kiosk);

#endif
