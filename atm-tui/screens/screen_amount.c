/* SPDX-License-Identifier: ISC */
/*
 * How much to deposit or withdraw.  A withdrawal offers the usual amounts
 * first, and refuses at the field what the machine's notes can't make.
 */
#include <stdio.h>
#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "../draw/choice.h"
#include "../draw/confirm.h"
#include "form_screen.h"
#include "../kiosk/kiosk.h"
#include "../base/limits.h"
#include "screens_table.h"

#define USUAL 6

enum stage { STAGE_USUAL, STAGE_FORM, STAGE_SURE };

struct amount {
	struct form_screen form; /* its note: what may be moved today */
	enum stage stage, before_sure;
	struct choice choice;
	int64_t usual[USUAL];
	size_t usual_count;
	char labels[USUAL][TEXT_MONEY_SIZE];
	char advice[160];
};

static bool
is_withdrawal(const struct kiosk *kiosk)
{
	return strcmp(kiosk->customer->order.verb, "WITHDRAW") == 0;
}

static void
offer_usual(struct kiosk *kiosk)
{
	struct amount *amount = kiosk->state;
	struct choice *choice = &amount->choice;
	struct cash_plan plan;
	int64_t units[USUAL];
	int count = cash_notes_read(
	    config_string(kiosk->config, CASH_USUAL), units, USUAL);

	for (int i = 0; i < count && i < USUAL; i++) {
		size_t at = amount->usual_count;

		cash_plan(kiosk->cash, units[i] * 100, &plan);
		if (!plan.made)
			continue;
		amount->usual[at] = units[i] * 100;
		choice->labels[at] = chrome_money(
		    kiosk->chrome, amount->labels[at], amount->usual[at]);
		amount->usual_count++;
	}
	choice->count = (int)amount->usual_count;
	choice->labels[choice->count++] = N_("Another amount");
	choice->left = (choice->count + 1) / 2;
	amount->stage = STAGE_USUAL;
}

static void
leave(struct kiosk *kiosk)
{
	struct amount *amount = kiosk->state;

	form_close(&amount->form.page);
	choice_close(&amount->choice);
}

static void
draw_sure(struct kiosk *kiosk)
{
	const struct order *order = &kiosk->customer->order;
	bool savings = order->account == WIRE_SAVINGS;
	char money[TEXT_MONEY_SIZE], line[192];

	chrome_money(kiosk->chrome, money, order->cents);
	if (is_withdrawal(kiosk))
		snprintf(line, sizeof(line),
		    savings ? _("Withdraw %s from your savings account?")
			    : _("Withdraw %s from your checking account?"),
		    money);
	else
		snprintf(line, sizeof(line),
		    savings ? _("Deposit %s into your savings account?")
			    : _("Deposit %s into your checking account?"),
		    money);
	confirm_draw(kiosk->chrome, line, order->cents);
}

static void
draw(struct kiosk *kiosk)
{
	struct amount *amount = kiosk->state;
	const struct canvas *canvas = &kiosk->chrome->canvas;
	int y, margin = chrome_margin(kiosk->chrome);

	if (amount->stage == STAGE_SURE) {
		draw_sure(kiosk);
		return;
	}
	y = chrome_title(kiosk->chrome,
	    is_withdrawal(kiosk) ? _("How much would you like to withdraw?")
				 : _("How much would you like to deposit?"));
	if (*amount->form.note != '\0')
		draw_text(canvas, y++, margin, kiosk->chrome->area.w - margin,
		    ROLE_DIM, amount->form.note);
	if (amount->stage == STAGE_USUAL) {
		choice_draw(&amount->choice, kiosk->chrome, y + 1);
	} else {
		y = form_draw(&amount->form.page, kiosk->chrome, y);
		draw_text(canvas, y, margin, kiosk->chrome->area.w - margin,
		    ROLE_BAD, amount->advice);
		chrome_hint(kiosk->chrome, "Enter", _("go on"), TERM_ENTER);
	}
	chrome_hint(kiosk->chrome, "Esc", _("back"), TERM_ESC);
}

static void
ask_if_sure(struct kiosk *kiosk, int64_t cents)
{
	struct amount *amount = kiosk->state;

	kiosk->customer->order.cents = cents;
	amount->before_sure = amount->stage;
	amount->stage = STAGE_SURE;
	form_close(&amount->form.page);
}

