/* SPDX-License-Identifier: ISC */
/*
 * What screens ask of the bank and the machine, and what came of it.
 */
#ifndef ATM_KIOSK_ASK_H
#define ATM_KIOSK_ASK_H

#include "../bank/bank_ask.h"
#include "../base/intl.h"
#include "screen.h"

#define KIOSK_ASKS 16

/* A question to the bank without an answer yet. */
struct kiosk_ask {
	struct kiosk *kiosk;
	bool used;
	enum ask ask;
	unsigned visit;
	uint64_t since_ms;
};

/*
 * Asks; the screen's reply() gets the answer unless it was left meanwhile.
 * Not NULL `arguments`: a transaction.  False where it can't be asked now,
 * which is then said on the message line.
 */
bool kiosk_ask(struct kiosk *kiosk, enum ask ask, const char *request,
    const char *arguments);
/* A withdrawal, by kiosk->customer->order: ASK_CASH, and
 * kiosk->customer->cash_result. */
bool kiosk_withdraw(struct kiosk *kiosk);
bool kiosk_log_in(struct kiosk *kiosk, const char *id, const char *password);
bool kiosk_sign_up(struct kiosk *kiosk, const char *id, const char *password,
    const char *name);
/*
 * The question of this screen that waits longest, or NULL.  A question that
 * the customer can't walk away from goes before those that can be left.
 */
const struct kiosk_ask *kiosk_waiting(const struct kiosk *kiosk);
/* Whether the customer must wait for an answer. */
bool kiosk_is_busy(const struct kiosk *kiosk);

/* Fills kiosk->customer->outcome from an answer to its order, shows the
 * result. */
void kiosk_show_outcome(struct kiosk *kiosk, const struct bank_reply *reply);
/* The same when a withdrawal, ASK_CASH, has come to its end. */
void kiosk_show_cash(struct kiosk *kiosk, const struct bank_reply *reply);
/* Says on the message line what the bank said. */
void kiosk_say_reply(struct kiosk *kiosk, const struct bank_reply *reply);
bool kiosk_replied(const struct bank_reply *reply, int code);
/* The balances in a reply; known where it has both. */
struct balances kiosk_balances(const struct bank_reply *reply);

/* `3`; `quietly`: to the welcome at once, without the goodbye screen. */
void kiosk_end_session(struct kiosk *kiosk, bool quietly);

#endif
