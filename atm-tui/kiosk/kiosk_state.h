/* SPDX-License-Identifier: ISC */
/*
 * The one struct of the process that shows screens.  It holds its rooms by
 * pointer; kiosk_run.c makes them.
 */
#ifndef ATM_KIOSK_STATE_H
#define ATM_KIOSK_STATE_H

#include <event2/event.h>

#include "../../shared/config/config.h"
#include "../bank/bank_ask.h"
#include "../bank/news.h"
#include "../machine/cash.h"
#include "../draw/chrome.h"
#include "../base/intl.h"
#include "../machine/receipt.h"
#include "screen.h"

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

struct balances {
	bool known;
	int64_t cents[2]; /* by enum wire_account */
};

/* What belongs to one customer, and is wiped when the welcome comes. */
struct customer {
	char id[WIRE_ID_SIZE];
	struct order order;
	struct outcome outcome;
	enum cash_result cash_result; /* of the newest withdrawal */
	struct balances farewell;     /* the final ones */
	struct news news;
	struct {
		size_t length; /* 0: there is none */
		char text[RECEIPT_SIZE];
	} receipt; /* of the newest transaction */
	bool printing, took_receipt;
};

struct kiosk {
	const struct config *config;
	const struct screen *const *screens; /* by enum screen_id */
	bool locked;                         /* kiosk mode */
	bool ending;         /* told to end; waiting for the bank's goodbye */
	bool end_after_cash; /* told to end while the machine is at work */
	struct event_base *base;
	struct event *spin; /* while the bank is waited for */
	struct bank *bank;
	struct devices *devices;
	struct cash *cash;
	struct receipts *receipts;
	struct chrome *chrome;
	struct idle *idle;
	struct input *input;
	struct kiosk_ask *asks; /* KIOSK_ASKS of them */
	struct customer *customer;
	enum screen_id at;
	unsigned visit; /* counts kiosk_go(); old replies are dropped by it */
	void *state;    /* the screen's own */
};

#endif
