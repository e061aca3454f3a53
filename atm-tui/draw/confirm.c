/* SPDX-License-Identifier: ISC */
/*
 * The last question.  Runs in atm-tui; keeps no state: the two buttons stand
 * at places that follow from the area.
 */
#include "confirm.h"

#include "../../shared/terminal/term.h"
#include "digits.h"
#include "../base/intl.h"
#include "../base/options.h"
#include "chrome.h"

#define BOX_ROWS 3
#define LARGE_BODY 19 /* rows of the body of 80x24 */

static const char *const labels[] = { N_("Enter: yes"), N_("Esc: no") };

static struct rect
place_of(const struct chrome *chrome, int index)
{
	const struct rect *area = &chrome->area;
	int x = chrome_margin(chrome);

	if (index == 1)
		x += text_width(_(labels[0])) + 6;
	return (struct rect) { area->h - BOX_ROWS - (area->h >= 17 ? 3 : 1), x,
		BOX_ROWS, text_width(_(labels[index])) + 4 };
}

int
confirm_amount(struct chrome *chrome, int y, int x, int64_t cents)
{
	const struct canvas *canvas = &chrome->canvas;
	const struct rect *area = &chrome->area;
	char money[TEXT_MONEY_SIZE];

	/* Of blocks, a mark between thousands would be a second point. */
	text_money_marked(
	    money, config_string(chrome->config, SCREEN_CURRENCY), cents, ' ');
	if (chrome->theme.large && area->h >= LARGE_BODY &&
	    digits_large_width(money) <= area->w - x) {
		digits_large(canvas, y, x, ROLE_AMOUNT, money);
		return DIGITS_LARGE_ROWS;
	}
	if (digits_small_width(money) > area->w - x) {
		draw_text(canvas, y, x, area->w - x, ROLE_AMOUNT, money);
		return 1;
	}
	digits_small(canvas, y, x, ROLE_AMOUNT, money);
	return DIGITS_SMALL_ROWS;
}

int
confirm_draw(struct chrome *chrome, const char *question, int64_t cents)
{
	int y = chrome_title(chrome, question) + 1;

	if (cents != 0)
		y +=
		    confirm_amount(chrome, y, chrome_margin(chrome), cents) + 1;
	return y;
}

void
confirm_buttons(struct chrome *chrome)
{
	struct canvas quiet = chrome->canvas;
	struct rect place;

	quiet.speech = NULL; /* the focus would be said after the other one */
	for (int i = 0; i < 2; i++) {
		place = place_of(chrome, i);
		if (i == 0)
			draw_blank(&quiet, &place, ROLE_FOCUS);
		draw_box(
		    &quiet, &place, i == 0 ? ROLE_FOCUS : ROLE_RULE, i == 0);
		draw_text(&quiet, place.y + 1, place.x + 2, place.w - 4,
		    i == 0 ? ROLE_FOCUS : ROLE_BODY, _(labels[i]));
		speech_hear(chrome->speech, SPEECH_BODY, _(labels[i]));
	}
	place = place_of(chrome, 0);
	chrome_cursor(chrome, place.y + 1, place.x + 2);
	chrome_hint(chrome, "Enter", _("yes"), TERM_ENTER);
	chrome_hint(chrome, "Esc", _("go back"), TERM_ESC);
}

int
confirm_mouse(const struct chrome *chrome, int y, int x)
{
	struct rect yes = place_of(chrome, 0), no = place_of(chrome, 1);

	if (draw_rect_holds(&yes, y, x))
		return TERM_ENTER;
	return draw_rect_holds(&no, y, x) ? TERM_ESC : 0;
}
