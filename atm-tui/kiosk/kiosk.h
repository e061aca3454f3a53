/* SPDX-License-Identifier: ISC */
/*
 * The kiosk: the one struct of the process that shows screens, and the flow
 * from screen to screen.
 */
#ifndef ATM_KIOSK_H
#define ATM_KIOSK_H

#include <event2/event.h>

#include "../../shared/config/config.h"
#include "../bank/news.h"
#include "../machine/cash.h"
#include "../draw/chrome.h"
#include "idle.h"
#include "input.h"
#include "../base/intl.h"
#include "kiosk_ask.h"
#include "kiosk_events.h"
#include "kiosk_paper.h"
#include "../base/options.h"
#include "../machine/receipt.h"

struct kiosk {
	const struct config *config;
	bool locked;         /* kiosk mode */
	bool ending;         /* told to end; waiting for the bank's goodbye */
	bool end_after_cash; /* told to end while the machine is at work */
	struct event_base *base;
	struct event *spin; /* while the bank is waited for */
	struct bank *bank;
	struct devices *devices;
	struct cash *cash;
	struct receipts *receipts;
	enum cash_result cash_result; /* of the newest withdrawal */
	struct chrome *chrome;
	const struct screen *const *screens; /* by enum screen_id */
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
	struct news news;
	char customer[WIRE_ID_SIZE];
	struct {
		size_t length; /* 0: there is none */
		char text[RECEIPT_SIZE];
	} receipt;                   /* of the newest transaction */
	bool printing, took_receipt; /* in this visit */
};

/* Leaves the screen and wipes its state. */
void kiosk_leave(struct kiosk *kiosk);
/* Leaves the screen and enters another. */
void kiosk_go(struct kiosk *kiosk, enum screen_id id);
/* Draws everything anew; every event ends with it. */
void kiosk_redraw(struct kiosk *kiosk);
/* The other language; the other theme. */
void kiosk_next_language(struct kiosk *kiosk);
void kiosk_next_theme(struct kiosk *kiosk);

#endif
