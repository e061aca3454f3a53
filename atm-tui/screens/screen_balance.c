/* SPDX-License-Identifier: ISC */
/*
 * S7: both balances, and under them a chart of the last 30 entries.
 */
#include <stdio.h>

#include "../draw/chart.h"
#include "../draw/confirm.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

#define ENTRIES 30
#define CHART_ROWS 4
#define ROOMY 19 /* rows of the body of 80x24 */

struct balance {
	struct balances now;
	struct history_entry entries[ENTRIES];
	size_t count;
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
draw_charts(struct kiosk *kiosk, int y)
{
	const struct balance *balance = kiosk->state;
	const struct canvas *canvas = &kiosk->chrome->canvas;
	int half =
	    (kiosk->chrome->area.w - 2 * chrome_margin(kiosk->chrome)) / 2;
	struct rect place = { y, chrome_margin(kiosk->chrome), CHART_ROWS,
		half - 2 > ENTRIES ? ENTRIES : half - 2 };

	if (chart_draw(
		canvas, &place, balance->entries, balance->count, WIRE_SAVINGS))
		draw_text(canvas, y + CHART_ROWS, place.x, half - 2, ROLE_DIM,
		    _("savings, last entries"));
	place.x += half;
	if (chart_draw(canvas, &place, balance->entries, balance->count,
		WIRE_CHECKING))
		draw_text(canvas, y + CHART_ROWS, place.x, half - 2, ROLE_DIM,
		    _("checking, last entries"));
}

static void
draw(struct kiosk *kiosk)
{
	const struct balance *balance = kiosk->state;
	int rows = kiosk->chrome->area.h, y = 1;
	bool large = rows >= ROOMY - 2;

	chrome_cursor(kiosk->chrome, y, chrome_margin(kiosk->chrome));
	chrome_hint(kiosk->chrome, _("any key"), _("back to the menu"), ' ');
	if (!balance->now.known)
		return;
	y = draw_one(kiosk, y, WIRE_SAVINGS, large);
	y = draw_one(kiosk, y, WIRE_CHECKING, large);
	if (balance->count > 0 && y + CHART_ROWS < rows)
		draw_charts(kiosk, y);
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
	if (ask == ASK_HISTORY && reply->reader.code == 200)
		balance->count =
		    history_read(&reply->reader, balance->entries, ENTRIES);
	if (ask == ASK_HISTORY)
		return;
	if (reply->reader.code == 200)
		balance->now = kiosk_balances(reply);
	else
		kiosk_say_reply(kiosk, reply);
}

const struct screen screen_balance = {
	.name = "balance",
	.state_size = sizeof(struct balance),
	.enter = enter,
	.draw = draw,
	.key = key,
	.reply = reply,
};
