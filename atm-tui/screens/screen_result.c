/* SPDX-License-Identifier: ISC */
/*
 * S6: what the bank said; then what left which account and what is left
 * there.  Until a key is pressed, or for 8 seconds where nothing is asked.
 * What may be asked: whether to print a receipt, once in a visit; after a
 * refusal, whether to try another amount or another ID.
 */
#include <stdio.h>
#include <string.h>

#include "../../shared/base/clock.h"
#include "../draw/confirm.h"
#include "../base/dates.h"
#include "errand.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

#define SHOWN_MS 8000

struct result {
	uint64_t since_ms;
	bool ask_receipt;
};

static void
enter(struct kiosk *kiosk)
{
	struct result *result = kiosk->state;
	struct customer *customer = kiosk->customer;

	result->since_ms = clock_steady_ms();
	if (!kiosk_has_receipt(kiosk) || customer->order.no_receipt)
		return;
	if (customer->wish == RECEIPT_YES)
		kiosk_print_receipt(kiosk);
	result->ask_receipt = customer->wish == RECEIPT_ASK;
}

static bool
asks_another(const struct kiosk *kiosk)
{
	return kiosk->customer->outcome.another != ANOTHER_NOTHING &&
	    kiosk_in_session(kiosk);
}

static bool
has_more_paper(const struct kiosk *kiosk)
{
	return kiosk_has_receipt(kiosk) && !kiosk->customer->printing &&
	    !asks_another(kiosk);
}

/* The words in a box of their own, with a sign for those who see no colour. */
static int
draw_words(struct kiosk *kiosk, int y)
{
	const struct outcome *outcome = &kiosk->customer->outcome;
	const struct canvas *canvas = &kiosk->chrome->canvas;
	enum role role = outcome->good ? ROLE_GOOD : ROLE_BAD;
	struct rect box = { y, chrome_margin(kiosk->chrome), 5,
		kiosk->chrome->area.w - 2 * chrome_margin(kiosk->chrome) };
	struct rect inside = { y + 2, chrome_margin(kiosk->chrome) + 6, 2,
		box.w - 8 };

	draw_box(canvas, &box, role, true);
	draw_text(canvas, y + 2, chrome_margin(kiosk->chrome) + 3, 2, role,
	    draw_symbol(&kiosk->chrome->theme,
		outcome->good ? SYMBOL_GOOD : SYMBOL_BAD));
	draw_lines(canvas, &inside, role, _(outcome->text));
	chrome_cursor(kiosk->chrome, y + 2, chrome_margin(kiosk->chrome) + 6);
	return y + box.h;
}

static bool
to_oneself(const struct kiosk *kiosk)
{
	return strcmp(kiosk->customer->order.recipient, kiosk->customer->id) ==
	    0;
}

/* `$60.00 left your checking account.` */
static void
moved_words(const struct kiosk *kiosk, char *line, size_t size)
{
	const struct order *order = &kiosk->customer->order;
	bool savings = order->account == WIRE_SAVINGS;
	char money[TEXT_MONEY_SIZE];

	chrome_money(kiosk->chrome, money, order->cents);
	if (strcmp(order->verb, "DEPOSIT") == 0)
		snprintf(line, size,
		    savings ? _("%s went into your savings account.")
			    : _("%s went into your checking account."),
		    money);
	else if (*order->recipient == '\0' || to_oneself(kiosk))
		snprintf(line, size,
		    savings ? _("%s left your savings account.")
			    : _("%s left your checking account."),
		    money);
	else
		snprintf(line, size,
		    savings ? _("%1$s left your savings account for %2$s.")
			    : _("%1$s left your checking account for %2$s."),
		    money, order->recipient);
}

/* What left, and what is there now. */
static int
draw_moved(struct kiosk *kiosk, int y)
{
	const struct order *order = &kiosk->customer->order;
	char line[192];

	moved_words(kiosk, line, sizeof(line));
	y = errand_draw_line(kiosk, y, ROLE_BODY, line);
	y = errand_draw_memo(kiosk, y);
	y = errand_draw_balance(kiosk, y, order->account);
	if (to_oneself(kiosk))
		y = errand_draw_balance(kiosk, y,
		    order->account == WIRE_SAVINGS ? WIRE_CHECKING
						   : WIRE_SAVINGS);
	return y;
}

