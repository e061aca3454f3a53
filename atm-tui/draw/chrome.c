/* SPDX-License-Identifier: ISC */
/*
 * The frame around every screen.  Runs in atm-tui; knows nothing of what a
 * screen is about.  The header and the lowest rows are on stdscr, the body
 * and what lies over it are panels.
 */
#include "chrome.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../shared/base/error.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../base/dates.h"
#include "../base/intl.h"
#include "../base/options.h"
#include "bidi.h"
#include "chrome_keys.h"

#define BANNER_MS 6000

static void
drop_panel(PANEL **panel)
{
	WINDOW *window;

	if (*panel == NULL)
		return;
	window = panel_window(*panel);
	del_panel(*panel);
	delwin(window);
	*panel = NULL;
}

static int
at_least(int value, int minimum)
{
	return value < minimum ? minimum : value;
}

static int
at_most(int value, int maximum)
{
	return value > maximum ? maximum : value;
}

bool
chrome_is_small(void)
{
	return LINES < CHROME_ROWS || COLS < CHROME_COLUMNS;
}

int
chrome_open(struct chrome *chrome)
{
	chrome->body = newwin(1, 1, 0, 0);
	if (chrome->body == NULL)
		return BANK_ENOMEM;
	chrome->body_panel = new_panel(chrome->body);
	if (chrome->body_panel == NULL)
		return BANK_ENOMEM;
	chrome->canvas = chrome_on(chrome, chrome->body);
	chrome->canvas.speech = chrome->speech;
	chrome_resize(chrome);
	return 0;
}

void
chrome_close(struct chrome *chrome)
{
	drop_panel(&chrome->over);
	drop_panel(&chrome->banner);
	drop_panel(&chrome->body_panel);
	bidi_use(BIDI_NONE);
}

void
chrome_resize(struct chrome *chrome)
{
	chtype blank =
	    (chtype)' ' | (chtype)chrome->theme.attributes[ROLE_BODY];

	int room = at_least(LINES - CHROME_TOP - CHROME_BOTTOM, 1);
	int rows = chrome->grown ? room : at_most(room, CHROME_BODY_ROWS);
	int columns = chrome->grown ? COLS : at_most(COLS, CHROME_BODY_COLUMNS);

	drop_panel(&chrome->over);
	drop_panel(&chrome->banner);
	chrome->left = (COLS - columns) / 2;
	chrome->top = (LINES > CHROME_TOP ? CHROME_TOP : 0) + (room - rows) / 2;
	move_panel(chrome->body_panel, 0, 0);
	wresize(chrome->body, rows, columns);
	replace_panel(chrome->body_panel, chrome->body);
	move_panel(chrome->body_panel, chrome->top, chrome->left);
	bkgdset(blank);
	wbkgdset(chrome->body, blank);
	clearok(curscr, TRUE);
}

void
chrome_begin(struct chrome *chrome, bool grown)
{
	bidi_use(!intl_is_right_to_left() ? BIDI_NONE
		: config_number(chrome->config, SCREEN_BIDI) == 0
		? BIDI_HERE
		: BIDI_TERMINAL);
	if (chrome->grown != grown) {
		chrome->grown = grown;
		chrome_resize(chrome);
	}
	chrome->hint_count = 0;
	chrome->typing = CHROME_TYPING_NOTHING;
	chrome->area = (struct rect) { 0, 0, getmaxy(chrome->body),
		getmaxx(chrome->body) };
	chrome->cursor_y = LINES - 2;
	chrome->cursor_x = 0;
	werase(chrome->body);
	erase();
}

void
chrome_cursor(struct chrome *chrome, int body_y, int body_x)
{
	chrome->cursor_y = body_y + chrome->top;
	chrome->cursor_x = chrome_seen_at(chrome, body_x, 1);
}

int
chrome_seen_at(const struct chrome *chrome, int body_x, int columns)
{
	if (bidi_is_mirrored())
		body_x = getmaxx(chrome->body) - body_x - columns;
	return chrome->left + body_x;
}

bool
chrome_is_wide(const struct chrome *chrome)
{
	return chrome->area.w > CHROME_BODY_COLUMNS;
}

