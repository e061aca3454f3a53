/* SPDX-License-Identifier: ISC */
/*
 * S8: the final balances that the bank sent, where they are asked for: the
 * next customer may be near.  And not to forget the receipt of this visit;
 * the welcome after 5 seconds.
 */
#include "../../shared/base/clock.h"
#include "errand.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

#define SHOWN_MS 5000

struct goodbye {
	uint64_t since_ms;
	bool shown; /* the balances */
};

static void
enter(struct kiosk *kiosk)
{
	enum { SHOW, ASK }; /* in the order of the choices in options.c */
	struct goodbye *goodbye = kiosk->state;

	goodbye->since_ms = clock_steady_ms();
	goodbye->shown =
	    config_number(kiosk->config, SCREEN_FINAL_BALANCE) == SHOW;
	kiosk->customer->now = kiosk->customer->farewell;
}

static void
draw(struct kiosk *kiosk)
{
	const struct goodbye *goodbye = kiosk->state;
	const struct customer *customer = kiosk->customer;
	int y = chrome_title(kiosk->chrome,
		    customer->closed
			? _("Your account is closed. Thank you. Goodbye!")
			: _("Thank you. Goodbye!")) +
	    1;

	if (customer->farewell.known && goodbye->shown) {
		y = errand_draw_balance(kiosk, y, WIRE_SAVINGS) + 1;
		y = errand_draw_balance(kiosk, y, WIRE_CHECKING) + 1;
	}
	if (customer->took_receipt || customer->printing)
		y = errand_draw_line(kiosk, y, ROLE_FOCUS,
		    customer->printing ? _("Your receipt is being printed...")
				       : _("Please take your receipt."));
	chrome_cursor(kiosk->chrome, y, chrome_margin(kiosk->chrome));
	if (customer->farewell.known && !goodbye->shown)
		chrome_hint(
		    kiosk->chrome, "1", _("show my final balance"), '1');
	chrome_hint(kiosk->chrome, _("any key"), _("next customer"), ' ');
}

static void
key(struct kiosk *kiosk, int key)
{
	struct goodbye *goodbye = kiosk->state;

	if (key == '1' && !goodbye->shown && kiosk->customer->farewell.known) {
		goodbye->shown = true;
		goodbye->since_ms = clock_steady_ms();
	} else {
		kiosk_go(kiosk, SCREEN_WELCOME);
	}
}

static void
tick(struct kiosk *kiosk)
{
	struct goodbye *goodbye = kiosk->state;

	if (kiosk_was_shown(kiosk, &goodbye->since_ms, SHOWN_MS))
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
