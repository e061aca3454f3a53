/* SPDX-License-Identifier: ISC */
/*
 * What the screens of an errand with money share: what the customer may
 * spend and is told of it, wherever an amount is asked for; and the way from
 * a choice through a form to the question whether it is what is meant.
 */
#ifndef ATM_ERRAND_H
#define ATM_ERRAND_H

#include "../base/limits.h"
#include "../draw/choice.h"
#include "../draw/draw.h"
#include "../kiosk/screen.h"
#include "form_screen.h"

struct errand {
	bool known; /* the bank has told the limits */
	struct limits limits;
};

/* Asks the bank for balances and limits. */
void errand_begin(struct kiosk *kiosk);
/*
 * Takes an answer to one of the two; `what` is the limit's name: transfer,
 * withdraw, deposit.  False where it answers something else.
 */
bool errand_take(struct errand *errand, struct kiosk *kiosk, enum ask ask,
    const struct bank_reply *reply, const char *what);
/* Draws both from row y of the body on; returns the next row. */
int errand_draw(const struct errand *errand, struct kiosk *kiosk, int y);

/* `Your savings account balance: $1.00`, as S7 has it. */
int errand_draw_balance(struct kiosk *kiosk, int y, enum wire_account account);
/* The word that goes with the order, where there is one. */
int errand_draw_memo(struct kiosk *kiosk, int y);
/* A line of the body at its margin; returns the next row. */
int errand_draw_line(
    struct kiosk *kiosk, int y, enum role role, const char *text);

enum errand_stage { ERRAND_CHOICE, ERRAND_FORM, ERRAND_SURE };

/* The first member of such a screen's state. */
struct errand_screen {
	struct form_screen form;
	struct errand errand;
	enum errand_stage stage, before_sure;
	struct choice choice;
	bool offered; /* not before the bank has told what to offer */
	void (*choose)(struct kiosk *kiosk, int index);
	void (*send)(struct kiosk *kiosk); /* after a yes */
};

void errand_go(struct errand_screen *screen, enum errand_stage stage);
void errand_key(struct kiosk *kiosk, int key);
void errand_mouse(struct kiosk *kiosk, int y, int x);
void errand_leave(struct kiosk *kiosk);

#define ERRAND_SCREEN_SLOTS                                       \
	.keypad = true, .leave = errand_leave, .key = errand_key, \
	.mouse = errand_mouse

#endif