int
chrome_margin(const struct chrome *chrome)
{
	if (chrome_is_wide(chrome))
		return 5 + (chrome->area.w - CHROME_BODY_COLUMNS) / 8;
	return chrome->area.w >= 76 ? 5 : 2;
}

int
chrome_title(struct chrome *chrome, const char *title)
{
	int y = chrome->area.h >= 17 ? 2 : 1, margin = chrome_margin(chrome);
	struct rect rect = { y, margin, 2, chrome->area.w - margin - 1 };

	y += draw_lines(&chrome->canvas, &rect, ROLE_TITLE, title);
	return chrome->area.h >= 17 ? y + 1 : y;
}

/* The kiosk's in the middle; where it begins, the bank's has ended. */
static void
draw_names(struct chrome *chrome, const char *host, int columns)
{
	struct canvas canvas = chrome_on(chrome, stdscr);
	int third = COLS / 3, x, width;
	char name[320];

	snprintf(name, sizeof(name), host != NULL ? "%s @ %s" : "%s",
	    config_string(chrome->config, KIOSK_NAME), host);
	width = at_most(text_width(name), at_most(third, columns - third));
	x = at_most(third + (third - width) / 2, columns - width);
	draw_text(&canvas, 0, 1, (width > 0 ? x : columns) - 2, ROLE_HEADER,
	    config_string(chrome->config, SCREEN_BANK_NAME));
	draw_text(&canvas, 0, x, width, ROLE_DIM, name);
}

static void
draw_header(struct chrome *chrome, const char *host)
{
	struct canvas canvas = chrome_on(chrome, stdscr);
	char clock[DATES_SIZE];
	int width;

	dates_header(clock, time(NULL));
	width = text_width(clock);
	draw_names(chrome, host, COLS - width - 2);
	draw_text(&canvas, 0, COLS - width - 1, width, ROLE_BODY, clock);
	draw_rule(&canvas, 1);
	draw_rule(&canvas, LINES - 3);
}

/* On one row; what is longer takes that of the rule above it, too. */
static void
draw_message(struct chrome *chrome, const char *waiting)
{
	struct canvas canvas = chrome_on(chrome, stdscr);
	const char *text = waiting != NULL ? waiting : _(chrome->message);
	enum role role = waiting != NULL ? ROLE_MESSAGE : chrome->message_role;
	int x = waiting != NULL ? 3 : 1;
	struct rect place = { LINES - 2, x, 1, COLS - x - 1 };
	struct rect rule = { LINES - 3, 0, 1, COLS };

	if (waiting == NULL && *chrome->message == '\0')
		return;
	if (text_width(text) > place.w) {
		draw_blank(&canvas, &rule, ROLE_BODY);
		place.y--;
		place.h++;
	}
	if (waiting != NULL)
		draw_text(&canvas, place.y, 1, 2, ROLE_FOCUS,
		    draw_spinner(&chrome->theme, chrome->step++));
	draw_lines(&canvas, &place, role, text);
	speech_hear(chrome->speech, SPEECH_MESSAGE, text);
}

/* A window in a panel above all others. */
static PANEL *
raise_window(int rows, int columns, int y, int x)
{
	WINDOW *window = newwin(rows, columns, y, x);
	PANEL *panel = window == NULL ? NULL : new_panel(window);

	if (panel == NULL && window != NULL)
		delwin(window);
	return panel;
}

void
chrome_banner(struct chrome *chrome)
{
	chrome->banner_until_ms = clock_steady_ms() + BANNER_MS;
}

bool
chrome_expire(struct chrome *chrome)
{
	if (chrome->banner_until_ms == 0 ||
	    clock_steady_ms() < chrome->banner_until_ms)
		return false;
	chrome->banner_until_ms = 0;
	drop_panel(&chrome->banner);
	return true;
}

