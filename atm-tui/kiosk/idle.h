/* SPDX-License-Identifier: ISC */
/*
 * The idle clock: asks a customer who touches nothing whether more time is
 * needed, and ends the session when the countdown is over.
 */
#ifndef ATM_IDLE_H
#define ATM_IDLE_H

#include <stdbool.h>
#include <stdint.h>

struct kiosk;

struct idle {
	uint64_t touched_ms; /* of the steady clock */
	bool asking;
};

/* A sign of life; true where it answered the question, and only that. */
bool idle_touch(struct kiosk *kiosk);
/* Once a second. */
void idle_tick(struct kiosk *kiosk);
/* Draws the question, where it is open. */
void idle_draw(struct kiosk *kiosk);

#endif
