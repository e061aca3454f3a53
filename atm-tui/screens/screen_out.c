/* SPDX-License-Identifier: ISC */
/*
 * Out of service: the bank can't be reached, its certificate has ended, or it
 * is this kiosk's clock that has to be set.  Ends by itself, when the link is
 * back.
 */
#include <stdio.h>
#include <time.h>

#include "../../shared/base/util.h"
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
draw_next_try(struct kiosk *kiosk, int y)
{
	unsigned long next = bank_next_try(kiosk->bank);
	struct canvas quiet = kiosk->chrome->canvas; /* each second another */
	char line[NEWS_LINE_SIZE];

	if (next == 0)
		string_copy(line, _("Trying again now..."), sizeof(line));
	else
		snprintf(line, sizeof(line),
		    intl_plural("Next try in %lu second",
			"Next try in %lu seconds", next),
		    next);
	text_digits(line, sizeof(line));
	quiet.speech = NULL;
	draw_middle(&quiet, y, 0, kiosk->chrome->area.w, ROLE_DIM, line);
	speech_hear(kiosk->chrome->speech, SPEECH_CLOCK, line);
}

static void
draw_when(struct kiosk *kiosk, int y)
{
	const struct channel_validity *validity = bank_validity(kiosk->bank);
	struct speech *speech = kiosk->chrome->speech;
	const struct canvas *canvas = &kiosk->chrome->canvas;
	struct canvas quiet = *canvas; /* of what changes each second */
	int columns = kiosk->chrome->area.w;
	const char *why = bank_why_down(kiosk->bank);
	char when[DATES_SIZE], line[NEWS_LINE_SIZE], more[NEWS_LINE_SIZE];

	dates_recent(
	    when, (time_t)(bank_down_since_ms(kiosk->bank) / 1000), time(NULL));
	snprintf(
	    line, sizeof(line), _("No connection to the bank since %s"), when);
	draw_middle(canvas, y, 0, columns, ROLE_BODY, line);
	if (validity != NULL) {
		news_validity(line, more, validity, time(NULL));
		draw_middle(canvas, y + 1, 0, columns, ROLE_DIM, line);
		quiet.speech = NULL;
		draw_middle(&quiet, y + 2, 0, columns, ROLE_DIM, more);
		speech_hear(speech, SPEECH_CLOCK, more);
	} else if (why != NULL) {
		draw_middle(canvas, y + 1, 0, columns, ROLE_DIM, _(why));
	}
	draw_next_try(kiosk, y + 3);
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
	speech_hear(chrome->speech, SPEECH_CLOCK, text);
	y += DIGITS_LARGE_ROWS + 2;
	draw_middle(&chrome->canvas, y, 0, area->w, ROLE_BAD, title);
	chrome_cursor(kiosk->chrome, y, (area->w - text_width(title)) / 2);
	draw_when(kiosk, y + 2);
	if (!kiosk->locked)
		chrome_hint(kiosk->chrome, "q", _("leave"), 'q');
}

static void
key(struct kiosk *kiosk, int key)
{
	if (key == 'q' && !kiosk->locked)
		kiosk_end(kiosk);
}

const struct screen screen_out = {
	.name = "out of service",
	.unwatched = true,
	.draw = draw,
	.key = key,
};
