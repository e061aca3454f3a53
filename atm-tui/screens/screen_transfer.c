/* SPDX-License-Identifier: ISC */
/*
 * S6: to whom and how much, then one line that says what will happen.  A
 * transfer to oneself goes to one's other account.
 */
#include <stdio.h>
#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/terminal/term.h"
#include "../draw/confirm.h"
#include "form_screen.h"
#include "../kiosk/kiosk.h"
#include "../base/limits.h"
#include "screens_table.h"

enum { RECIPIENT, AMOUNT };

struct transfer {
	struct form_screen form;
	bool sure; /* the second question: Enter to send */
};

static bool
to_oneself(const struct kiosk *kiosk)
{
	return strcmp(kiosk->customer->order.recipient,
		   bank_session(kiosk->bank)->id) == 0;
}

/* `Send $250.50 from your savings account to fey?` */
static void
draw_question(struct kiosk *kiosk)
{
	const struct order *order = &kiosk->customer->order;
	bool savings = order->account == WIRE_SAVINGS;
	char money[TEXT_MONEY_SIZE], line[256];

	chrome_money(kiosk->chrome, money, order->cents);
	if (to_oneself(kiosk))
		snprintf(line, sizeof(line),
		    savings ? _("Move %s from your savings account to your "
				"checking account?")
			    : _("Move %s from your checking account to your "
				"savings account?"),
		    money);
	else
		snprintf(line, sizeof(line),
		    savings ? _("Send %s from your savings account to %s?")
			    : _("Send %s from your checking account to %s?"),
		    money, order->recipient);
	confirm_draw(kiosk->chrome, line, order->cents);
}

static void
draw(struct kiosk *kiosk)
{
	if (((struct transfer *)kiosk->state)->sure)
		draw_question(kiosk);
	else
		form_screen_draw(kiosk);
}

static void
check(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;
	struct form_page *page = &transfer->form.page;
	const char *recipient = page->lines[RECIPIENT].value;

	if (!wire_is_id(recipient, strlen(recipient))) {
		form_fail(page, RECIPIENT,
		    *recipient == '\0' ? N_("please enter an ID")
				       : N_("this is no ID"));
	} else if (form_cents(page, AMOUNT, &kiosk->customer->order.cents) !=
	    0) {
		form_fail(page, AMOUNT, N_("please enter an amount"));
	} else {
		memcpy(kiosk->customer->order.recipient, recipient,
		    strlen(recipient) + 1);
		transfer->sure = true;
		form_close(page);
	}
}

static void
send_order(struct kiosk *kiosk)
{
	const struct order *order = &kiosk->customer->order;
	char arguments[128], amount[MONEY_TEXT_SIZE];
	bool savings = order->account == WIRE_SAVINGS;

	snprintf(arguments, sizeof(arguments), "%d %s %s%s", savings ? 1 : 2,
	    order->recipient, money_format(order->cents, amount),
	    !to_oneself(kiosk) ? ""
		: savings      ? " 2"
			       : " 1");
	kiosk_ask(kiosk, ASK_MONEY, order->verb, arguments);
}

static void
enter(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;

	form->title = kiosk->customer->order.account == WIRE_SAVINGS
	    ? N_("Transfer from your savings account: to whom, how much?")
	    : N_("Transfer from your checking account: to whom, how much?");
	form->leaving = N_("back");
	form->back = SCREEN_MAIN_MENU;
	form->submit = check;
	form->page = (struct form_page) {
		.count = 2,
		.lines = {
		    { N_("Recipient's ID"), FORM_ID, WIRE_ID_SIZE - 1,
			.optional = false },
		    { N_("Amount"), FORM_AMOUNT, 16, .optional = false },
		},
		.buttons = { N_("Enter"), N_("Cancel") },
		.button_count = 2,
	};
	kiosk_ask(kiosk, ASK_DETAILS, "DETAILS", NULL);
}

static void
key(struct kiosk *kiosk, int key)
{
	struct transfer *transfer = kiosk->state;

	if (!transfer->sure)
		form_screen_key(kiosk, key);
	else if (key == TERM_ENTER)
		send_order(kiosk);
	else if (key == TERM_ESC || key == TERM_BACKSPACE)
		transfer->sure = false;
}

static void
mouse(struct kiosk *kiosk, int y, int x)
{
	struct transfer *transfer = kiosk->state;

	if (!transfer->sure)
		form_screen_mouse(kiosk, y, x);
	else
		key(kiosk, confirm_mouse(kiosk->chrome, y, x));
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct form_screen *form = kiosk->state;

	if (ask == ASK_MONEY)
		kiosk_show_outcome(kiosk, reply, kiosk->customer->order.cents);
	else if (kiosk_replied(reply, 200))
		limits_words(&reply->reader, "transfer",
		    config_string(kiosk->config, SCREEN_CURRENCY), form->note);
}

const struct screen screen_transfer = {
	.name = "transfer",
	.state_size = sizeof(struct transfer),
	.keypad = true,
	.enter = enter,
	.leave = form_screen_leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
	.reply = reply,
};
