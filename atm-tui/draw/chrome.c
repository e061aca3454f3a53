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

#define BANNER_MS 6000
#define HINT_GAP 3 /* columns between two on the key line */

static struct canvas
on(const struct chrome *chrome, WINDOW *window)
{
	return (struct canvas) { .window = window, .theme = &chrome->theme };
}

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
	chrome->canvas = on(chrome, chrome->body);
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
}

void
chrome_resize(struct chrome *chrome)
{
	chtype blank =
	    (chtype)' ' | (chtype)chrome->theme.attributes[ROLE_BODY];

	int room = at_least(LINES - CHROME_TOP - CHROME_BOTTOM, 1);
	int rows = at_most(room, CHROME_BODY_ROWS);
	int columns = at_most(COLS, CHROME_BODY_COLUMNS);

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
chrome_begin(struct chrome *chrome)
{
	chrome->hint_count = 0;
	chrome->area = (struct rect) { 0, 0, getmaxy(chrome->body),
		getmaxx(chrome->body) };
	chrome->cursor_y = LINES - 2;
	chrome->cursor_x = 0;
	werase(chrome->body);
	erase();
}

void
chrome_hint(struct chrome *chrome, const char *key, const char *text, int code)
{
	if (chrome->hint_count < CHROME_HINTS)
		chrome->hints[chrome->hint_count++] =
		    (struct hint) { key, text, code };
}

void
chrome_cursor(struct chrome *chrome, int body_y, int body_x)
{
	chrome->cursor_y = body_y + chrome->top;
	chrome->cursor_x = body_x + chrome->left;
}

int
chrome_margin(const struct chrome *chrome)
{
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

static void
draw_header(struct chrome *chrome)
{
	struct canvas canvas = on(chrome, stdscr);
	char clock[DATES_SIZE];
	const char *name = config_string(chrome->config, KIOSK_NAME);
	int width;

	dates_header(clock, time(NULL));
	width = text_width(clock);
	draw_text(&canvas, 0, 1, COLS - width - 3, ROLE_HEADER,
	    config_string(chrome->config, SCREEN_BANK_NAME));
	draw_middle(&canvas, 0, COLS / 3, COLS / 3, ROLE_DIM, name);
	draw_text(&canvas, 0, COLS - width - 1, width, ROLE_BODY, clock);
	draw_rule(&canvas, 1);
	draw_rule(&canvas, LINES - 3);
}

static void
draw_message(struct chrome *chrome, const char *waiting)
{
	struct canvas canvas = on(chrome, stdscr);
	int y = LINES - 2;

	if (waiting != NULL) {
		draw_text(&canvas, y, 1, 2, ROLE_FOCUS,
		    draw_spinner(&chrome->theme, chrome->step++));
		draw_text(&canvas, y, 3, COLS - 4, ROLE_MESSAGE, waiting);
		return;
	}
	draw_text(
	    &canvas, y, 1, COLS - 2, chrome->message_role, chrome->message);
	speech_hear(chrome->speech, SPEECH_MESSAGE, chrome->message);
}

/* At the right; a link that is well needs no words where room is short. */
static int
draw_link(struct chrome *chrome, const struct chrome_status *status, int y)
{
	struct canvas canvas = on(chrome, stdscr);
	char text[96];
	int x;

	snprintf(text, sizeof(text), "%s %s",
	    draw_symbol(&chrome->theme, SYMBOL_LINK),
	    status->linked && COLS < 76 ? "" : status->link);
	x = COLS - text_width(text) - 1;
	draw_text(&canvas, y, x, COLS - x, status->linked ? ROLE_DIM : ROLE_BAD,
	    text);
	return x;
}

/* Columns of what can be touched, from hint `i` on, with or without words. */
static int
touchable_width(const struct chrome *chrome, size_t i, bool words)
{
	const struct hint *hint;
	int columns = 0;

	for (; i < chrome->hint_count; i++) {
		hint = &chrome->hints[i];
		if (hint->code != 0)
			columns += HINT_GAP + text_width(hint->key) +
			    (words ? 1 + text_width(hint->text) : 0);
	}
	return columns;
}

/*
 * The keys that can be touched all have a place.  Where room is short, what
 * only explains gives way first, then words from the right.
 */
static void
draw_keys(struct chrome *chrome, const struct chrome_status *status)
{
	struct canvas canvas = on(chrome, stdscr);
	int y = LINES - 1, x = 1, key, words, room,
	    end = draw_link(chrome, status, y);

	for (size_t i = 0; i < chrome->hint_count; i++) {
		const struct hint *hint = &chrome->hints[i];

		key = text_width(hint->key);
		words = 1 + text_width(hint->text);
		room =
		    end - x - touchable_width(chrome, i + 1, hint->code == 0);
		chrome->hint_places[i] = (struct rect) { y, x, 1, 0 };
		if (key + words >= room)
			words = 0;
		if ((words == 0 && hint->code == 0) || key >= room)
			continue;
		chrome->hint_places[i].w = key + words;
		draw_text(&canvas, y, x, key, ROLE_KEY, hint->key);
		draw_text(&canvas, y, x + key + 1, words - 1, ROLE_DIM,
		    words == 0 ? "" : hint->text);
		x += key + words + HINT_GAP;
	}
}

int
chrome_touched(const struct chrome *chrome, int y, int x)
{
	for (size_t i = 0; i < chrome->hint_count; i++) {
		if (draw_rect_holds(&chrome->hint_places[i], y, x))
			return chrome->hints[i].code;
	}
	return 0;
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
chrome_banner(struct chrome *chrome, const char *text)
{
	string_copy(chrome->banner_text, text, sizeof(chrome->banner_text));
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
draw_banner(struct chrome *chrome)
{
	struct rect box = { 0, 0, 3, COLS - 8 };
	struct canvas canvas;

	if (chrome->banner_until_ms == 0)
		return;
	if (chrome->banner == NULL)
		chrome->banner = raise_window(box.h, box.w, CHROME_TOP, 4);
	if (chrome->banner == NULL)
		return;
	canvas = on(chrome, panel_window(chrome->banner));
	draw_blank(&canvas, &box, ROLE_BANNER);
	draw_box(&canvas, &box, ROLE_BANNER, true);
	draw_text(&canvas, 1, 2, 2, ROLE_BANNER,
	    draw_symbol(&chrome->theme, SYMBOL_DOT));
	draw_text(&canvas, 1, 4, box.w - 6, ROLE_BANNER, chrome->banner_text);
	speech_hear(chrome->speech, SPEECH_MESSAGE, chrome->banner_text);
	top_panel(chrome->banner);
}

void
chrome_dialog(struct chrome *chrome, const char *const *lines, size_t count)
{
	struct rect box = { 0, 0, (int)count + 4, 44 };
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
	drop_panel(&chrome->over);
	chrome->over = raise_window(box.h, box.w, y, x);
	if (chrome->over == NULL)
		return;
	canvas = on(chrome, panel_window(chrome->over));
	draw_blank(&canvas, &box, ROLE_DIALOG);
	draw_box(&canvas, &box, ROLE_DIALOG, true);
	for (size_t i = 0; i < count; i++)
		draw_middle(
		    &canvas, 2 + (int)i, 3, box.w - 6, ROLE_DIALOG, lines[i]);
	top_panel(chrome->over);
	chrome->cursor_y = y + box.h - 3;
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
	canvas = on(chrome, panel_window(chrome->over));
	draw_blank(&canvas, &all, ROLE_BODY);
	snprintf(size, sizeof(size), "%dx%d / %dx%d", COLS, LINES,
	    CHROME_COLUMNS, CHROME_ROWS);
	draw_middle(&canvas, (LINES - 1) / 2, 0, COLS, ROLE_TITLE,
	    _("make this window larger"));
	draw_middle(&canvas, (LINES - 1) / 2 + 1, 0, COLS, ROLE_DIM, size);
	top_panel(chrome->over);
	chrome->cursor_y = (LINES - 1) / 2;
	chrome->cursor_x = 0;
}

void
chrome_frame(struct chrome *chrome, const struct chrome_status *status)
{
	draw_header(chrome);
	draw_message(chrome, status->waiting);
	draw_keys(chrome, status);
	draw_banner(chrome);
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
