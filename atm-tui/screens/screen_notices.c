/* SPDX-License-Identifier: ISC */
/*
 * The notices of this session, the newest first.  Seeing them is reading
 * them.
 */
#include "../kiosk/kiosk.h"
#include "screens_table.h"

static void
enter(struct kiosk *kiosk)
{
	kiosk->customer->news.unread = 0;
}

static void
draw(struct kiosk *kiosk)
{
	const struct canvas *canvas = &kiosk->chrome->canvas;
	int y = chrome_title(kiosk->chrome, _("Notices")) + 1;
	struct rect place = { y, 7, 2, kiosk->chrome->area.w - 9 };

	chrome_cursor(kiosk->chrome, y, 5);
	for (size_t i = kiosk->customer->news.count; i-- > 0;) {
		if (place.y + 1 >= kiosk->chrome->area.h)
			break;
		draw_text(canvas, place.y, 5, 2, ROLE_DIM,
		    draw_symbol(&kiosk->chrome->theme, SYMBOL_DOT));
		place.y += draw_lines(
		    canvas, &place, ROLE_BODY, kiosk->customer->news.lines[i]);
	}
	chrome_hint(kiosk->chrome, _("any key"), _("back to the menu"), ' ');
}

static void
key(struct kiosk *kiosk, int key)
{
	(void)key;
	kiosk_go(kiosk, SCREEN_MAIN_MENU);
}

const struct screen screen_notices = {
	.name = "notices",
	.enter = enter,
	.draw = draw,
	.key = key,
};
