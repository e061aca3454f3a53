/* SPDX-License-Identifier: ISC */
/*
 * Choices on libmenu.  Runs in atm-tui.  The menu is made anew for each
 * drawing, since window, language and theme may have changed; the boxes are
 * drawn into the space that set_menu_spacing(3X) leaves around the items.
 */
#include "choice.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/terminal/term.h"
#include "digits.h"
#include "../base/intl.h"
#include "chrome.h"
#include "speech.h"

#define BOX_ROWS 3
#define BOX_SIDE 2 /* columns that a box takes on each side */
#define GAP 3      /* columns between two boxes */
#define MINIMUM_WIDTH 24
#define MARGIN 8
#define LARGE_NUMBER 3 /* columns of a number drawn from blocks */

struct layout {
	int rows, columns; /* of cells */
	int width;         /* of an item's text */
	bool boxed;
	bool large;         /* numbers of blocks in place of boxes */
	struct rect inside; /* of the menu's own window, on the body */
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

static struct layout
lay_out(
    const struct choice *choice, const struct chrome *chrome, int y, bool large)
{
	const struct rect *area = &chrome->area;
	struct layout layout = { .width = widest(choice), .large = large };
	int margin = area->w >= 76 ? MARGIN : 2, pair;
	int right = choice->count - choice->left;

	if (large)
		layout.width += LARGE_NUMBER;
	pair = 2 * (layout.width + 2 * BOX_SIDE) + GAP;
	layout.columns =
	    choice->left < choice->count && margin + pair <= area->w ? 2 : 1;
	layout.rows = choice->count;
	if (layout.columns == 2)
		layout.rows = choice->left > right ? choice->left : right;
	layout.boxed = y + BOX_ROWS * layout.rows <= area->h;
	layout.inside = (struct rect) { y + (layout.boxed ? 1 : 0),
		area->x + margin + BOX_SIDE,
		layout.boxed ? BOX_ROWS * (layout.rows - 1) + 1 : layout.rows,
		layout.columns * layout.width +
		    (layout.columns - 1) * (2 * BOX_SIDE + GAP) };
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

static bool
make_items(struct choice *choice, const struct layout *layout)
{
	int cells = layout->rows * layout->columns;
	char text[96];

	for (int i = 0; i < cells; i++)
		text_fit(choice->names[i], sizeof(choice->names[i]), " ",
		    layout->width);
	for (int i = 0; i < choice->count; i++) {
		choice->cell_of[i] = cell_of(choice, layout, i);
		snprintf(text, sizeof(text), "%d. %*s%s", i + 1,
		    layout->large ? LARGE_NUMBER - 1 : 0, "",
		    _(choice->labels[i]));
		text_fit(choice->names[choice->cell_of[i]],
		    sizeof(choice->names[0]), text, layout->width);
	}
	for (int i = 0; i < cells; i++) {
		choice->items[i] = new_item(choice->names[i], "");
		if (choice->items[i] == NULL)
			return false;
	}
	return true;
}

static bool
post(struct choice *choice, const struct chrome *chrome,
    const struct layout *layout)
{
	const attr_t *attributes = chrome->theme.attributes;
	MENU *menu;

	choice->menu = menu = new_menu(choice->items);
	if (menu == NULL)
		return false;
	choice->sub = derwin(chrome->body, layout->inside.h, layout->inside.w,
	    layout->inside.y, layout->inside.x);
	if (choice->sub == NULL)
		return false;
	set_menu_win(menu, chrome->body);
	set_menu_sub(menu, choice->sub);
	menu_opts_off(menu, O_SHOWDESC);
	set_menu_mark(menu, "");
	set_menu_format(menu, layout->rows, layout->columns);
	set_menu_spacing(menu, 0, layout->boxed ? BOX_ROWS : 1,
	    layout->columns == 1 ? 1 : 2 * BOX_SIDE + GAP);
	set_menu_fore(menu, attributes[ROLE_FOCUS]);
	set_menu_back(menu, attributes[ROLE_BODY]);
	set_current_item(menu, choice->items[choice->cell_of[choice->focus]]);
	return post_menu(menu) == E_OK;
}

/* The number over the item's own, and the focus as a block around both. */
static void
draw_number(const struct canvas *canvas, const struct rect *place, int index,
    bool focus)
{
	enum role role = focus ? ROLE_FOCUS : ROLE_BODY;
	int right = place->x + place->w - BOX_SIDE;
	const struct rect around[] = {
		{ place->y, place->x, 1, place->w },
		{ place->y + 2, place->x, 1, place->w },
		{ place->y + 1, place->x, 1, BOX_SIDE + LARGE_NUMBER },
		{ place->y + 1, right, 1, BOX_SIDE },
	};

	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		draw_blank(canvas, &around[i], role);
	digits_small(canvas, place->y, place->x + BOX_SIDE, role,
	    (char[]) { (char)('1' + index), '\0' });
}

/* Boxes; without room for them a mark beside the focus. */
static void
draw_places(struct choice *choice, const struct chrome *chrome,
    const struct layout *layout)
{
	const struct canvas *canvas = &chrome->canvas;
	int pitch = layout->boxed ? BOX_ROWS : 1;
	struct rect *place;

	for (int i = 0; i < choice->count; i++) {
		bool focus = i == choice->focus;
		int row = choice->cell_of[i] / layout->columns;
		int column = choice->cell_of[i] % layout->columns;

		place = &choice->places[i];
		place->y = layout->inside.y + row * pitch - layout->boxed;
		place->x = layout->inside.x - BOX_SIDE +
		    column * (layout->width + 2 * BOX_SIDE + GAP);
		place->h = pitch;
		place->w = layout->width + 2 * BOX_SIDE;
		if (layout->large)
			draw_number(canvas, place, i, focus);
		else if (layout->boxed)
			draw_box(canvas, place, focus ? ROLE_FOCUS : ROLE_RULE,
			    focus);
		else if (focus)
			draw_text(
			    canvas, place->y, place->x, 1, ROLE_FOCUS, ">");
	}
}

void
choice_draw(struct choice *choice, struct chrome *chrome, int y)
{
	struct layout layout = best_layout(choice, chrome, y);
	const struct rect *place = &choice->places[choice->focus];

	choice_close(choice);
	if (!make_items(choice, &layout) || !post(choice, chrome, &layout))
		return;
	draw_places(choice, chrome, &layout);
	speech_hear(chrome->speech, SPEECH_FOCUS,
	    choice->names[choice->cell_of[choice->focus]]);
	chrome_cursor(chrome, place->y + layout.boxed, place->x + BOX_SIDE);
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
	if (choice->sub != NULL)
		delwin(choice->sub);
	for (int i = 0; choice->items[i] != NULL; i++) {
		free_item(choice->items[i]);
		choice->items[i] = NULL;
	}
	choice->menu = NULL;
	choice->sub = NULL;
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
		{ TERM_HOME, REQ_FIRST_ITEM },
		{ TERM_END, REQ_LAST_ITEM },
	};

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
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
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

int
choice_mouse(const struct choice *choice, int y, int x)
{
	for (int i = 0; i < choice->count; i++) {
		if (draw_rect_holds(&choice->places[i], y, x))
			return i;
	}
	return CHOICE_MOVED;
}
