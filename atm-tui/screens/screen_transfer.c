/* SPDX-License-Identifier: ISC */
/*
 * S6: to whom, how much, with which word; then one line that says what will
 * happen.  To whom is a choice: the customer's other account, those paid
 * last, or another ID.
 */
#include <stdio.h>
#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "../../shared/terminal/term.h"
#include "../../shared/wire/wire_memo.h"
#include "../draw/confirm.h"
#include "errand.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

enum { RECIPIENT, AMOUNT, MEMO, QUESTIONS };
#define ONE_COLUMN 4 /* so many choices need no second one */

struct transfer {
	struct errand_screen screen;
	size_t payee_count; /* as offered */
	char labels[PAST_PAYEES][WIRE_ID_SIZE + 32];
};

static bool
to_oneself(const struct kiosk *kiosk)
{
	return strcmp(kiosk->customer->order.recipient,
		   bank_session(kiosk->bank)->id) == 0;
}

/* Who it is, with dots for most letters, where the bank tells it. */
static int
draw_name(struct kiosk *kiosk, int y)
{
	const char *dot = draw_symbol(&kiosk->chrome->theme, SYMBOL_MASK);
	const char *name =
	    past_name(&kiosk->customer->past, kiosk->customer->order.recipient);
	char shown[3 * WIRE_NAME_SIZE] = "", line[4 * WIRE_NAME_SIZE];
	size_t used = 0;

	for (; *name != '\0'; name++)
		used += (size_t)snprintf(shown + used, sizeof(shown) - used,
		    "%.*s", *name == '*' ? (int)strlen(dot) : 1,
		    *name == '*' ? dot : name);
	if (used == 0)
		return y;
	snprintf(line, sizeof(line), _("The recipient's name: %s"), shown);
	return errand_draw_line(kiosk, y, ROLE_BODY, line);
}

/* `Send $250.50 from your savings account to fey?` */
static void
draw_question(struct kiosk *kiosk)
{
	const struct order *order = &kiosk->customer->order;
	bool savings = order->account == WIRE_SAVINGS;
	char money[TEXT_MONEY_SIZE], line[256];
	int y;

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
	y = confirm_draw(kiosk->chrome, line, order->cents);
	if (!to_oneself(kiosk))
		y = draw_name(kiosk, y);
	errand_draw_memo(kiosk, y);
	confirm_buttons(kiosk->chrome);
}

static void
offer(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;
	const struct past *past = &kiosk->customer->past;
	struct choice *choice = &transfer->screen.choice;

	choice->labels[choice->count++] =
	    kiosk->customer->order.account == WIRE_SAVINGS
	    ? N_("To my checking account")
	    : N_("To my savings account");
	for (size_t i = 0; i < past->payee_count; i++)
		choice->labels[choice->count++] = transfer->labels[i];
	choice->labels[choice->count++] = N_("Another ID");
	choice->left = choice->count <= ONE_COLUMN ? choice->count
						   : (choice->count + 1) / 2;
	transfer->payee_count = past->payee_count;
	transfer->screen.offered = true;
}

/* In the language in force. */
static void
label(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;

	for (size_t i = 0; i < transfer->payee_count; i++)
		snprintf(transfer->labels[i], sizeof(transfer->labels[i]),
		    _("To %s"), kiosk->customer->past.payees[i].id);
}

static void
draw_whom(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;
	int y = chrome_title(kiosk->chrome, _(transfer->screen.form.title));

	if (!transfer->screen.offered && kiosk->customer->past.known)
		offer(kiosk);
	label(kiosk);
	if (transfer->screen.offered)
		choice_draw(&transfer->screen.choice, kiosk->chrome, y);
	chrome_hint(kiosk->chrome, "Esc", _("back"), TERM_ESC);
}

static void
draw(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;

	if (transfer->screen.stage == ERRAND_SURE)
		draw_question(kiosk);
	else if (transfer->screen.stage == ERRAND_FORM)
		form_screen_draw(kiosk);
	else
		draw_whom(kiosk);
}

/* Between the customer's own accounts no limit holds. */
static int
draw_note(struct kiosk *kiosk, int y)
{
	static const struct errand no_limits;
	struct transfer *transfer = kiosk->state;

	if (transfer->screen.form.at != AMOUNT)
		return y;
	return errand_draw(
	    to_oneself(kiosk) ? &no_limits : &transfer->screen.errand, kiosk,
	    y);
}

/* Who moves their own money needs no message. */
static void
count_questions(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;

	transfer->screen.form.count = to_oneself(kiosk) ? MEMO : QUESTIONS;
}

static const char *
check_recipient(struct kiosk *kiosk, const char *answer)
{
	struct order *order = &kiosk->customer->order;

	if (*answer == '\0')
		return N_("please enter an ID");
	if (!wire_is_id(answer, strlen(answer)))
		return N_("this is not an ID");
	string_copy(order->recipient, answer, sizeof(order->recipient));
	count_questions(kiosk);
	return NULL;
}

