/* SPDX-License-Identifier: ISC */
/*
 * Choices on libmenu.  Runs in atm-tui.  The menu is made anew for each
 * drawing, since window, language and theme may have changed.
 */
#include "choice.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "digits.h"
#include "../base/intl.h"
#include "chrome.h"
#include "bidi.h"
#include "speech.h"

#define BOX_ROWS 3 /* of the smallest box, and of the largest */
#define BOX_ROWS_MOST 9
#define BOX_SIDE 2 /* columns that a box takes on each side */
#define GAP 3      /* columns between two boxes */
#define MINIMUM_WIDTH 24
#define MAXIMUM_WIDTH 70
#define MARGIN 3       /* beyond the title's */
#define NUMBER 1       /* columns of a number */
#define LARGE_NUMBER 3 /* of one drawn from blocks */

struct layout {
	int rows, columns; /* of cells */
	int pitch;         /* rows from one cell to the next */
	int width;         /* of an item's text */
	bool boxed;
	bool large; /* numbers of blocks in place of boxes */
	int y, x;   /* of the first cell, on the body */
};

static int
widest(const struct choice *choice)
{
	int width, most = MINIMUM_WIDTH;

	for (int i = 0; i < choice->count; i++) {
		width = text_width(_(choice->labels[i])) + 3;
		if (width > most)
			most = width;
	}
	return most;
}

/* On a body that has grown: as high as there is room for, an odd number. */
static int
pitch_of(const struct chrome *chrome, int rows, int room)
{
	int pitch = BOX_ROWS;

	if (rows * BOX_ROWS > room)
		return 1;
	while (chrome_is_wide(chrome) && pitch < BOX_ROWS_MOST &&
	    rows * (pitch + 2) <= room)
		pitch += 2;
	return pitch;
}

/* There, as wide as its columns have room for. */
static int
width_of(const struct layout *layout, const struct chrome *chrome, int room)
{
	int each = (room - (layout->columns - 1) * GAP) / layout->columns -
	    2 * BOX_SIDE;

	if (!chrome_is_wide(chrome) || each < layout->width)
		return layout->width;
	return each < MAXIMUM_WIDTH ? each : MAXIMUM_WIDTH;
}

static struct layout
lay_out(
    const struct choice *choice, const struct chrome *chrome, int y, bool large)
{
	const struct rect *area = &chrome->area;
	struct layout layout = { .width = widest(choice), .large = large };
	int margin = area->w >= 76 ? chrome_margin(chrome) + MARGIN : 2;
	int right = choice->count - choice->left, pair;

	if (large)
		layout.width += LARGE_NUMBER;
	pair = 2 * (layout.width + 2 * BOX_SIDE) + GAP;
	layout.columns =
	    choice->left < choice->count && margin + pair <= area->w ? 2 : 1;
	layout.rows = choice->count;
	if (layout.columns == 2)
		layout.rows = choice->left > right ? choice->left : right;
	layout.pitch = pitch_of(chrome, layout.rows, area->h - y);
	layout.boxed = layout.pitch >= BOX_ROWS;
	layout.width = width_of(&layout, chrome, area->w - 2 * margin);
	layout.y = y;
	layout.x = area->x + margin;
	return layout;
}

/* Large only where all of it has room. */
static struct layout
best_layout(const struct choice *choice, const struct chrome *chrome, int y)
{
	struct layout layout = lay_out(choice, chrome, y, chrome->theme.large);

	if (layout.large && !layout.boxed)
		layout = lay_out(choice, chrome, y, false);
	return layout;
}

/* Cell of item i, row by row as libmenu counts. */
static int
cell_of(const struct choice *choice, const struct layout *layout, int i)
{
	if (layout->columns == 1)
		return i;
	return i < choice->left ? 2 * i : 2 * (i - choice->left) + 1;
}

/* libmenu has a grid of cells, and only of it does it know the way. */
static bool
make_items(struct choice *choice, const struct layout *layout)
{
	int cells = layout->rows * layout->columns;

	for (int i = 0; i < choice->count; i++)
		choice->cell_of[i] = cell_of(choice, layout, i);
	for (int i = 0; i < cells; i++) {
		choice->items[i] = new_item(" ", "");
		if (choice->items[i] == NULL)
			return false;
	}
	return true;
}

/* On a pad, which nobody sees: it is drawn by what draws all else. */
static bool
post(struct choice *choice, const struct layout *layout)
{
	MENU *menu;

	choice->menu = menu = new_menu(choice->items);
	choice->pad = newpad(layout->rows, 4 * layout->columns);
	if (menu == NULL || choice->pad == NULL)
		return false;
	set_menu_win(menu, choice->pad);
	set_menu_sub(menu, choice->pad);
	menu_opts_off(menu, O_SHOWDESC);
	set_menu_mark(menu, "");
	set_menu_format(menu, layout->rows, layout->columns);
	set_current_item(menu, choice->items[choice->cell_of[choice->focus]]);
	return post_menu(menu) == E_OK;
}

