/* SPDX-License-Identifier: ISC */
/*
 * The kiosk: the one struct of the process that shows screens, the flow
 * from screen to screen, and what is asked of the bank in between.
 */
#ifndef ATM_KIOSK_H
#define ATM_KIOSK_H

#include <event2/event.h>

#include "../shared/config.h"
#include "bank.h"
#include "cash.h"
#include "chrome.h"
#include "idle.h"
#include "input.h"
#include "intl.h"
#include "keypad.h"
#include "options.h"
#include "receipt.h"
#include "screen.h"

#define KIOSK_ASKS 16
#define KIOSK_NOTICES 32
#define KIOSK_NOTICE_SIZE 160

/* What the customer is about to have done. */
struct order {
	const char *verb; /* 1, DEPOSIT, WITHDRAW */
	enum wire_account account;
	char recipient[WIRE_ID_SIZE];
	int64_t cents;
};

/* What came of it, for the result screen. */
struct outcome {
	bool good;
	char text[INTL_REPLY_SIZE];
	char detail[160];
	char seq[24];
	char time[WIRE_TIME_TEXT];
	int64_t cents; /* shown large; 0: not */
};

/* A question to the bank without an answer yet. */
struct kiosk_ask {
	struct kiosk *kiosk;
	bool used;
	enum ask ask;
	unsigned visit;
	uint64_t since_ms;
};

struct kiosk {
	const struct config *config;
	bool locked;         /* kiosk mode */
	bool again;          /* what was drawn has to be drawn once more */
	bool ending;         /* told to end; waiting for the bank's goodbye */
	bool end_after_cash; /* told to end while the machine is at work */
	struct event_base *base;
	struct event *spin; /* while the bank is waited for */
	struct bank *bank;
	struct devices *devices;
	struct cash *cash;
	struct receipts *receipts;
	struct speech *speech;        /* NULL: no voice */
	enum cash_result cash_result; /* of the newest withdrawal */
	struct theme theme;
	struct chrome chrome;
	struct keypad keypad;
	struct idle idle;
	struct input input;
	enum screen_id at;
	unsigned visit; /* counts kiosk_go(); old replies are dropped by it */
	void *state;    /* the screen's own */
	struct order order;
	struct outcome outcome;
	struct kiosk_ask asks[KIOSK_ASKS];
	struct {
		bool known;
		int64_t savings, checking;
	} farewell; /* the final balances */
	char why_down[160];
	char notices[KIOSK_NOTICES][KIOSK_NOTICE_SIZE]; /* the oldest first */
	size_t notice_count, unread;
	char customer[WIRE_ID_SIZE];
	struct {
		size_t length; /* 0: there is none */
		char text[RECEIPT_SIZE];
	} receipt; /* of the newest transaction */
	bool took_receipt;
};

/* Leaves the screen and wipes its state. */
void kiosk_leave(struct kiosk *kiosk);
/* Leaves the screen and enters another. */
void kiosk_go(struct kiosk *kiosk, enum screen_id id);
/* Draws everything anew; every event ends with it. */
void kiosk_redraw(struct kiosk *kiosk);
/* Puts a message on the message line until the next key. */
void kiosk_say(struct kiosk *kiosk, enum role role, const char *text);

/*
 * Asks; the screen's reply() gets the answer unless it was left meanwhile.
 * Not NULL `arguments`: a transaction.  False where it can't be asked now,
 * which is then said on the message line.
 */
bool kiosk_ask(struct kiosk *kiosk, enum ask ask, const char *request,
    const char *arguments);
/* A withdrawal, by kiosk->order: ASK_CASH, and kiosk->cash_result. */
bool kiosk_withdraw(struct kiosk *kiosk);
bool kiosk_log_in(struct kiosk *kiosk, const char *id, const char *password);
bool kiosk_sign_up(struct kiosk *kiosk, const char *id, const char *password,
    const char *name);
/* The question of this screen that waits longest, or NULL. */
const struct kiosk_ask *kiosk_waiting(const struct kiosk *kiosk);
/* Whether an answer is waited for that the customer can't walk away from. */
bool kiosk_is_busy(const struct kiosk *kiosk);

/* Whether a customer is logged in. */
bool kiosk_in_session(const struct kiosk *kiosk);
/* `3`; `quietly`: to the welcome at once, without the goodbye screen. */
void kiosk_end_session(struct kiosk *kiosk, bool quietly);
/* Ends the program, the session before it. */
void kiosk_end(struct kiosk *kiosk);

/* Fills kiosk->outcome from an answer about `cents`, shows the result. */
void kiosk_show_outcome(
    struct kiosk *kiosk, const struct bank_reply *reply, int64_t cents);
/* The same when a withdrawal, ASK_CASH, has come to its end. */
void kiosk_show_cash(struct kiosk *kiosk, const struct bank_reply *reply);
/* Says on the message line what the bank said. */
void kiosk_say_reply(struct kiosk *kiosk, const struct bank_reply *reply);
bool kiosk_replied(const struct bank_reply *reply, int code);

/* The other language; the other theme. */
void kiosk_next_language(struct kiosk *kiosk);
void kiosk_next_theme(struct kiosk *kiosk);
const char *kiosk_money(
    const struct kiosk *kiosk, char to[TEXT_MONEY_SIZE], int64_t cents);

/* kiosk_paper.c */
/* Keeps the receipt of kiosk->order; `remark` is English, or NULL. */
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

/* kiosk_events.c: what the bank calls unasked. */
/* The oldest gives way. */
void kiosk_add_notice(struct kiosk *kiosk, const char *words, bool unread);
void kiosk_callbacks(struct kiosk *kiosk, struct bank_callbacks *callbacks);

#endif
