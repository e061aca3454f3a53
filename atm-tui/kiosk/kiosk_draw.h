/* SPDX-License-Identifier: ISC */
/*
 * One drawing of the kiosk: the screen and all that is around it.
 */
#ifndef ATM_KIOSK_DRAW_H
#define ATM_KIOSK_DRAW_H

struct kiosk;

/* Draws everything anew; every turn of the event loop begins with it. */
void kiosk_redraw(struct kiosk *kiosk);

#endif
