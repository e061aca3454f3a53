/* SPDX-License-Identifier: ISC */
/*
 * The one struct of the process that shows screens.  It holds its rooms by
 * pointer; kiosk_run.c makes them.
 */
#ifndef ATM_KIOSK_STATE_H
#define ATM_KIOSK_STATE_H

#include <time.h>

#include <event2/event.h>

#include "../../shared/config/config.h"
#include "../bank/bank_ask.h"
#include "../draw/chrome.h"
#include "customer.h"
#include "screen.h"

struct kiosk {
	const struct config *config;
	const struct screen *const *screens; /* by enum screen_id */
	bool locked;                         /* kiosk mode */
	time_t outage_ended; /* until a customer comes; 0: there was none */
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
