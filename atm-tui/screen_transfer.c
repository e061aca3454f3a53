/* SPDX-License-Identifier: ISC */
/*
 * S6: to whom and how much, then one line that says what will happen.  A
 * transfer to oneself goes to one's other account.
 */
#include <stdio.h>
#include <string.h>

#include "../shared/money.h"
#include "confirm.h"
#include "form_util.h"
#include "kiosk.h"
#include "limits.h"
#include "term.h"

enum { RECIPIENT, AMOUNT };

struct transfer {
	struct form_page page;
	bool sure; /* the second question: Enter to send */
	char limit[LIMITS_SIZE];
};

static void
enter(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;

	transfer->page = (struct form_page) {
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
leave(struct kiosk *kiosk)
{
	form_close(&((struct transfer *)kiosk->state)->page);
}

static bool
to_oneself(const struct kiosk *kiosk)
{
	return strcmp(kiosk->order.recipient, bank_session(kiosk->bank)->id) ==
	    0;
}

/* `Send $250.50 from your savings account to fey?` */
static void
draw_question(struct kiosk *kiosk)
{
	const struct order *order = &kiosk->order;
	bool savings = order->account == WIRE_SAVINGS;
	char money[TEXT_MONEY_SIZE], line[256];

	kiosk_money(kiosk, money, order->cents);
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
	confirm_draw(kiosk, line, order->cents);
}

static void
draw(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;
	int y;

	if (transfer->sure) {
		draw_question(kiosk);
		return;
	}
	y = chrome_title(kiosk,
	    kiosk->order.account == WIRE_SAVINGS
		? _("Transfer from your savings account: to whom, how much?")
		: _("Transfer from your checking account: to whom, how much?"));
	if (*transfer->limit != '\0')
		draw_text(&kiosk->chrome.canvas, y++, chrome_margin(kiosk),
		    kiosk->chrome.area.w, ROLE_DIM, transfer->limit);
	form_draw(&transfer->page, kiosk, y);
	chrome_hint(kiosk, "Enter", _("go on"), 0);
	chrome_hint(kiosk, "Backspace", _("clear"), 0);
	chrome_hint(kiosk, "Esc", _("back"), TERM_ESC);
}

static void
check(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;
	struct form_page *page = &transfer->page;
	const char *recipient = page->lines[RECIPIENT].value;

	if (!wire_is_id(recipient, strlen(recipient))) {
		form_fail(page, RECIPIENT,
		    *recipient == '\0' ? N_("please enter an ID")
				       : N_("this is no ID"));
	} else if (form_cents(page, AMOUNT, &kiosk->order.cents) != 0) {
		form_fail(page, AMOUNT, N_("please enter an amount"));
	} else {
		memcpy(
		    kiosk->order.recipient, recipient, strlen(recipient) + 1);
		transfer->sure = true;
		form_close(page);
	}
}

static void
send_order(struct kiosk *kiosk)
{
	const struct order *order = &kiosk->order;
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
act(struct kiosk *kiosk, int result)
{
	if (result == FORM_SUBMIT)
		check(kiosk);
	else if (result == FORM_CANCEL)
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
	else if (result == FORM_REFUSED)
		beep();
}

static void
key(struct kiosk *kiosk, int key)
{
	struct transfer *transfer = kiosk->state;

	if (!transfer->sure)
		act(kiosk, form_key(&transfer->page, key));
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
		act(kiosk, form_mouse(&transfer->page, y, x));
	else
		key(kiosk, confirm_mouse(kiosk, y, x));
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct transfer *transfer = kiosk->state;

	if (ask == ASK_MONEY)
		kiosk_show_outcome(kiosk, reply, kiosk->order.cents);
	else if (kiosk_replied(reply, 200))
		limits_words(&reply->reader, "transfer",
		    config_string(kiosk->config, SCREEN_CURRENCY),
		    transfer->limit);
}

const struct screen screen_transfer = {
	.name = "transfer",
	.state_size = sizeof(struct transfer),
	.keypad = true,
	.enter = enter,
	.leave = leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
	.reply = reply,
};
