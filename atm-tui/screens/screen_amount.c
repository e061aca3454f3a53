/* SPDX-License-Identifier: ISC */
/*
 * How much to deposit or withdraw.  A withdrawal offers the usual amounts
 * first, the customer's own before all others, and refuses at the field what
 * the machine's notes can't make.
 */
#include <stdio.h>
#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "../draw/confirm.h"
#include "errand.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

#define USUAL (CHOICE_ITEMS - 1)
#define LABEL_SIZE (TEXT_MONEY_SIZE + 64)

struct amount {
	struct errand_screen screen;
	int64_t usual[USUAL];
	size_t usual_count, own_count; /* the customer's own come first */
	char labels[USUAL][LABEL_SIZE];
	bool advised; /* what the notes can make in place of what was typed */
	struct cash_plan nearest;
};

static bool
is_withdrawal(const struct kiosk *kiosk)
{
	return strcmp(kiosk->customer->order.verb, "WITHDRAW") == 0;
}

/* Offers an amount that isn't offered yet and that the notes can make. */
static void
offer(struct kiosk *kiosk, int64_t cents)
{
	struct amount *amount = kiosk->state;
	struct cash_plan plan;

	for (size_t i = 0; i < amount->usual_count; i++)
		if (amount->usual[i] == cents)
			return;
	cash_plan(kiosk->cash, cents, &plan);
	if (plan.made && amount->usual_count < USUAL)
		amount->usual[amount->usual_count++] = cents;
}

static void
offer_usual(struct kiosk *kiosk)
{
	struct amount *amount = kiosk->state;
	const struct past *past = &kiosk->customer->past;
	int64_t units[USUAL];
	int count = cash_notes_read(
	    config_string(kiosk->config, CASH_USUAL), units, USUAL);

	for (size_t i = 0; i < past->amount_count; i++)
		offer(kiosk, past->cents[i]);
	amount->own_count = amount->usual_count;
	for (int i = 0; i < count && i < USUAL; i++)
		offer(kiosk, units[i] * 100);
	amount->screen.offered = true;
}

/* `$60.00, no receipt` where it is the customer's own. */
static void
label(struct kiosk *kiosk, size_t i)
{
	struct amount *amount = kiosk->state;
	char money[TEXT_MONEY_SIZE];

	chrome_money(kiosk->chrome, money, amount->usual[i]);
	if (i < amount->own_count && receipts_any(kiosk->receipts))
		snprintf(
		    amount->labels[i], LABEL_SIZE, _("%s, no receipt"), money);
	else
		string_copy(amount->labels[i], money, LABEL_SIZE);
	amount->screen.choice.labels[i] = amount->labels[i];
}

static void
draw_usual(struct kiosk *kiosk, int y)
{
	struct amount *amount = kiosk->state;
	struct choice *choice = &amount->screen.choice;

	for (size_t i = 0; i < amount->usual_count; i++)
		label(kiosk, i);
	choice->count = (int)amount->usual_count;
	choice->labels[choice->count++] = N_("Another amount");
	choice->left = (choice->count + 1) / 2;
	choice_draw(choice, kiosk->chrome, y);
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
	confirm_buttons(kiosk->chrome);
}

/* While the machine hands the notes out. */
static void
draw_handing_out(struct kiosk *kiosk)
{
	char notes[64], line[192];

	cash_handed_out(kiosk->cash, notes, sizeof(notes));
	if (*notes == '\0')
		string_copy(line, _("Please take your cash"), sizeof(line));
	else
		snprintf(
		    line, sizeof(line), _("Please take your cash: %s"), notes);
	chrome_cursor(kiosk->chrome, chrome_title(kiosk->chrome, line),
	    chrome_margin(kiosk->chrome));
}

/* Which amounts the notes can make. */
static int
draw_advice(struct kiosk *kiosk, int y)
{
	const struct amount *amount = kiosk->state;
	const struct cash_plan *plan = &amount->nearest;
	char low[TEXT_MONEY_SIZE], high[TEXT_MONEY_SIZE], line[160];

	chrome_money(kiosk->chrome, low, plan->below);
	chrome_money(kiosk->chrome, high, plan->above);
	if (plan->below == 0 && plan->above == 0)
		string_copy(
		    line, _("The machine has no notes now"), sizeof(line));
	else if (plan->above == 0)
		snprintf(
		    line, sizeof(line), _("The nearest amount is %s."), low);
	else if (plan->below > 0)
		snprintf(line, sizeof(line),
		    _("The nearest amounts are %s and %s."), low, high);
	else
		snprintf(
		    line, sizeof(line), _("The smallest amount is %s."), high);
	return errand_draw_line(kiosk, y, ROLE_BAD, line);
}

