/* SPDX-License-Identifier: ISC */
/*
 * S6: what the bank said, until a key is pressed or for 8 seconds.
 */
#include <stdio.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../draw/confirm.h"
#include "../base/dates.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

#define SHOWN_MS 8000

struct result {
	uint64_t since_ms;
};

static void
enter(struct kiosk *kiosk)
{
	((struct result *)kiosk->state)->since_ms = clock_steady_ms();
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
	draw_lines(canvas, &inside, role, outcome->text);
	chrome_cursor(kiosk->chrome, y + 2, chrome_margin(kiosk->chrome) + 6);
	return y + box.h + 1;
}

static void
draw(struct kiosk *kiosk)
{
	const struct outcome *outcome = &kiosk->customer->outcome;
	const struct canvas *canvas = &kiosk->chrome->canvas;
	bool roomy = kiosk->chrome->area.h >= 17;
	char line[192], when[DATES_SIZE];
	int y = draw_words(kiosk, roomy ? 2 : 1);

	if (outcome->cents != 0)
		y += confirm_amount(kiosk->chrome, y,
			 chrome_margin(kiosk->chrome), outcome->cents) +
		    1;
	if (*outcome->seq != '\0') {
		snprintf(line, sizeof(line), _("Reference %s, %s"),
		    outcome->seq, dates_wire(when, outcome->time));
		draw_text(canvas, y++, chrome_margin(kiosk->chrome), 70,
		    ROLE_BODY, line);
	}
	draw_text(canvas, y++, chrome_margin(kiosk->chrome), 70, ROLE_BODY,
	    outcome->detail);
	if (kiosk_has_receipt(kiosk))
		chrome_hint(kiosk->chrome, "p 5", _("receipt"), 'p');
	chrome_hint(kiosk->chrome, _("any key"), _("back to the menu"), ' ');
}

static void
go_on(struct kiosk *kiosk)
{
	kiosk_go(
	    kiosk, kiosk_in_session(kiosk) ? SCREEN_MAIN_MENU : SCREEN_WELCOME);
}

static void
key(struct kiosk *kiosk, int key)
{
	if ((key == 'p' || key == '5') && kiosk_has_receipt(kiosk)) {
		kiosk_print_receipt(kiosk);
		enter(kiosk);
	} else {
		go_on(kiosk);
	}
}

static void
tick(struct kiosk *kiosk)
{
	struct result *result = kiosk->state;

	if (clock_steady_ms() - result->since_ms >= SHOWN_MS)
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
