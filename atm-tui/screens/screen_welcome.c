/* SPDX-License-Identifier: ISC */
/*
 * The welcome: a large clock, and a kiosk that waits for a customer.
 */
#include <time.h>

#include "../../shared/terminal/term.h"
#include "../base/dates.h"
#include "../draw/digits.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

static void
draw(struct kiosk *kiosk)
{
	const struct chrome *chrome = kiosk->chrome;
	const struct rect *area = &chrome->area;
	char text[DATES_SIZE];
	int y = area->h / 2 - 4, x;

	dates_clock(text, time(NULL));
	x = area->x + (area->w - digits_large_width(text)) / 2;
	digits_large(&chrome->canvas, y, x, ROLE_CLOCK, text);
	y += DIGITS_LARGE_ROWS + 1;
	dates_sentence(text, time(NULL));
	draw_middle(&chrome->canvas, y, area->x, area->w, ROLE_BODY, text);
	y += 2;
	draw_middle(&chrome->canvas, y, area->x, area->w, ROLE_FOCUS,
	    _("press any key or touch the screen"));
	x = area->x +
	    (area->w - text_width(_("press any key or touch the screen"))) / 2;
	chrome_cursor(kiosk->chrome, y, x);
	chrome_hint(kiosk->chrome, "c", _("colour"), 'c');
	chrome_hint(kiosk->chrome, "t", _("theme"), 't');
	chrome_hint(kiosk->chrome, "L", _("language"), 'L');
	if (!kiosk->locked)
		chrome_hint(kiosk->chrome, "q", _("leave"), 'q');
}

static void
key(struct kiosk *kiosk, int key)
{
	switch (key) {
	case 'c':
		theme_next_clock(&kiosk->chrome->theme);
		break;
	case 't':
		kiosk_next_theme(kiosk);
		break;
	case 'l':
	case 'L':
		kiosk_next_language(kiosk);
		break;
	case 'q':
		if (!kiosk->locked) {
			kiosk_end(kiosk);
			break;
		}
		/* FALLTHROUGH */
	default:
		kiosk_go(kiosk, SCREEN_LOGIN);
	}
}

const struct screen screen_welcome = {
	.name = "welcome",
	.unwatched = true,
	.draw = draw,
	.key = key,
};
