/* SPDX-License-Identifier: ISC */
/*
 * The on-screen keypad.  Runs in atm-tui; gives keys, knows no fields.  A
 * page is rows of keys, one string for a row, a character for a key; below
 * them stand the keys that each page has.
 */
#include "keypad.h"

#include <limits.h>
#include <string.h>
#include <wchar.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "digits.h"
#include "../base/intl.h"
#include "chrome.h"

#define ROWS 4
#define COLUMNS 10
#define CAPS (ROWS * COLUMNS + 4)

static const wchar_t *const pages[][ROWS] = {
	[KEYPAD_DIGITS] = { L"123", L"456", L"789", L".0\b" },
	[KEYPAD_SMALL] = { L"qwertyuiop", L"asdfghjkl-", L"zxcvbnm._\b" },
	[KEYPAD_CAPITALS] = { L"QWERTYUIOP", L"ASDFGHJKL-", L"ZXCVBNM._\b" },
	[KEYPAD_SIGNS] = { L"!\"#$%&'()*", L"+,/:;<=>?@", L"[\\]^`{|}~\b" },
	[KEYPAD_ACCENTS] = { L"áéíóúüñçàè", L"ÁÉÍÓÚÜÑÇÀÈ", L"âêôãõöäß¿\b" },
	[KEYPAD_ARABIC] = { L"ضصثقفغعهخح", L"شسيبلاتنمك", L"ئءؤرىةوزظ\b" },
	[KEYPAD_ARABIC_MORE] = { L"جدذطأإآ", L"٠١٢٣٤٥٦٧٨٩", L"،؛؟\b" },
};

/* What the key that turns to a page shows. */
static const char *const page_names[] = {
	[KEYPAD_DIGITS] = "123",
	[KEYPAD_SMALL] = "abc",
	[KEYPAD_CAPITALS] = "ABC",
	[KEYPAD_SIGNS] = "#+=",
	[KEYPAD_ACCENTS] = "áéñ",
	[KEYPAD_ARABIC] = "ضصث",
	[KEYPAD_ARABIC_MORE] = "جدذ",
};

static enum keypad_page
next_page(enum keypad_page page)
{
	page = (page + 1) % NELEM(pages);
	if ((page == KEYPAD_ACCENTS && !text_is_utf8()) ||
	    (page == KEYPAD_ARABIC && !intl_is_right_to_left()))
		return KEYPAD_DIGITS;
	return page;
}

#define KEY_PAGE 0x300001

/* A key, at its place on the keypad. */
struct cap {
	struct rect place;
	char text[MB_LEN_MAX + 1]; /* it shows of what it types, or empty */
	const char *label; /* where it types nothing that can be shown */
	int code;
};

/* A key's size, and how far the next one is. */
struct shape {
	int rows, columns, key_h, key_w, pitch_y, pitch_x;
};

static bool
is_shown(const struct keypad *keypad)
{
	return keypad->open && !keypad->hidden;
}

static void
drop_window(struct keypad *keypad)
{
	WINDOW *window;

	memset(&keypad->place, 0, sizeof(keypad->place));
	if (keypad->panel == NULL)
		return;
	window = panel_window(keypad->panel);
	del_panel(keypad->panel);
	delwin(window);
	keypad->panel = NULL;
}

/* At 80x24 a key has at least 4x2 cells, and a gap around it. */
static struct shape
shape_of(const struct chrome *chrome)
{
	int room = getmaxy(chrome->body);
	bool wide = getmaxx(chrome->body) >= 76;

	if (chrome->keypad.page != KEYPAD_DIGITS && wide)
		return (struct shape) { 3, COLUMNS, 2, 6, 3, 7 };
	if (chrome->keypad.page != KEYPAD_DIGITS)
		return (struct shape) { 3, COLUMNS, 1, 4, 2, 5 };
	if (wide && room >= (ROWS + 1) * 4 - 1)
		return (struct shape) { ROWS, 3, 3, 7, 4, 8 };
	return (struct shape) { ROWS, 3, room >= 14 ? 2 : 1, 5,
		room >= 14 ? 3 : 2, 6 };
}

static int
width_of(const struct shape *shape)
{
	return shape->columns * shape->pitch_x - 1;
}

/* The keys of every page, below its own, as wide as these together. */
static int
add_lowest(struct cap *caps, enum keypad_page page, const struct shape *shape)
{
	const struct cap all[] = {
		{ .label = page_names[next_page(page)], .code = KEY_PAGE },
		{ .label = N_("Space"), .code = ' ' },
		{ .label = "Esc", .code = TERM_ESC },
		{ .label = N_("Enter"), .code = TERM_ENTER },
	};
	int count = page == KEYPAD_DIGITS ? 3 : 4, n = 0;
	int pitch = (width_of(shape) + 1) / count;

	for (size_t i = 0; i < NELEM(all); i++) {
		if (all[i].code == ' ' && page == KEYPAD_DIGITS)
			continue;
		caps[n] = all[i];
		caps[n].place = (struct rect) { shape->rows * shape->pitch_y,
			n * pitch, shape->key_h, pitch - 1 };
		n++;
	}
	return n;
}