static int
draw_lines_below(struct kiosk *kiosk, int y)
{
	const struct outcome *outcome = &kiosk->customer->outcome;
	char line[256], when[DATES_SIZE], notes[128];

	if (outcome->cash) {
		snprintf(line, sizeof(line), _("Please take your cash: %s"),
		    cash_handed_out(kiosk->cash, notes, sizeof(notes)));
		y = errand_draw_line(kiosk, y, ROLE_TITLE, line);
	}
	if (outcome->detail != NULL)
		y = errand_draw_line(kiosk, y, ROLE_BODY, _(outcome->detail));
	if (outcome->moved)
		y = draw_moved(kiosk, y);
	else if (asks_another(kiosk) && outcome->another == ANOTHER_AMOUNT)
		y = errand_draw_balance(
		    kiosk, y, kiosk->customer->order.account);
	if (*outcome->seq != '\0') {
		snprintf(line, sizeof(line), _("Reference %s, %s"),
		    outcome->seq, dates_wire(when, outcome->time));
		y = errand_draw_line(
		    kiosk, y, ROLE_DIM, text_digits(line, sizeof(line)));
	}
	return y;
}

/* Aloud, what can be done is no line at the edge of the screen. */
static void
hear_key(struct chrome *chrome, const char *key, const char *words)
{
	char line[96];

	snprintf(line, sizeof(line), "%s: %s.", key, words);
	speech_hear(
	    chrome->speech, SPEECH_BODY, text_digits(line, sizeof(line)));
}

static void
draw_hints(struct kiosk *kiosk)
{
	const char *another;
	const struct result *result = kiosk->state;
	struct chrome *chrome = kiosk->chrome;

	if (result->ask_receipt) {
		chrome_hint(chrome, "1", _("yes"), '1');
		chrome_hint(chrome, "2", _("no"), '2');
	} else if (asks_another(kiosk)) {
		another = kiosk->customer->outcome.another == ANOTHER_ID
		    ? _("another ID")
		    : _("another amount");
		chrome_hint(chrome, "1", another, '1');
		hear_key(chrome, "1", another);
	} else if (has_more_paper(kiosk)) {
		chrome_hint(chrome, "p/5", _("receipt"), 'p');
	}
	chrome_hint(chrome, _("any key"), _("back to the menu"), ' ');
}

static void
draw(struct kiosk *kiosk)
{
	const struct result *result = kiosk->state;
	const struct outcome *outcome = &kiosk->customer->outcome;
	bool roomy = kiosk->chrome->area.h >= 17;
	int y = draw_words(kiosk, roomy ? 2 : 1) + roomy;

	/* The amount stands in a sentence too, so it may give way. */
	if (outcome->cents != 0 && roomy)
		y += confirm_amount(kiosk->chrome, y,
			 chrome_margin(kiosk->chrome), outcome->cents) +
		    1;
	y = draw_lines_below(kiosk, y);
	if (result->ask_receipt)
		errand_draw_line(
		    kiosk, y + 1, ROLE_TITLE, _("Receipt? 1 yes, 2 no"));
	draw_hints(kiosk);
}

static void
go_on(struct kiosk *kiosk)
{
	kiosk_go(
	    kiosk, kiosk_in_session(kiosk) ? SCREEN_MAIN_MENU : SCREEN_WELCOME);
}

static void
print(struct kiosk *kiosk)
{
	kiosk_print_receipt(kiosk);
	((struct result *)kiosk->state)->since_ms = clock_steady_ms();
}

static void
answer_receipt(struct kiosk *kiosk, int key)
{
	struct result *result = kiosk->state;

	result->ask_receipt = false;
	kiosk->customer->wish = key == '2' ? RECEIPT_NO : RECEIPT_YES;
	result->since_ms = clock_steady_ms();
	if (key != '2')
		print(kiosk);
}

static void
key(struct kiosk *kiosk, int key)
{
	struct result *result = kiosk->state;
	struct order *order = &kiosk->customer->order;

	if (result->ask_receipt && (key == '1' || key == '2')) {
		answer_receipt(kiosk, key);
	} else if (key == '1' && asks_another(kiosk)) {
		order->again = kiosk->customer->outcome.another;
		kiosk_go(kiosk,
		    strcmp(order->verb, "1") == 0 ? SCREEN_TRANSFER
						  : SCREEN_AMOUNT);
	} else if ((key == 'p' || key == '5') && has_more_paper(kiosk)) {
		print(kiosk);
	} else {
		go_on(kiosk);
	}
}

/* A question waits: the idle clock ends it. */
static void
tick(struct kiosk *kiosk)
{
	struct result *result = kiosk->state;

	if (!result->ask_receipt && !asks_another(kiosk) &&
	    kiosk_was_shown(kiosk, &result->since_ms, SHOWN_MS))
		go_on(kiosk);
}

const struct screen screen_result = {
	.name = "result",
	.state_size = sizeof(struct result),
	.enter = enter,
	.draw = draw,
	.key = key,
	.tick = tick,
};
