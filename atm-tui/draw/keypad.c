/* SPDX-License-Identifier: ISC */
/*
 * The on-screen keypad.  Runs in atm-tui; gives keys, knows no fields.
 * Each face is rows of keys, one string for a row, a character for a key.
 */
#include "keypad.h"

#include <string.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "digits.h"
#include "../base/intl.h"
#include "chrome.h"

#define ROWS 4
#define DIGITS_COLUMNS 3
#define LETTERS_COLUMNS 10

static const char *const faces[][ROWS] = {
	[KEYPAD_DIGITS] = { "123", "456", "789", ".0\b" },
	[KEYPAD_SMALL] = { "1234567890", "qwertyuiop", "asdfghjkl-",
	    "zxcvbnm._\b" },
	[KEYPAD_CAPITALS] = { "1234567890", "QWERTYUIOP", "ASDFGHJKL-",
	    "ZXCVBNM._\b" },
};

/* The lowest row: other face, cancel, enter. */
static const char *const face_names[] = {
	[KEYPAD_DIGITS] = "abc",
	[KEYPAD_SMALL] = "ABC",
	[KEYPAD_CAPITALS] = "123",
};

struct shape {
	int columns, cell_h, cell_w;
};

static struct shape
shape_of(const struct chrome *chrome)
{
	int room = getmaxy(chrome->body);
	bool wide = getmaxx(chrome->body) >= 76;

	if (chrome->keypad.face != KEYPAD_DIGITS)
		return (struct shape) { LETTERS_COLUMNS, 1, wide ? 6 : 5 };
	if (room >= 4 * ROWS + 3 && wide)
		return (struct shape) { DIGITS_COLUMNS, 4, 8 };
	return (struct shape) { DIGITS_COLUMNS, room >= 15 ? 2 : 1, 6 };
}

void
keypad_place(struct chrome *chrome)
{
	struct keypad *keypad = &chrome->keypad;
	struct rect *area = &chrome->area;
	struct shape shape = shape_of(chrome);
	struct rect place;

	if (!keypad->open)
		return;
	place.h = ROWS * shape.cell_h + 3;
	place.w = shape.columns * shape.cell_w + 2;
	if (keypad->face == KEYPAD_DIGITS) {
		area->w -= place.w + 1;
		place.x = chrome->left + area->w;
		place.y = chrome->top;
	} else {
		area->h -= place.h;
		place.x = chrome->left + (area->w - place.w) / 2;
		place.y = chrome->top + area->h;
	}
	if (memcmp(&place, &keypad->place, sizeof(place)) != 0) {
		keypad_close(chrome);
		keypad->open = true;
		keypad->place = place;
	}
}

static void
draw_key(const struct canvas *canvas, const struct shape *shape, int row,
    int column, char character)
{
	int y = 1 + row * shape->cell_h, x = 1 + column * shape->cell_w;
	char text[2] = { character, '\0' };

	if (character == '\b') {
		draw_middle(canvas, y + (shape->cell_h - 1) / 2, x,
		    shape->cell_w, ROLE_KEY,
		    draw_symbol(canvas->theme, SYMBOL_ERASE));
		return;
	}
	if (shape->cell_h < DIGITS_SMALL_ROWS) {
		draw_middle(canvas, y, x, shape->cell_w, ROLE_TITLE, text);
		return;
	}
	x += (shape->cell_w - digits_small_width(text)) / 2;
	digits_small(canvas, y, x, ROLE_TITLE, text);
}

void
keypad_draw(struct chrome *chrome)
{
	struct keypad *keypad = &chrome->keypad;
	struct shape shape = shape_of(chrome);
	struct rect box = { 0, 0, keypad->place.h, keypad->place.w };
	struct canvas canvas;
	WINDOW *window;
	int third = (box.w - 2) / 3;

	if (!keypad->open)
		return;
	if (keypad->panel == NULL) {
		window = newwin(box.h, box.w, keypad->place.y, keypad->place.x);
		keypad->panel = window == NULL ? NULL : new_panel(window);
	}
	if (keypad->panel == NULL)
		return;
	canvas = (struct canvas) { .window = panel_window(keypad->panel),
		.theme = &chrome->theme };
	draw_blank(&canvas, &box, ROLE_BODY);
	draw_box(&canvas, &box, ROLE_RULE, false);
	for (int row = 0; row < ROWS; row++) {
		for (int i = 0; i < shape.columns; i++)
			draw_key(&canvas, &shape, row, i,
			    faces[keypad->face][row][i]);
	}
	draw_middle(
	    &canvas, box.h - 2, 1, third, ROLE_KEY, face_names[keypad->face]);
	draw_middle(&canvas, box.h - 2, 1 + third, third, ROLE_KEY, "Esc");
	draw_middle(
	    &canvas, box.h - 2, 1 + 2 * third, third, ROLE_KEY, "Enter");
}

void
keypad_close(struct chrome *chrome)
{
	struct keypad *keypad = &chrome->keypad;
	WINDOW *window;

	keypad->open = false;
	memset(&keypad->place, 0, sizeof(keypad->place));
	if (keypad->panel == NULL)
		return;
	window = panel_window(keypad->panel);
	del_panel(keypad->panel);
	delwin(window);
	keypad->panel = NULL;
}

bool
keypad_face(struct chrome *chrome, enum keypad_face face)
{
	if (chrome->keypad.face == face)
		return false;
	chrome->keypad.face = face;
	return chrome->keypad.open;
}

void
keypad_toggle(struct chrome *chrome)
{
	if (chrome->keypad.open)
		keypad_close(chrome);
	else
		chrome->keypad.open = true;
}

static int
lowest_row(struct keypad *keypad, int x)
{
	int third = (keypad->place.w - 2) / 3;

	if (x < third) {
		keypad->face = (keypad->face + 1) % NELEM(faces);
		return 0;
	}
	return x < 2 * third ? TERM_ESC : TERM_ENTER;
}

bool
keypad_touched(struct chrome *chrome, int y, int x, int *key)
{
	struct keypad *keypad = &chrome->keypad;
	struct shape shape = shape_of(chrome);
	int row, column;

	*key = 0;
	if (!keypad->open || !draw_rect_holds(&keypad->place, y, x))
		return false;
	y -= keypad->place.y + 1;
	x -= keypad->place.x + 1;
	row = y / shape.cell_h;
	column = x / shape.cell_w;
	if (y == ROWS * shape.cell_h)
		*key = lowest_row(keypad, x);
	else if (y >= 0 && x >= 0 && row < ROWS && column < shape.columns)
		*key = faces[keypad->face][row][column];
	if (*key == '\b')
		*key = TERM_BACKSPACE;
	return true;
}
