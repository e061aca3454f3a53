/* SPDX-License-Identifier: ISC */
/*
 * What errands with money share.  Runs in atm-tui; keeps nothing but what
 * its callers hold.
 */
#include "errand.h"

#include <stdio.h>

#include "../../shared/terminal/term.h"
#include "../draw/confirm.h"
#include "../kiosk/kiosk.h"

void
errand_begin(struct kiosk *kiosk)
{
	kiosk->customer->now.known = false;
	if (kiosk_ask(kiosk, ASK_BALANCES, "2", NULL))
		kiosk_ask(kiosk, ASK_DETAILS, "DETAILS", NULL);
}

bool
errand_take(struct errand *errand, struct kiosk *kiosk, enum ask ask,
    const struct bank_reply *reply, const char *what)
{
	if (ask != ASK_BALANCES && ask != ASK_DETAILS)
		return false;
	if (!kiosk_replied(reply, 200))
		return true;
	if (ask == ASK_BALANCES)
		kiosk->customer->now = kiosk_balances(reply);
	else
		errand->limits = limits_read(&reply->reader, what);
	errand->known |= ask == ASK_DETAILS;
	return true;
}

int
errand_draw_line(struct kiosk *kiosk, int y, enum role role, const char *text)
{
	int margin = chrome_margin(kiosk->chrome);
	struct rect place = { y, margin, 2,
		kiosk->chrome->area.w - margin - 1 };

	return y + draw_lines(&kiosk->chrome->canvas, &place, role, text);
}

int
errand_draw_balance(struct kiosk *kiosk, int y, enum wire_account account)
{
	char money[TEXT_MONEY_SIZE], line[192];

	if (!kiosk->customer->now.known)
		return y;
	snprintf(line, sizeof(line),
	    account == WIRE_SAVINGS ? _("Your savings account balance: %s")
				    : _("Your checking account balance: %s"),
	    chrome_money(
		kiosk->chrome, money, kiosk->customer->now.cents[account]));
	return errand_draw_line(kiosk, y, ROLE_BODY, line);
}

int
errand_draw_memo(struct kiosk *kiosk, int y)
{
	char line[128];

	if (*kiosk->customer->order.memo == '\0')
		return y;
	snprintf(line, sizeof(line), "%s: %s", _("Message"),
	    kiosk->customer->order.memo);
	return errand_draw_line(kiosk, y, ROLE_BODY, line);
}

int
errand_draw(const struct errand *errand, struct kiosk *kiosk, int y)
{
	enum wire_account account = kiosk->customer->order.account;
	char money[TEXT_MONEY_SIZE], line[192], limits[LIMITS_SIZE];

	if (kiosk->customer->now.known) {
		snprintf(line, sizeof(line),
		    account == WIRE_SAVINGS
			? _("Available in your savings account: %s")
			: _("Available in your checking account: %s"),
		    chrome_money(kiosk->chrome, money,
			kiosk->customer->now.cents[account]));
		y = errand_draw_line(kiosk, y, ROLE_BODY, line);
	}
	if (!errand->known)
		return y;
	return errand_draw_line(kiosk, y, ROLE_DIM,
	    limits_words(&errand->limits,
		config_string(kiosk->config, SCREEN_CURRENCY), limits));
}

void
errand_go(struct errand_screen *screen, enum errand_stage stage)
{
	form_close(&screen->form.page);
	choice_close(&screen->choice);
	if (stage == ERRAND_SURE)
		screen->before_sure = screen->stage;
	screen->stage = stage;
}

static void
key_sure(struct kiosk *kiosk, int key)
{
	struct errand_screen *screen = kiosk->state;

	if (key == TERM_ENTER)
		screen->send(kiosk);
	else if (key == TERM_ESC)
		screen->stage = screen->before_sure;
}

void
errand_key(struct kiosk *kiosk, int key)
{
	struct errand_screen *screen = kiosk->state;

	if (screen->stage == ERRAND_SURE)
		key_sure(kiosk, key);
	else if (screen->stage == ERRAND_FORM)
		form_screen_key(kiosk, key);
	else if (key == TERM_ESC)
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
	else if (screen->offered)
		screen->choose(kiosk, choice_key(&screen->choice, key));
}

void
errand_mouse(struct kiosk *kiosk, int y, int x)
{
	struct errand_screen *screen = kiosk->state;

	if (screen->stage == ERRAND_SURE)
		key_sure(kiosk, confirm_mouse(kiosk->chrome, y, x));
	else if (screen->stage == ERRAND_FORM)
		form_screen_mouse(kiosk, y, x);
	else if (screen->offered)
		screen->choose(kiosk, choice_mouse(&screen->choice, y, x));
}

void
errand_leave(struct kiosk *kiosk)
{
	struct errand_screen *screen = kiosk->state;

	form_close(&screen->form.page);
	choice_close(&screen->choice);
}
