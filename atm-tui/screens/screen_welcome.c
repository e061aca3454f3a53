/* SPDX-License-Identifier: ISC */
/*
 * The welcome: a large clock, and a kiosk that waits for a customer.
 */
#include <stdio.h>
#include <time.h>

#include "../../shared/terminal/term.h"
#include "../base/dates.h"
#include "../draw/digits.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

/* For whoever looks after the kiosk; the next customer's key ends it. */
static void
draw_outage(struct kiosk *kiosk, int y)
{
	time_t now = time(NULL);
	char from[DATES_SIZE], to[DATES_SIZE], line[NEWS_LINE_SIZE];

	if (kiosk->outage_ended == 0)
		return;
	dates_recent(
	    from, (time_t)(bank_down_since_ms(kiosk->bank) / 1000), now);
	dates_recent(to, kiosk->outage_ended, now);
	snprintf(line, sizeof(line),
	    _("No connection to the bank from %1$s to %2$s"), from, to);
	draw_middle(&kiosk->chrome->canvas, y, 0, kiosk->chrome->area.w,
	    ROLE_DIM, line);
}

static void
draw(struct kiosk *kiosk)
{
	const struct chrome *chrome = kiosk->chrome;
	struct canvas quiet = chrome->canvas;
	const struct rect *area = &chrome->area;
	char text[DATES_SIZE];
	int y = area->h / 2 - 4, x;

	dates_clock(text, time(NULL));
	x = area->x + (area->w - digits_large_width(text)) / 2;
	digits_large(&chrome->canvas, y, x, ROLE_CLOCK, text);
	y += DIGITS_LARGE_ROWS + 1;
	dates_sentence(text, time(NULL));
	quiet.speech = NULL; /* not each second */
	draw_middle(&quiet, y, area->x, area->w, ROLE_BODY, text);
	speech_hear(chrome->speech, SPEECH_CLOCK, text);
	y += 2;
	draw_middle(&chrome->canvas, y, area->x, area->w, ROLE_FOCUS,
	    _("press any key or touch the screen"));
	x = area->x +
	    (area->w - text_width(_("press any key or touch the screen"))) / 2;
	chrome_cursor(kiosk->chrome, y, x);
	speech_hear(chrome->speech, SPEECH_BODY,
	    _("Press * to hear something again, and ? to hear the keys."));
	draw_outage(kiosk, y + 2);
	chrome_hint(kiosk->chrome, "c", _("clock colour"), 'c');
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
	case 'q':
		if (!kiosk->locked) {
			kiosk_end(kiosk);
			break;
		}
		/* FALLTHROUGH */
	default:
		kiosk->outage_ended = 0;
		kiosk_go(kiosk, SCREEN_LOGIN);
	}
}

const struct screen screen_welcome = {
	.name = "welcome",
	.unwatched = true,
	.draw = draw,
	.key = key,
};
