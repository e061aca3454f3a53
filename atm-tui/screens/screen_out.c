/* SPDX-License-Identifier: ISC */
/*
 * Out of service: the bank can't be reached, its certificate has ended, or it
 * is this kiosk's clock that has to be set.  Ends by itself, when the link is
 * back.
 */
#include <stdio.h>
#include <time.h>

#include "../base/dates.h"
#include "../draw/digits.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

static bool
clock_is_wrong(const struct kiosk *kiosk)
{
	const struct channel_validity *validity = bank_validity(kiosk->bank);

	return validity != NULL && news_is_early(validity, time(NULL));
}

static void
draw_when(struct kiosk *kiosk, int y)
{
	const struct channel_validity *validity = bank_validity(kiosk->bank);
	const struct canvas *canvas = &kiosk->chrome->canvas;
	int columns = kiosk->chrome->area.w;
	const char *why = bank_why_down(kiosk->bank);
	char clock[DATES_SIZE], line[NEWS_LINE_SIZE], more[NEWS_LINE_SIZE];
	unsigned long next = bank_next_try(kiosk->bank);

	dates_clock(clock, (time_t)(bank_down_since_ms(kiosk->bank) / 1000));
	snprintf(
	    line, sizeof(line), _("The bank can't be reached since %s"), clock);
	draw_middle(canvas, y, 0, columns, ROLE_BODY, line);
	if (validity != NULL) {
		news_validity(line, more, validity, time(NULL));
		draw_middle(canvas, y + 1, 0, columns, ROLE_DIM, line);
		draw_middle(canvas, y + 2, 0, columns, ROLE_DIM, more);
	} else if (why != NULL) {
		draw_middle(canvas, y + 1, 0, columns, ROLE_DIM, _(why));
	}
	snprintf(line, sizeof(line),
	    intl_plural(
		"Next try in %lu second", "Next try in %lu seconds", next),
	    next);
	draw_middle(canvas, y + 3, 0, columns, ROLE_DIM, line);
}

static void
draw(struct kiosk *kiosk)
{
	const struct chrome *chrome = kiosk->chrome;
	const struct rect *area = &chrome->area;
	const char *title = clock_is_wrong(kiosk)
	    ? _("Sorry, this machine's clock is wrong")
	    : _("Sorry, this machine is out of service");
	char text[DATES_SIZE];
	int y = (area->h - 13) / 2;

	dates_clock(text, time(NULL));
	digits_large(&chrome->canvas, y,
	    (area->w - digits_large_width(text)) / 2, ROLE_CLOCK, text);
	y += DIGITS_LARGE_ROWS + 2;
	draw_middle(&chrome->canvas, y, 0, area->w, ROLE_BAD, title);
	chrome_cursor(kiosk->chrome, y, (area->w - text_width(title)) / 2);
	draw_when(kiosk, y + 2);
	chrome_hint(kiosk->chrome, "t", _("theme"), 't');
	chrome_hint(kiosk->chrome, "L", _("language"), 'L');
	if (!kiosk->locked)
		chrome_hint(kiosk->chrome, "q", _("leave"), 'q');
}

static void
key(struct kiosk *kiosk, int key)
{
	if (key == 't')
		kiosk_next_theme(kiosk);
	else if (key == 'l' || key == 'L')
		kiosk_next_language(kiosk);
	else if (key == 'q' && !kiosk->locked)
		kiosk_end(kiosk);
}

const struct screen screen_out = {
	.name = "out of service",
	.unwatched = true,
	.draw = draw,
	.key = key,
};
