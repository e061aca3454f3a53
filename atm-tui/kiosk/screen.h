/* SPDX-License-Identifier: ISC */
/*
 * A screen is a small struct of functions on the kiosk.  Its own state is
 * kiosk->state: zeroed before enter(), wiped and freed after leave().  The
 * whole screen is drawn anew after each event; curses sends the difference.
 */
#ifndef ATM_SCREEN_H
#define ATM_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "../bank/bank.h"

struct kiosk;

enum screen_id {
	SCREEN_WELCOME,
	SCREEN_OUT,
	SCREEN_LOGIN,
	SCREEN_SIGN_UP,
	SCREEN_MAIN_MENU,
	SCREEN_ACCOUNT,
	SCREEN_TRANSFER,
	SCREEN_AMOUNT,
	SCREEN_RESULT,
	SCREEN_BALANCE,
	SCREEN_STATEMENT,
	SCREEN_SERVICES,
	SCREEN_PASSWORD,
	SCREEN_NOTICES,
	SCREEN_GOODBYE,
	SCREEN_COUNT
};

/* What a reply answers. */
enum ask {
	ASK_LOGIN,
	ASK_SIGN_UP,
	ASK_MONEY,
	ASK_CASH, /* money, and then the machine's notes */
	ASK_BALANCES,
	ASK_HISTORY,
	ASK_DETAILS,
	ASK_PASSWORD,
	ASK_CLOSE,
	ASK_EXIT,
	ASK_COUNT
};

struct screen {
	const char *name;
	size_t state_size;
	bool unwatched; /* the idle clock doesn't run here */
	bool keypad;    /* has fields, for which the keypad may open */
	bool grows;     /* takes the whole terminal, not an island in it */
	/* All but draw may be NULL. */
	void (*enter)(struct kiosk *kiosk);
	void (*leave)(struct kiosk *kiosk);
	void (*draw)(struct kiosk *kiosk);
	void (*key)(struct kiosk *kiosk, int key);
	/* Touched at a place of the body; NULL: a touch is a blank. */
	void (*mouse)(struct kiosk *kiosk, int y, int x);
	void (*tick)(struct kiosk *kiosk); /* once a second */
	void (*reply)(
	    struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply);
};

#endif