static bool
check_notes(struct kiosk *kiosk, int64_t cents)
{
	struct amount *amount = kiosk->state;
	char low[TEXT_MONEY_SIZE], high[TEXT_MONEY_SIZE];
	struct cash_plan plan;

	amount->advice[0] = '\0';
	if (!is_withdrawal(kiosk))
		return true;
	cash_plan(kiosk->cash, cents, &plan);
	if (plan.made)
		return true;
	chrome_money(kiosk->chrome, low, plan.below);
	chrome_money(kiosk->chrome, high, plan.above);
	if (plan.below == 0 && plan.above == 0)
		string_copy(amount->advice, _("It has no notes now"),
		    sizeof(amount->advice));
	else if (plan.above == 0)
		snprintf(amount->advice, sizeof(amount->advice),
		    _("The nearest amount is %s"), low);
	else if (plan.below > 0)
		snprintf(amount->advice, sizeof(amount->advice),
		    _("The nearest amounts are %s and %s"), low, high);
	else
		snprintf(amount->advice, sizeof(amount->advice),
		    _("The smallest amount is %s"), high);
	form_fail(
	    &amount->form.page, 0, N_("this machine's notes can't make it"));
	return false;
}

static void
check_form(struct kiosk *kiosk)
{
	struct amount *amount = kiosk->state;
	int64_t cents;

	if (form_cents(&amount->form.page, 0, &cents) != 0)
		form_fail(&amount->form.page, 0, N_("please enter an amount"));
	else if (check_notes(kiosk, cents))
		ask_if_sure(kiosk, cents);
}

static void
send_order(struct kiosk *kiosk)
{
	char arguments[64], text[MONEY_TEXT_SIZE];

	if (is_withdrawal(kiosk)) {
		kiosk_withdraw(kiosk);
		return;
	}
	snprintf(arguments, sizeof(arguments), "%d %s",
	    kiosk->customer->order.account == WIRE_SAVINGS ? 1 : 2,
	    money_format(kiosk->customer->order.cents, text));
	kiosk_ask(kiosk, ASK_MONEY, kiosk->customer->order.verb, arguments);
}

static void
choose(struct kiosk *kiosk, int index)
{
	struct amount *amount = kiosk->state;

	if (index == CHOICE_UNKNOWN) {
		chrome_say(kiosk->chrome, ROLE_BAD, _("incorrect input"));
	} else if (index >= (int)amount->usual_count) {
		amount->stage = STAGE_FORM;
		choice_close(&amount->choice);
	} else if (index >= 0) {
		ask_if_sure(kiosk, amount->usual[index]);
		choice_close(&amount->choice);
	}
}

static void
enter(struct kiosk *kiosk)
{
	struct amount *amount = kiosk->state;

	amount->form.back = SCREEN_MAIN_MENU;
	amount->form.submit = check_form;
	amount->form.page = (struct form_page) {
		.count = 1,
		.lines = { { N_("Amount"), FORM_AMOUNT, 16,
		    .optional = false } },
		.buttons = { N_("Enter"), N_("Cancel") },
		.button_count = 2,
	};
	amount->stage = STAGE_FORM;
	if (is_withdrawal(kiosk))
		offer_usual(kiosk);
	kiosk_ask(kiosk, ASK_DETAILS, "DETAILS", NULL);
}

static void
key_sure(struct kiosk *kiosk, int key)
{
	struct amount *amount = kiosk->state;

	if (key == TERM_ENTER)
		send_order(kiosk);
	else if (key == TERM_ESC || key == TERM_BACKSPACE)
		amount->stage = amount->before_sure;
}

static void
key(struct kiosk *kiosk, int key)
{
	struct amount *amount = kiosk->state;

	if (amount->stage == STAGE_SURE)
		key_sure(kiosk, key);
	else if (amount->stage == STAGE_FORM)
		form_screen_key(kiosk, key);
	else if (key == TERM_ESC)
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
	else
		choose(kiosk, choice_key(&amount->choice, key));
}

static void
mouse(struct kiosk *kiosk, int y, int x)
{
	struct amount *amount = kiosk->state;

	if (amount->stage == STAGE_SURE)
		key_sure(kiosk, confirm_mouse(kiosk->chrome, y, x));
	else if (amount->stage == STAGE_FORM)
		form_screen_mouse(kiosk, y, x);
	else
		choose(kiosk, choice_mouse(&amount->choice, y, x));
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	if (ask == ASK_MONEY)
		kiosk_show_outcome(kiosk, reply, kiosk->customer->order.cents);
	else if (ask == ASK_CASH)
		kiosk_show_cash(kiosk, reply);
	else if (kiosk_replied(reply, 200))
		limits_words(&reply->reader,
		    is_withdrawal(kiosk) ? "withdraw" : "deposit",
		    config_string(kiosk->config, SCREEN_CURRENCY),
		    ((struct form_screen *)kiosk->state)->note);
}

const struct screen screen_amount = {
	.name = "amount",
	.state_size = sizeof(struct amount),
	.keypad = true,
	.enter = enter,
	.leave = leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
	.reply = reply,
};