static int
draw_note(struct kiosk *kiosk, int y)
{
	struct amount *amount = kiosk->state;

	y = errand_draw(&amount->screen.errand, kiosk, y);
	return amount->advised ? draw_advice(kiosk, y) : y;
}

static void
draw(struct kiosk *kiosk)
{
	struct amount *amount = kiosk->state;
	int y;

	if (cash_is_handing_out(kiosk->cash)) {
		draw_handing_out(kiosk);
	} else if (amount->screen.stage == ERRAND_SURE) {
		draw_sure(kiosk);
	} else if (amount->screen.stage == ERRAND_FORM) {
		form_screen_draw(kiosk);
	} else {
		y = chrome_title(kiosk->chrome, _(amount->screen.form.title));
		y = errand_draw(&amount->screen.errand, kiosk, y);
		if (!amount->screen.offered && kiosk->customer->past.known)
			offer_usual(kiosk);
		if (amount->screen.offered)
			draw_usual(kiosk, y + (kiosk->chrome->area.h >= 17));
		chrome_hint(kiosk->chrome, "Esc", _("back"), TERM_ESC);
	}
}

static void
ask_if_sure(struct kiosk *kiosk, int64_t cents)
{
	struct amount *amount = kiosk->state;

	kiosk->customer->order.cents = cents;
	errand_go(&amount->screen, ERRAND_SURE);
}

static const char *
check_amount(struct kiosk *kiosk, const char *answer)
{
	struct amount *amount = kiosk->state;
	struct cash_plan plan;
	int64_t cents;

	(void)answer;
	amount->advised = false;
	if (form_cents(&amount->screen.form.page, 0, &cents) != 0)
		return N_("please enter an amount");
	kiosk->customer->order.cents = cents;
	if (!is_withdrawal(kiosk))
		return NULL;
	cash_plan(kiosk->cash, cents, &plan);
	if (plan.made)
		return NULL;
	amount->advised = true;
	amount->nearest = plan;
	return N_("this machine can't make that amount");
}

static const struct form_question questions[] = {
	{ NULL, NULL, { N_("Amount"), FORM_AMOUNT, 16, .optional = false },
	    check_amount },
};

static void
submit(struct kiosk *kiosk)
{
	struct order *order = &kiosk->customer->order;
	const struct form_screen *form = kiosk->state;

	string_copy(order->typed, form->answers[0], sizeof(order->typed));
	order->no_receipt = false;
	ask_if_sure(kiosk, order->cents);
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
	struct order *order = &kiosk->customer->order;

	if (!choice_made(kiosk->chrome, index))
		return;
	if (index >= (int)amount->usual_count) {
		errand_go(&amount->screen, ERRAND_FORM);
	} else {
		*order->typed = '\0';
		order->no_receipt = (size_t)index < amount->own_count;
		ask_if_sure(kiosk, amount->usual[index]);
	}
}

/* From the form: to the usual amounts, or else away. */
static void
go_back(struct kiosk *kiosk)
{
	struct amount *amount = kiosk->state;

	if (!is_withdrawal(kiosk)) {
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
		return;
	}
	amount->advised = false;
	errand_go(&amount->screen, ERRAND_CHOICE);
}

static void
enter(struct kiosk *kiosk)
{
	struct amount *amount = kiosk->state;
	struct order *order = &kiosk->customer->order;

	amount->screen.form = (struct form_screen) {
		.title = is_withdrawal(kiosk)
		    ? N_("How much would you like to withdraw?")
		    : N_("How much would you like to deposit?"),
		.leaving = N_("back"),
		.leave = go_back,
		.submit = submit,
		.draw_note = draw_note,
		.questions = questions,
		.count = 1,
	};
	string_copy(
	    amount->screen.form.answers[0], order->typed, FORM_VALUE_SIZE);
	amount->screen.choose = choose;
	amount->screen.send = send_order;
	form_screen_ask(&amount->screen.form, 0);
	if (!is_withdrawal(kiosk) || order->again != ANOTHER_NOTHING)
		amount->screen.stage = ERRAND_FORM;
	errand_begin(kiosk);
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct amount *amount = kiosk->state;

	if (errand_take(&amount->screen.errand, kiosk, ask, reply,
		is_withdrawal(kiosk) ? "withdraw" : "deposit"))
		return;
	if (ask == ASK_MONEY)
		kiosk_show_outcome(kiosk, reply);
	else if (ask == ASK_CASH)
		kiosk_show_cash(kiosk, reply);
}

const struct screen screen_amount = {
	.name = "amount",
	.state_size = sizeof(struct amount),
	ERRAND_SCREEN_SLOTS,
	.enter = enter,
	.draw = draw,
	.reply = reply,
};
