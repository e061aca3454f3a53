/* SPDX-License-Identifier: ISC */
/*
 * S6: which account.  Comes before a transfer, a deposit, a withdrawal.
 */
#include <string.h>

#include "../../shared/terminal/term.h"
#include "../draw/choice.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

struct account {
	struct choice choice;
};

static void
enter(struct kiosk *kiosk)
{
	struct account *account = kiosk->state;

	account->choice = (struct choice) {
		.labels = { N_("Savings"), N_("Checking") },
		.count = 2,
		.left = 2,
	};
}

static void
leave(struct kiosk *kiosk)
{
	choice_close(&((struct account *)kiosk->state)->choice);
}

static void
draw(struct kiosk *kiosk)
{
	struct account *account = kiosk->state;
	int y = chrome_title(
	    kiosk->chrome, _("Please select an account (enter 1 or 2):"));

	choice_draw(&account->choice, kiosk->chrome, y);
	chrome_hint(kiosk->chrome, "Esc", _("back"), TERM_ESC);
}

static void
choose(struct kiosk *kiosk, int index)
{
	bool transfer = kiosk->customer->order.verb == NULL ||
	    strcmp(kiosk->customer->order.verb, "1") == 0;

	if (!choice_made(kiosk->chrome, index))
		return;
	kiosk->customer->order.account =
	    index == 0 ? WIRE_SAVINGS : WIRE_CHECKING;
	kiosk_go(kiosk, transfer ? SCREEN_TRANSFER : SCREEN_AMOUNT);
}

static void
key(struct kiosk *kiosk, int key)
{
	struct account *account = kiosk->state;

	if (key == TERM_ESC)
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
	else
		choose(kiosk, choice_key(&account->choice, key));
}

static void
mouse(struct kiosk *kiosk, int y, int x)
{
	struct account *account = kiosk->state;

	choose(kiosk, choice_mouse(&account->choice, y, x));
}

const struct screen screen_account = {
	.name = "account",
	.grows = true,
	.state_size = sizeof(struct account),
	.enter = enter,
	.leave = leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
};