static void
draw_banner(struct chrome *chrome, const char *text)
{
	struct rect all = { 0, 0, CHROME_TOP, COLS };
	struct rect inside = { 0, 3, CHROME_TOP, COLS - 4 };
	struct canvas canvas;

	if (chrome->banner_until_ms == 0)
		return;
	if (chrome->banner == NULL)
		chrome->banner = raise_window(all.h, all.w, 0, 0);
	if (chrome->banner == NULL)
		return;
	canvas = chrome_on(chrome, panel_window(chrome->banner));
	draw_blank(&canvas, &all, ROLE_BANNER);
	draw_text(&canvas, 0, 1, 1, ROLE_BANNER,
	    draw_symbol(&chrome->theme, SYMBOL_DOT));
	draw_lines(&canvas, &inside, ROLE_BANNER, text);
	speech_hear(chrome->speech, SPEECH_MESSAGE, text);
	top_panel(chrome->banner);
}

void
chrome_dialog(struct chrome *chrome, const char *const *lines, size_t count)
{
	int edge = (int)count + 4 <= LINES ? 2 : 1; /* a free row, or none */
	struct rect box = { 0, 0, (int)count + 2 * edge, 44 };
	struct canvas canvas;
	int y, x;

	if (lines == NULL) {
		drop_panel(&chrome->over);
		return;
	}
	for (size_t i = 0; i < count; i++)
		box.w = at_least(box.w, text_width(lines[i]) + 6);
	if (box.w > COLS)
		box.w = COLS;
	y = (LINES - box.h) / 2;
	x = (COLS - box.w) / 2;
	chrome->over_top = y + edge;
	drop_panel(&chrome->over);
	chrome->over = raise_window(box.h, box.w, y, x);
	if (chrome->over == NULL)
		return;
	canvas = chrome_on(chrome, panel_window(chrome->over));
	draw_blank(&canvas, &box, ROLE_DIALOG);
	draw_box(&canvas, &box, ROLE_DIALOG, true);
	for (size_t i = 0; i < count; i++)
		draw_middle(&canvas, edge + (int)i, 3, box.w - 6, ROLE_DIALOG,
		    lines[i]);
	top_panel(chrome->over);
	chrome->cursor_y = y + box.h - edge - 1;
	chrome->cursor_x = x + 3;
}

/* Nothing but the request for more room; the rest comes back with it. */
static void
draw_small(struct chrome *chrome)
{
	struct rect all = { 0, 0, LINES, COLS };
	struct canvas canvas;
	char size[64];

	drop_panel(&chrome->over);
	chrome->over = raise_window(LINES, COLS, 0, 0);
	if (chrome->over == NULL)
		return;
	canvas = chrome_on(chrome, panel_window(chrome->over));
	draw_blank(&canvas, &all, ROLE_BODY);
	snprintf(size, sizeof(size), "%dx%d / %dx%d", COLS, LINES,
	    CHROME_COLUMNS, CHROME_ROWS);
	draw_middle(&canvas, (LINES - 1) / 2, 0, COLS, ROLE_TITLE,
	    _("make this window larger"));
	draw_middle(&canvas, (LINES - 1) / 2 + 1, 0, COLS, ROLE_DIM,
	    text_digits(size, sizeof(size)));
	top_panel(chrome->over);
	chrome->cursor_y = (LINES - 1) / 2;
	chrome->cursor_x = 0;
}

void
chrome_frame(struct chrome *chrome, const struct chrome_status *status)
{
	draw_header(chrome, status->host);
	if (!status->linked)
		speech_hear(chrome->speech, SPEECH_MESSAGE, status->link);
	draw_message(chrome, status->waiting);
	chrome_draw_keys(chrome, status);
	draw_banner(chrome, status->banner);
}

void
chrome_end(struct chrome *chrome)
{
	if (chrome_is_small())
		draw_small(chrome);
	update_panels();
	/* The last window refreshed decides where the cursor stands. */
	wmove(stdscr, chrome->cursor_y, chrome->cursor_x);
	wnoutrefresh(stdscr);
	doupdate();
}

void
chrome_say(struct chrome *chrome, enum role role, const char *text)
{
	chrome->message_role = role;
	string_copy(chrome->message, text, sizeof(chrome->message));
}

const char *
chrome_money(
    const struct chrome *chrome, char to[TEXT_MONEY_SIZE], int64_t cents)
{
	return text_money(
	    to, config_string(chrome->config, SCREEN_CURRENCY), cents);
}
