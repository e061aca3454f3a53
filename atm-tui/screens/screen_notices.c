/* SPDX-License-Identifier: ISC */
/*
 * The notices of this session, the newest first, in a list that scrolls.
 * Read is what has stood on the screen.
 */
#include <stdio.h>

#include "../../shared/base/util.h"
#include "../../shared/terminal/term.h"
#include "../base/dates.h"
#include "errand.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

#define WHEN 6 /* columns of `14:03 ` */

struct notices {
	size_t top;   /* the uppermost, from the newest */
	size_t shown; /* how many stand on the screen whole */
};

/* One notice in at most two rows; false where not all of it has room. */
static bool
draw_notice(struct kiosk *kiosk, int *y, size_t index)
{
	const struct canvas *canvas = &kiosk->chrome->canvas;
	struct news *news = &kiosk->customer->news;
	const struct news_line *line = &news->lines[index];
	int x = chrome_margin(kiosk->chrome), rows = kiosk->chrome->area.h;
	int when = line->when == 0 ? 0 : WHEN;
	char minute[DATES_SIZE], text[SENTENCE_SIZE];
	struct rect place = { *y, x + 2 + when, 2,
		kiosk->chrome->area.w - x - 4 - when };

	if (*y + 2 > rows - 1)
		return false;
	draw_text(canvas, *y, x, 2, line->unread ? ROLE_FOCUS : ROLE_DIM,
	    line->unread ? draw_symbol(&kiosk->chrome->theme, SYMBOL_DOT)
			 : " ");
	if (line->when != 0)
		draw_text(canvas, *y, x + 2, when, ROLE_DIM,
		    dates_minute(minute, line->when));
	*y += draw_lines(canvas, &place, ROLE_BODY,
	    sentence_write(&line->what,
		config_string(kiosk->config, SCREEN_CURRENCY), text));
	return true;
}

static void
draw_list(struct kiosk *kiosk, int y)
{
	struct notices *notices = kiosk->state;
	const struct news *news = &kiosk->customer->news;
	char line[64];
	int width;

	notices->shown = 0;
	while (notices->top + notices->shown < news->count &&
	    draw_notice(
		kiosk, &y, news->count - 1 - notices->top - notices->shown))
		notices->shown++;
	if (notices->top + notices->shown == news->count && news->dropped)
		errand_draw_line(kiosk, y, ROLE_DIM,
		    _("There is more. Please look at your statement."));
	snprintf(line, sizeof(line), _("%zu to %zu of %zu"),
	    news_notices(news, notices->top) + 1,
	    news_notices(news, notices->top + notices->shown),
	    news_notices(news, news->count));
	width = text_width(text_digits(line, sizeof(line)));
	draw_text(&kiosk->chrome->canvas, kiosk->chrome->area.h - 1,
	    chrome_margin(kiosk->chrome), width, ROLE_DIM, line);
}

/* Whether there is more than has room. */
static bool
scrolls(const struct kiosk *kiosk)
{
	const struct notices *notices = kiosk->state;

	return notices->shown < kiosk->customer->news.count;
}

static void
draw(struct kiosk *kiosk)
{
	const struct notices *notices = kiosk->state;
	const struct news *news = &kiosk->customer->news;
	int y = chrome_title(kiosk->chrome, _("Notices"));

	chrome_cursor(kiosk->chrome, y, chrome_margin(kiosk->chrome));
	draw_list(kiosk, y);
	chrome_hint(
	    kiosk->chrome, _("any key"), _("back to the menu"), TERM_ESC);
	if (scrolls(kiosk))
		chrome_hint_scrolling(kiosk->chrome, notices->top > 0,
		    notices->top + notices->shown < news->count, false);
}

/* What has stood there until now has been seen. */
static void
read_shown(struct kiosk *kiosk)
{
	const struct notices *notices = kiosk->state;
	struct news *news = &kiosk->customer->news;

	for (size_t i = 0; i < notices->shown; i++)
		if (notices->top + i < news->count)
			news_read(news, news->count - 1 - notices->top - i);
}

static void
scroll_to(struct kiosk *kiosk, long top)
{
	struct notices *notices = kiosk->state;
	long last = (long)kiosk->customer->news.count - (long)notices->shown;

	if (top > last)
		top = last;
	notices->top = top < 0 ? 0 : (size_t)top;
}

/* Digits scroll as on the statement. */
static void
key(struct kiosk *kiosk, int key)
{
	const struct notices *notices = kiosk->state;
	long top = (long)notices->top, shown = (long)notices->shown;
	const struct {
		int key, digit;
		long top;
	} moves[] = {
		{ TERM_UP, '8', top - 1 },
		{ TERM_DOWN, '2', top + 1 },
		{ TERM_PAGE_UP, '9', top - shown },
		{ TERM_PAGE_DOWN, '3', top + shown },
		{ TERM_HOME, '7', 0 },
		{ TERM_END, '1', (long)kiosk->customer->news.count },
	};

	read_shown(kiosk);
	for (size_t i = 0; scrolls(kiosk) && i < NELEM(moves); i++) {
		if (moves[i].key == key || moves[i].digit == key) {
			scroll_to(kiosk, moves[i].top);
			return;
		}
	}
	kiosk_go(kiosk, SCREEN_MAIN_MENU);
}

const struct screen screen_notices = {
	.name = "notices",
	.state_size = sizeof(struct notices),
	.draw = draw,
	.key = key,
	.grows = true,
	.leave = read_shown,
};