static const char *
check_amount(struct kiosk *kiosk, const char *answer)
{
	struct transfer *transfer = kiosk->state;
	struct order *order = &kiosk->customer->order;

	if (form_cents(&transfer->screen.form.page, 0, &order->cents) != 0)
		return N_("please enter an amount");
	string_copy(order->typed, answer, sizeof(order->typed));
	return NULL;
}

static const char *
check_memo(struct kiosk *kiosk, const char *answer)
{
	string_copy(kiosk->customer->order.memo, answer,
	    sizeof(kiosk->customer->order.memo));
	return NULL;
}

static const struct form_question questions[QUESTIONS] = {
	[RECIPIENT] = { NULL, NULL,
	    { N_("Recipient's ID"), FORM_ID, WIRE_ID_SIZE - 1,
		.optional = false },
	    check_recipient },
	[AMOUNT] = { N_("How much would you like to send?"), NULL,
	    { N_("Amount"), FORM_AMOUNT, 16, .optional = false },
	    check_amount },
	[MEMO] = { N_("Would you like to add a message?"),
	    N_("The recipient sees it too. You can leave it empty."),
	    { N_("Message"), FORM_TEXT, WIRE_NAME_SIZE - 1, .optional = true },
	    check_memo },
};

static void
send_order(struct kiosk *kiosk)
{
	const struct order *order = &kiosk->customer->order;
	char arguments[256], amount[MONEY_TEXT_SIZE];
	char memo[WIRE_MEMO_TEXT];
	bool savings = order->account == WIRE_SAVINGS;

	wire_format_memo(order->memo, memo);
	snprintf(arguments, sizeof(arguments), "%d %s %s%s%s%s",
	    savings ? 1 : 2, order->recipient,
	    money_format(order->cents, amount),
	    !to_oneself(kiosk) ? ""
		: savings      ? " 2"
			       : " 1",
	    *memo == '\0' ? "" : " m=", memo);
	kiosk_ask(kiosk, ASK_MONEY, order->verb, arguments);
}

/* From the first question back to the choice. */
static void
choose_again(struct kiosk *kiosk)
{
	errand_go(kiosk->state, ERRAND_CHOICE);
}

static void
begin_form(struct kiosk *kiosk, int question)
{
	struct transfer *transfer = kiosk->state;

	errand_go(&transfer->screen, ERRAND_FORM);
	transfer->screen.form.first = question;
	count_questions(kiosk);
	form_screen_ask(&transfer->screen.form, question);
}

static void
choose(struct kiosk *kiosk, int index)
{
	struct transfer *transfer = kiosk->state;
	struct order *order = &kiosk->customer->order;
	size_t payee = (size_t)index - 1;

	if (!choice_made(kiosk->chrome, index))
		return;
	if (index > 0 && payee >= transfer->payee_count) {
		*order->recipient = '\0';
		begin_form(kiosk, RECIPIENT);
		return;
	}
	string_copy(order->recipient,
	    index == 0 ? kiosk->customer->id
		       : kiosk->customer->past.payees[payee].id,
	    sizeof(order->recipient));
	begin_form(kiosk, AMOUNT);
}

static void
submit(struct kiosk *kiosk)
{
	if (to_oneself(kiosk))
		*kiosk->customer->order.memo = '\0';
	errand_go(kiosk->state, ERRAND_SURE);
}

/* After a refusal, what was typed is there again. */
static void
resume(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;
	struct order *order = &kiosk->customer->order;

	string_copy(transfer->screen.form.answers[RECIPIENT], order->recipient,
	    FORM_VALUE_SIZE);
	string_copy(transfer->screen.form.answers[AMOUNT], order->typed,
	    FORM_VALUE_SIZE);
	string_copy(
	    transfer->screen.form.answers[MEMO], order->memo, FORM_VALUE_SIZE);
	if (order->again == ANOTHER_AMOUNT)
		begin_form(kiosk, AMOUNT);
	else if (order->again == ANOTHER_ID)
		begin_form(kiosk, RECIPIENT);
}

static void
enter(struct kiosk *kiosk)
{
	struct transfer *transfer = kiosk->state;

	transfer->screen.form = (struct form_screen) {
		.title = kiosk->customer->order.account == WIRE_SAVINGS
		    ? N_("Who gets the money from your savings account?")
		    : N_("Who gets the money from your checking account?"),
		.leaving = N_("back"),
		.leave = choose_again,
		.submit = submit,
		.draw_note = draw_note,
		.questions = questions,
		.count = QUESTIONS,
	};
	transfer->screen.choose = choose;
	transfer->screen.send = send_order;
	resume(kiosk);
	errand_begin(kiosk);
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct transfer *transfer = kiosk->state;

	if (errand_take(
		&transfer->screen.errand, kiosk, ask, reply, "transfer"))
		return;
	if (ask == ASK_MONEY)
		kiosk_show_outcome(kiosk, reply);
}

const struct screen screen_transfer = {
	.name = "transfer",
	.state_size = sizeof(struct transfer),
	ERRAND_SCREEN_SLOTS,
	.enter = enter,
	.draw = draw,
	.reply = reply,
};
