/* SPDX-License-Identifier: ISC */
/*
 * The block digits: one picture of 3 by 5 dots for each character, and the
 * three ways to draw it.  Runs in atm-tui; keeps no state.
 */
#include "digits.h"

#include <string.h>

#define DOT_ROWS 5
#define LARGE_GAP 2 /* columns between two large digits */

struct picture {
	char character;
	int width;
	const char *dots;  /* rows of `width`, '#' is a dot */
	const char *ascii; /* three rows of `width`, drawn with lines */
};

static const struct picture pictures[] = {
	{ '0', 3, "#### ## ## ####", " _ | ||_|" },
	{ '1', 3, "  #  #  #  #  #", "     |  |" },
	{ '2', 3, "###  #####  ###", " _  _||_ " },
	{ '3', 3, "###  ####  ####", " _  _| _|" },
	{ '4', 3, "# ## ####  #  #", "   |_|  |" },
	{ '5', 3, "####  ###  ####", " _ |_  _|" },
	{ '6', 3, "####  #### ####", " _ |_ |_|" },
	{ '7', 3, "###  #  #  #  #", " _   |  |" },
	{ '8', 3, "#### ##### ####", " _ |_||_|" },
	{ '9', 3, "#### ####  ####", " _ |_| _|" },
	{ ':', 1, " # # ", " .." },
	{ '.', 1, "    #", "  ." },
	{ ',', 1, "   ##", "  ," },
	{ '-', 3, "      ###      ", "    _    " },
	{ ' ', 1, "     ", "   " },
};

static const struct picture *
find(char character)
{
	for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
		if (pictures[i].character == character)
			return &pictures[i];
	}
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
	int width = 0;

	for (; *text != '\0'; text++) {
		picture = find(*text);
		if (picture != NULL)
			width += picture->width * scale + gap;
		else if ((*text & 0xc0) != 0x80)
			width += 1 + gap;
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
static size_t
draw_other(
    const struct canvas *canvas, int y, int x, enum role role, const char *text)
{
	char one[8] = { *text };
	size_t n = 1;

	while (n < sizeof(one) - 1 && (text[n] & 0xc0) == 0x80) {
		one[n] = text[n];
		n++;
	}
	draw_text(canvas, y, x, 2, role, one);
	return n;
}

void
digits_large(
    const struct canvas *canvas, int y, int x, enum role role, const char *text)
{
	const char *full = canvas->theme->utf8 ? "██" : "##";
	struct rect all = { y, x, DOT_ROWS, digits_large_width(text) };
	const struct picture *p;

	/* What is off has the same look: a tick then sends no attributes. */
	draw_blank(canvas, &all, role);
	while (*text != '\0') {
		p = find(*text);
		if (p == NULL) {
			text +=
			    draw_other(canvas, y + DOT_ROWS / 2, x, role, text);
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
		text++;
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
	const char *cell;

	for (int row = 0; row < DIGITS_SMALL_ROWS; row++) {
		for (int i = 0; i < picture->width; i++) {
			ascii[0] = picture->ascii[row * picture->width + i];
			cell =
			    canvas->theme->utf8 ? half(picture, row, i) : ascii;
			if (*cell != ' ')
				draw_text(
				    canvas, y + row, x + i, 1, role, cell);
		}
	}
}

void
digits_small(
    const struct canvas *canvas, int y, int x, enum role role, const char *text)
{
	const struct picture *picture;

	while (*text != '\0') {
		picture = find(*text);
		if (picture == NULL) {
			text += draw_other(canvas, y, x, role, text);
			x += 2;
			continue;
		}
		draw_small(canvas, y, x, role, picture);
		x += picture->width + 1;
		text++;
	}
}
