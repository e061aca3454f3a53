/* SPDX-License-Identifier: ISC */
/*
 * The block digits: one picture of 3 by 5 dots for each character, and the
 * three ways to draw it.  Runs in atm-tui; keeps no state.
 */
#include "digits.h"

#include <stdio.h>
#include <string.h>

#define DOT_ROWS 5
#define LARGE_GAP 2 /* columns between two large digits */

struct picture {
	const char *character;
	int width;
	const char *dots;  /* rows of `width`, '#' is a dot */
	const char *ascii; /* three rows of `width`, drawn with lines */
};

static const struct picture pictures[] = {
	{ "0", 3, "#### ## ## ####", " _ | ||_|" },
	{ "1", 3, "  #  #  #  #  #", "     |  |" },
	{ "2", 3, "###  #####  ###", " _  _||_ " },
	{ "3", 3, "###  ####  ####", " _  _| _|" },
	{ "4", 3, "# ## ####  #  #", "   |_|  |" },
	{ "5", 3, "####  ###  ####", " _ |_  _|" },
	{ "6", 3, "####  #### ####", " _ |_ |_|" },
	{ "7", 3, "###  #  #  #  #", " _   |  |" },
	{ "8", 3, "#### ##### ####", " _ |_||_|" },
	{ "9", 3, "#### ####  ####", " _ |_| _|" },
	{ ":", 1, " # # ", " .." },
	{ ".", 1, "    #", "  ." },
	{ ",", 1, "   ##", "  ," },
	{ "-", 3, "      ###      ", "    _    " },
	{ " ", 1, "     ", "   " },
	/* Those of Arabic, which is shown where there is UTF-8. */
	{ "٠", 3, "       #       ", NULL },
	{ "١", 3, " #  #  #  #  # ", NULL },
	{ "٢", 3, "# #####  #  #  ", NULL },
	{ "٣", 5, "# # #######    #    #    ", NULL },
	{ "٤", 3, " ###   ###   ##", NULL },
	{ "٥", 3, " # # ## ## # # ", NULL },
	{ "٦", 3, "###  #  #  #  #", NULL },
	{ "٧", 3, "# ## ## ## # # ", NULL },
	{ "٨", 3, " # # ## ## ## #", NULL },
	{ "٩", 3, "#### ####  #  #", NULL },
};

/* The picture of the first character, or NULL; *length: its bytes. */
static const struct picture *
find(const char *text, size_t *length)
{
	for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
		*length = strlen(pictures[i].character);
		if (strncmp(pictures[i].character, text, *length) == 0)
			return &pictures[i];
	}
	for (*length = 1; (text[*length] & 0xc0) == 0x80;)
		++*length;
	return NULL;
}

static bool
dot(const struct picture *picture, int row, int column)
{
	return row < DOT_ROWS &&
	    picture->dots[row * picture->width + column] == '#';
}

static int
width_of(const char *text, int scale, int gap)
{
	const struct picture *picture;
	size_t length;
	int width = 0;

	for (; *text != '\0'; text += length) {
		picture = find(text, &length);
		width += (picture != NULL ? picture->width * scale : 1) + gap;
	}
	return width > 0 ? width - gap : 0;
}

int
digits_large_width(const char *text)
{
	return width_of(text, 2, LARGE_GAP);
}

int
digits_small_width(const char *text)
{
	return width_of(text, 1, 1);
}

/* A character without a picture, a currency's sign, is written small. */
static void
draw_other(const struct canvas *canvas, int y, int x, enum role role,
    const char *text, size_t length)
{
	char one[8];

	snprintf(one, sizeof(one), "%.*s", (int)length, text);
	draw_text(canvas, y, x, 2, role, one);
}

void
digits_large(
    const struct canvas *on, int y, int x, enum role role, const char *text)
{
	struct canvas upright = *on;
	const struct canvas *canvas = &upright;
	const char *full = canvas->theme->utf8 ? "██" : "##";
	struct rect all = { y, x, DOT_ROWS, digits_large_width(text) };
	const struct picture *p;
	size_t length;

	/* What is off has the same look: a tick then sends no attributes. */
	draw_blank(canvas, &all, role);
	x = draw_upright(&upright, x, digits_large_width(text));
	for (; *text != '\0'; text += length) {
		p = find(text, &length);
		if (p == NULL) {
			draw_other(
			    canvas, y + DOT_ROWS / 2, x, role, text, length);
			x += 1 + LARGE_GAP;
			continue;
		}
		for (int row = 0; row < DOT_ROWS; row++) {
			for (int i = 0; i < p->width; i++) {
				if (dot(p, row, i))
					draw_text(canvas, y + row, x + 2 * i, 2,
					    role, full);
			}
		}
		x += p->width * 2 + LARGE_GAP;
	}
}

/* One cell of a small digit: two dots above each other. */
static const char *
half(const struct picture *picture, int row, int column)
{
	static const char *const halves[] = { " ", "▀", "▄", "█" };

	return halves[dot(picture, 2 * row, column) +
	    2 * dot(picture, 2 * row + 1, column)];
}

static void
draw_small(const struct canvas *canvas, int y, int x, enum role role,
    const struct picture *picture)
{
	char ascii[2] = "";
	const char *cell = ascii;

	for (int row = 0; row < DIGITS_SMALL_ROWS; row++) {
		for (int i = 0; i < picture->width; i++) {
			if (canvas->theme->utf8)
				cell = half(picture, row, i);
			else
				*ascii =
				    picture->ascii[row * picture->width + i];
			if (*cell != ' ')
				draw_text(
				    canvas, y + row, x + i, 1, role, cell);
		}
	}
}

void
digits_small(
    const struct canvas *on, int y, int x, enum role role, const char *text)
{
	struct canvas upright = *on;
	const struct canvas *canvas = &upright;
	const struct picture *picture;
	size_t length;

	x = draw_upright(&upright, x, digits_small_width(text));
	for (; *text != '\0'; text += length) {
		picture = find(text, &length);
		if (picture == NULL) {
			draw_other(canvas, y, x, role, text, length);
			x += 2;
			continue;
		}
		draw_small(canvas, y, x, role, picture);
		x += picture->width + 1;
	}
}