/* Its number and its words, the number from blocks where there is room. */
static void
draw_words(const struct choice *choice, const struct chrome *chrome,
    const struct layout *layout, int index)
{
	const struct rect *place = &choice->places[index];
	struct canvas canvas = chrome->canvas;
	enum role role = index == choice->focus ? ROLE_FOCUS : ROLE_BODY;
	bool blocks = layout->large || layout->pitch > BOX_ROWS;
	int y = place->y + place->h / 2, x = place->x + BOX_SIDE;
	char text[128], number[TEXT_NUMBER_SIZE];

	text_number(number, (unsigned long)index + 1);
	snprintf(
	    text, sizeof(text), "%s. %s", number, _(choice->labels[index]));
	speech_hear(chrome->speech, SPEECH_BODY, text);
	if (index == choice->focus)
		speech_hear(chrome->speech, SPEECH_FOCUS, text);
	canvas.speech = NULL;
	if (!blocks) {
		/* One by one, the number is first in each direction. */
		x += draw_text(&canvas, y, x, NUMBER, role, number);
		x += draw_text(&canvas, y, x, 1, role, ".") + 1;
		draw_text(&canvas, y, x, place->x + place->w - BOX_SIDE - x,
		    role, _(choice->labels[index]));
		return;
	}
	x += layout->boxed && !layout->large;
	digits_small(&canvas, y - 1, x, role, number);
	x += LARGE_NUMBER + 1 + (layout->boxed && !layout->large);
	draw_text(&canvas, y, x, place->x + place->w - x - 1, role,
	    _(choice->labels[index]));
}

/* In a box, or all of it in the focus' colour; else a mark beside it. */
static void
draw_item(const struct choice *choice, const struct chrome *chrome,
    const struct layout *layout, int index)
{
	const struct canvas *canvas = &chrome->canvas;
	const struct rect *place = &choice->places[index];
	bool focus = index == choice->focus;

	if (focus && (layout->boxed || layout->large))
		draw_blank(canvas, place, ROLE_FOCUS);
	if (layout->boxed && !layout->large)
		draw_box(canvas, place, focus ? ROLE_FOCUS : ROLE_RULE, focus);
	else if (focus && !layout->large)
		draw_text(canvas, place->y + place->h / 2, place->x, 1,
		    ROLE_FOCUS, ">");
	draw_words(choice, chrome, layout, index);
}

static void
place_items(struct choice *choice, const struct layout *layout)
{
	struct rect *place;

	for (int i = 0; i < choice->count; i++) {
		int row = choice->cell_of[i] / layout->columns;
		int column = choice->cell_of[i] % layout->columns;

		place = &choice->places[i];
		place->h = layout->pitch;
		place->w = layout->width + 2 * BOX_SIDE;
		place->y = layout->y + row * layout->pitch;
		place->x = layout->x + column * (place->w + GAP);
	}
}

void
choice_draw(struct choice *choice, struct chrome *chrome, int y)
{
	struct layout layout = best_layout(choice, chrome, y);
	const struct rect *place = &choice->places[choice->focus];

	choice_close(choice);
	if (!make_items(choice, &layout) || !post(choice, &layout))
		return;
	place_items(choice, &layout);
	for (int i = 0; i < choice->count; i++)
		draw_item(choice, chrome, &layout, i);
	chrome_cursor(chrome, place->y + layout.pitch / 2, place->x + BOX_SIDE);
	snprintf(choice->range, sizeof(choice->range), "1-%d", choice->count);
	chrome_hint(chrome, choice->range, _("choose"), 0);
	chrome_hint(
	    chrome, draw_symbol(&chrome->theme, SYMBOL_ARROWS), _("move"), 0);
	chrome_hint(chrome, "Enter", _("open"), TERM_ENTER);
}

void
choice_close(struct choice *choice)
{
	if (choice->menu != NULL) {
		unpost_menu(choice->menu);
		free_menu(choice->menu);
	}
	if (choice->pad != NULL)
		delwin(choice->pad);
	for (int i = 0; choice->items[i] != NULL; i++) {
		free_item(choice->items[i]);
		choice->items[i] = NULL;
	}
	choice->menu = NULL;
	choice->pad = NULL;
}

/* The choice whose cell libmenu stands on; an empty cell isn't entered. */
static void
follow_menu(struct choice *choice)
{
	int cell = item_index(current_item(choice->menu));

	for (int i = 0; i < choice->count; i++) {
		if (choice->cell_of[i] == cell)
			choice->focus = i;
	}
	set_current_item(
	    choice->menu, choice->items[choice->cell_of[choice->focus]]);
}

int
choice_key(struct choice *choice, int key)
{
	static const struct {
		int key, request;
	} moves[] = {
		{ TERM_UP, REQ_UP_ITEM },
		{ TERM_DOWN, REQ_DOWN_ITEM },
		{ TERM_LEFT, REQ_LEFT_ITEM },
		{ TERM_RIGHT, REQ_RIGHT_ITEM },
	};

	key = bidi_key(key);
	if (key >= '1' && key < '1' + choice->count) {
		choice->focus = key - '1';
		return choice->focus;
	}
	if (key == TERM_ENTER)
		return choice->focus;
	if (key == TERM_TAB || key == TERM_BACK_TAB) {
		choice->focus += key == TERM_TAB ? 1 : choice->count - 1;
		choice->focus %= choice->count;
		return CHOICE_MOVED;
	}
	for (size_t i = 0; i < NELEM(moves); i++) {
		if (moves[i].key != key)
			continue;
		if (choice->menu != NULL) {
			menu_driver(choice->menu, moves[i].request);
			follow_menu(choice);
		}
		return CHOICE_MOVED;
	}
	return CHOICE_UNKNOWN;
}

bool
choice_made(struct chrome *chrome, int index)
{
	if (index == CHOICE_UNKNOWN)
		chrome_say(chrome, ROLE_BAD, N_("incorrect input"));
	return index >= 0;
}

int
choice_mouse(const struct choice *choice, int y, int x)
{
	for (int i = 0; i < choice->count; i++) {
		if (draw_rect_holds(&choice->places[i], y, x))
			return i;
	}
	return CHOICE_MOVED;
}
