/* SPDX-License-Identifier: ISC */
/*
 * S8: the final balances that the bank sent, and not to forget the receipt
 * of this visit; the welcome after 5 seconds.
 */
#include <stdio.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

#define SHOWN_MS 5000

struct goodbye {
	uint64_t since_ms;
};

static void
enter(struct kiosk *kiosk)
{
	((struct goodbye *)kiosk->state)->since_ms = clock_steady_ms();
}

static void
draw_balances(struct kiosk *kiosk, int y)
{
	const struct canvas *canvas = &kiosk->chrome->canvas;
	char money[TEXT_MONEY_SIZE], line[192];

	snprintf(line, sizeof(line), _("Your savings account balance: %s"),
	    chrome_money(kiosk->chrome, money,
		kiosk->customer->farewell.cents[WIRE_SAVINGS]));
	draw_text(canvas, y, chrome_margin(kiosk->chrome), 70, ROLE_BODY, line);
	snprintf(line, sizeof(line), _("Your checking account balance: %s"),
	    chrome_money(kiosk->chrome, money,
		kiosk->customer->farewell.cents[WIRE_CHECKING]));
	draw_text(
	    canvas, y + 2, chrome_margin(kiosk->chrome), 70, ROLE_BODY, line);
}

static void
draw(struct kiosk *kiosk)
{
	int y = chrome_title(kiosk->chrome, _("Thank you. Goodbye!")) + 1;

	if (kiosk->customer->farewell.known) {
		draw_balances(kiosk, y);
		y += 4;
	}
	if (kiosk->customer->took_receipt || kiosk->customer->printing)
		draw_text(&kiosk->chrome->canvas, y,
		    chrome_margin(kiosk->chrome), 70, ROLE_FOCUS,
		    kiosk->customer->printing
			? _("Your receipt is being printed...")
			: _("Please take your receipt."));
	chrome_cursor(kiosk->chrome, y, chrome_margin(kiosk->chrome));
	chrome_hint(kiosk->chrome, _("any key"), _("next customer"), ' ');
}

static void
key(struct kiosk *kiosk, int key)
{
	(void)key;
	kiosk_go(kiosk, SCREEN_WELCOME);
}

static void
tick(struct kiosk *kiosk)
{
	struct goodbye *goodbye = kiosk->state;

	if (clock_steady_ms() - goodbye->since_ms >= SHOWN_MS)
		kiosk_go(kiosk, SCREEN_WELCOME);
}

const struct screen screen_goodbye = {
	.name = "goodbye",
	.state_size = sizeof(struct goodbye),
	.unwatched = true,
	.enter = enter,
	.draw = draw,
	.key = key,
	.tick = tick,
};