static int
make_caps(
    struct cap caps[CAPS], enum keypad_page page, const struct shape *shape)
{
	int n = 0;

	for (int row = 0; row < shape->rows; row++) {
		for (int i = 0; pages[page][row][i] != L'\0'; i++, n++) {
			wchar_t key = pages[page][row][i];
			mbstate_t state = { 0 };

			caps[n] = (struct cap) {
				.place = { row * shape->pitch_y,
				    i * shape->pitch_x, shape->key_h,
				    shape->key_w },
				.code = key == L'\b' ? TERM_BACKSPACE
						     : text_latin_digit(key),
			};
			if (key != L'\b' &&
			    wcrtomb(caps[n].text, key, &state) == (size_t)-1)
				caps[n].text[0] = '\0';
			text_digits(caps[n].text, sizeof(caps[n].text));
		}
	}
	return n + add_lowest(caps + n, page, shape);
}

void
keypad_place(struct chrome *chrome)
{
	struct keypad *keypad = &chrome->keypad;
	struct rect *area = &chrome->area;
	struct shape shape = shape_of(chrome);
	struct rect place = { .h = (shape.rows + 1) * shape.pitch_y -
		    (shape.pitch_y - shape.key_h),
		.w = width_of(&shape) };

	if (!is_shown(keypad))
		return;
	if (keypad->page == KEYPAD_DIGITS) {
		area->w -= place.w + 2;
		place.x = chrome_seen_at(chrome, area->w + 1, place.w);
		place.y = chrome->top;
	} else {
		area->h -= place.h;
		place.x = chrome->left + (area->w - place.w) / 2;
		place.y = chrome->top + area->h;
	}
	if (memcmp(&place, &keypad->place, sizeof(place)) != 0) {
		drop_window(keypad);
		keypad->place = place;
	}
}

static void
draw_cap(const struct canvas *canvas, const struct cap *cap)
{
	const struct rect *place = &cap->place;
	const char *label = *cap->text != '\0' ? cap->text : cap->label;
	int y = place->y + (place->h - 1) / 2;

	draw_blank(canvas, place, ROLE_KEYCAP);
	if (label == NULL)
		label = draw_symbol(canvas->theme, SYMBOL_ERASE);
	if (place->h >= DIGITS_SMALL_ROWS && *cap->text != '\0')
		digits_small(canvas, place->y,
		    place->x + (place->w - digits_small_width(label)) / 2,
		    ROLE_KEYCAP, label);
	else
		draw_middle(canvas, y, place->x, place->w, ROLE_KEYCAP,
		    *cap->text != '\0' ? label : _(label));
}

void
keypad_draw(struct chrome *chrome)
{
	struct keypad *keypad = &chrome->keypad;
	struct shape shape = shape_of(chrome);
	struct rect all = { 0, 0, keypad->place.h, keypad->place.w };
	struct cap caps[CAPS];
	struct canvas canvas;
	WINDOW *window;
	int count;

	if (!is_shown(keypad))
		return;
	if (keypad->panel == NULL) {
		window = newwin(all.h, all.w, keypad->place.y, keypad->place.x);
		keypad->panel = window == NULL ? NULL : new_panel(window);
	}
	if (keypad->panel == NULL)
		return;
	canvas = (struct canvas) { .window = panel_window(keypad->panel),
		.theme = &chrome->theme,
		.upright = true };
	draw_blank(&canvas, &all, ROLE_BODY);
	count = make_caps(caps, keypad->page, &shape);
	for (int i = 0; i < count; i++)
		draw_cap(&canvas, &caps[i]);
}

void
keypad_close(struct chrome *chrome)
{
	chrome->keypad.open = false;
	drop_window(&chrome->keypad);
}

bool
keypad_hide(struct chrome *chrome, bool hidden)
{
	struct keypad *keypad = &chrome->keypad;

	if (keypad->hidden == hidden)
		return false;
	keypad->hidden = hidden;
	if (hidden)
		drop_window(keypad);
	return keypad->open;
}

bool
keypad_turn(struct chrome *chrome, enum keypad_page page)
{
	if (chrome->keypad.page == page)
		return false;
	chrome->keypad.page = page;
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

bool
keypad_touched(struct chrome *chrome, int y, int x, int *key)
{
	struct keypad *keypad = &chrome->keypad;
	struct shape shape = shape_of(chrome);
	struct cap caps[CAPS];
	int count;

	*key = 0;
	if (!is_shown(keypad) || !draw_rect_holds(&keypad->place, y, x))
		return false;
	count = make_caps(caps, keypad->page, &shape);
	for (int i = 0; i < count; i++) {
		if (draw_rect_holds(&caps[i].place, y - keypad->place.y,
			x - keypad->place.x))
			*key = caps[i].code;
	}
	if (*key == KEY_PAGE) {
		keypad->page = next_page(keypad->page);
		*key = 0;
	}
	return true;
}
