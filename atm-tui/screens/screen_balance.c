/* SPDX-License-Identifier: ISC */
/*
 * S7: both balances, and under them charts of the last 100 entries.
 */
#include <stdio.h>

#include "../draw/chart.h"
#include "../draw/confirm.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

#define ENTRIES 100
#define ROOMY 19 /* rows of the body of 80x24 */

struct balance {
	struct balances now;
	struct history_entry entries[ENTRIES];
	size_t count;
	bool asked; /* and answered: these are all */
};

static void
enter(struct kiosk *kiosk)
{
	char request[32];

	snprintf(request, sizeof(request), "HISTORY %d", ENTRIES);
	if (kiosk_ask(kiosk, ASK_BALANCES, "2", NULL))
		kiosk_ask(kiosk, ASK_HISTORY, request, NULL);
}

static int
draw_one(struct kiosk *kiosk, int y, enum wire_account account, bool large)
{
	const struct balance *balance = kiosk->state;
	const struct canvas *canvas = &kiosk->chrome->canvas;
	char money[TEXT_MONEY_SIZE], line[192];
	int64_t cents = balance->now.cents[account];

	snprintf(line, sizeof(line),
	    account == WIRE_SAVINGS ? _("Your savings account balance: %s")
				    : _("Your checking account balance: %s"),
	    chrome_money(kiosk->chrome, money, cents));
	draw_text(canvas, y, chrome_margin(kiosk->chrome),
	    kiosk->chrome->area.w - chrome_margin(kiosk->chrome), ROLE_TITLE,
	    line);
	if (!large)
		return y + 2;
	y += kiosk->chrome->area.h >= ROOMY ? 2 : 1;
	return y + 1 +
	    confirm_amount(
		kiosk->chrome, y, chrome_margin(kiosk->chrome), cents);
}

static void
draw(struct kiosk *kiosk)
{
	const struct balance *balance = kiosk->state;
	int rows = kiosk->chrome->area.h, y = 1;
	int margin = chrome_margin(kiosk->chrome);
	bool large = rows >= ROOMY - 2;
	struct rect charts;

	chrome_cursor(kiosk->chrome, y, margin);
	chrome_hint(kiosk->chrome, _("any key"), _("back to the menu"), ' ');
	if (!balance->now.known)
		return;
	y = draw_one(kiosk, y, WIRE_SAVINGS, large);
	y = draw_one(kiosk, y, WIRE_CHECKING, large);
	charts = (struct rect) { y, margin, rows - y,
		kiosk->chrome->area.w - 2 * margin };
	if (balance->asked && charts.h >= CHART_ROWS)
		chart_both(
		    kiosk->chrome, &charts, balance->entries, balance->count);
}

static void
key(struct kiosk *kiosk, int key)
{
	(void)key;
	kiosk_go(kiosk, SCREEN_MAIN_MENU);
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct balance *balance = kiosk->state;

	if (reply->outcome != BANK_ANSWERED)
		return;
	if (ask == ASK_HISTORY && reply->reader.code == 200) {
		balance->count =
		    history_read(&reply->reader, balance->entries, ENTRIES);
		balance->asked = true;
	}
	if (ask == ASK_HISTORY)
		return;
	if (reply->reader.code == 200)
		balance->now = kiosk_balances(reply);
	else
		kiosk_say_reply(kiosk, reply);
}

const struct screen screen_balance = {
	.name = "balance",
	.grows = true,
	.state_size = sizeof(struct balance),
	.enter = enter,
	.draw = draw,
	.key = key,
	.reply = reply,
};
