/* SPDX-License-Identifier: ISC */
/*
 * A screen as SVG.  Lines, blocks and braille are drawn as shapes, so that they
 * meet whatever font the reader has, and each other character has the place of
 * its cell: no font is wide enough to move what follows it.
 */
#include <string.h>

#include "term_state.h"

#define CELL_W 9
#define CELL_H 20
#define MARGIN 12
#define COLUMNS 200

/* Arms of a line-drawing character: left, right, up, down; 2 is heavy. */
static const struct {
	const char *text;
	int left, right, up, down;
} lines[] = {
	{ "─", 1, 1, 0, 0 },
	{ "│", 0, 0, 1, 1 },
	{ "┌", 0, 1, 0, 1 },
	{ "┐", 1, 0, 0, 1 },
	{ "└", 0, 1, 1, 0 },
	{ "┘", 1, 0, 1, 0 },
	{ "━", 2, 2, 0, 0 },
	{ "┃", 0, 0, 2, 2 },
	{ "┏", 0, 2, 0, 2 },
	{ "┓", 2, 0, 0, 2 },
	{ "┗", 0, 2, 2, 0 },
	{ "┛", 2, 0, 2, 0 },
	{ "├", 0, 1, 1, 1 },
	{ "┤", 1, 0, 1, 1 },
	{ "┬", 1, 1, 0, 1 },
	{ "┴", 1, 1, 1, 0 },
	{ "┼", 1, 1, 1, 1 },
	{ "┣", 0, 2, 2, 2 },
	{ "┫", 2, 0, 2, 2 },
	{ "╌", 1, 1, 0, 0 },
	{ "┄", 1, 1, 0, 0 },
	{ "╴", 1, 0, 0, 0 },
	{ "╶", 0, 1, 0, 0 },
};

/* Blocks: from which eighth of the cell down to which, and across. */
static const struct {
	const char *text;
	int top, bottom, left, right;
} blocks[] = {
	{ "█", 0, 8, 0, 8 },
	{ "▀", 0, 4, 0, 8 },
	{ "▄", 4, 8, 0, 8 },
	{ "▁", 7, 8, 0, 8 },
	{ "▂", 6, 8, 0, 8 },
	{ "▃", 5, 8, 0, 8 },
	{ "▅", 3, 8, 0, 8 },
	{ "▆", 2, 8, 0, 8 },
	{ "▇", 1, 8, 0, 8 },
	{ "▌", 0, 8, 0, 4 },
	{ "▐", 0, 8, 4, 8 },
	{ "▏", 0, 8, 0, 1 },
	{ "▎", 0, 8, 0, 2 },
	{ "▍", 0, 8, 0, 3 },
	{ "▋", 0, 8, 0, 5 },
	{ "▊", 0, 8, 0, 6 },
	{ "▉", 0, 8, 0, 7 },
	{ "▘", 0, 4, 0, 4 },
	{ "▝", 0, 4, 4, 8 },
	{ "▖", 4, 8, 0, 4 },
	{ "▗", 4, 8, 4, 8 },
};

struct cell {
	char text[TERM_CELL_SIZE];
	int width;
	struct term_look look;
	unsigned fg, bg; /* as shown: reversed where it is reverse */
};

static void
read_cell(struct term *term, int row, int column, struct cell *cell)
{
	cell->width = term_cell(term, row, column, cell->text);
	cell->look = term_look(term, row, column);
	cell->fg = cell->look.reverse ? cell->look.bg : cell->look.fg;
	cell->bg = cell->look.reverse ? cell->look.fg : cell->look.bg;
}

static void
put_rect(FILE *out, double x, double y, double w, double h, unsigned colour)
{
	fprintf(out,
	    "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" "
	    "fill=\"#%06x\"/>\n",
	    x, y, w, h, colour);
}

static bool
put_block(FILE *out, const struct cell *cell, double x, double y)
{
	const double eighth = CELL_H / 8.0, across = CELL_W / 8.0;

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (strcmp(blocks[i].text, cell->text) != 0)
			continue;
		put_rect(out, x + across * blocks[i].left,
		    y + eighth * blocks[i].top,
		    across * (blocks[i].right - blocks[i].left),
		    eighth * (blocks[i].bottom - blocks[i].top), cell->fg);
		return true;
	}
	return false;
}

static void
put_arm(FILE *out, const struct cell *cell, double x, double y, double w,
    double h, int weight)
{
	double thick = weight == 2 ? 3 : 1;

	if (weight == 0)
		return;
	if (w > 0)
		put_rect(out, x, y - thick / 2, w, thick, cell->fg);
	else
		put_rect(out, x - thick / 2, y, thick, h, cell->fg);
}

static bool
put_line(FILE *out, const struct cell *cell, double x, double y)
{
	double cx = x + CELL_W / 2.0, cy = y + CELL_H / 2.0;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (strcmp(lines[i].text, cell->text) != 0)
			continue;
		put_arm(out, cell, x, cy, CELL_W / 2.0, 0, lines[i].left);
		put_arm(out, cell, cx, cy, CELL_W / 2.0, 0, lines[i].right);
		put_arm(out, cell, cx, y, 0, CELL_H / 2.0, lines[i].up);
		put_arm(out, cell, cx, cy, 0, CELL_H / 2.0, lines[i].down);
		return true;
	}
	return false;
}

/* The dots of a braille character, of which U+2800 has none; or -1. */
static int
braille_dots(const struct cell *cell)
{
	const unsigned char *text = (const unsigned char *)cell->text;

	if (text[0] != 0xe2 || (text[1] & 0xfc) != 0xa0)
		return -1;
	return (text[1] & 3) << 6 | (text[2] & 0x3f);
}

static bool
put_braille(FILE *out, const struct cell *cell, double x, double y)
{
	static const struct {
		int column, row;
	} places[] = { { 0, 0 }, { 0, 1 }, { 0, 2 }, { 1, 0 }, { 1, 1 },
		{ 1, 2 }, { 0, 3 }, { 1, 3 } };
	const int dots = braille_dots(cell);

	for (int i = 0; dots > 0 && i < 8; i++)
		if ((dots & 1 << i) != 0)
			put_rect(out,
			    x + CELL_W / 4.0 * (1 + 2 * places[i].column) - 1.2,
			    y + CELL_H / 8.0 * (1 + 2 * places[i].row) - 1.2,
			    2.4, 2.4, cell->fg);
	return dots >= 0;
}

static bool
is_drawn(const struct cell *cell)
{
	if (braille_dots(cell) >= 0)
		return true;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (strcmp(blocks[i].text, cell->text) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (strcmp(lines[i].text, cell->text) == 0)
			return true;
	}
	return false;
}

static bool
same_run(const struct cell *a, const struct cell *b)
{
	return a->fg == b->fg && a->look.bold == b->look.bold &&
	    a->look.underline == b->look.underline &&
	    (!is_drawn(b) || strcmp(a->text, b->text) == 0) &&
	    !is_drawn(a) == !is_drawn(b);
}

static void
put_escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '&' || *text == '<' || *text == '>')
			fprintf(out, "&#%d;", *text);
		else
			fputc(*text, out);
	}
}

/* Whether the cell's text is more than one character. */
static bool
is_composed(const struct cell *cell)
{
	int characters = 0;

	for (const char *c = cell->text; *c != '\0'; c++)
		characters += (*c & 0xc0) != 0x80;
	return characters > 1;
}

/* Cells of one look without a blank: one element, and a place for each. */
static void
put_word(FILE *out, const struct cell *cells, int count, double x, double y)
{
	fputs("<text x=\"", out);
	for (int i = 0; i < count; i += cells[i].width)
		fprintf(out, "%s%g", i > 0 ? " " : "", x + i * CELL_W);
	fprintf(out, "\" y=\"%g\" fill=\"#%06x\"%s>", y + 15, cells->fg,
	    cells->look.bold ? " font-weight=\"bold\"" : "");
	for (int i = 0; i < count; i += cells[i].width)
		put_escaped(out, cells[i].text);
	fputs("</text>\n", out);
}

static void
put_text(FILE *out, const struct cell *cells, int count, double x, double y)
{
	int end;

	if (cells->look.underline)
		put_rect(out, x, y + 17, count * CELL_W, 1, cells->fg);
	for (int i = 0; i < count; i = end) {
		end = i + cells[i].width;
		if (strcmp(cells[i].text, " ") == 0)
			continue;
		while (end < count && !is_composed(&cells[i]) &&
		    !is_composed(&cells[end]) &&
		    strcmp(cells[end].text, " ") != 0)
			end += cells[end].width;
		put_word(out, cells + i, end - i, x + i * CELL_W, y);
	}
}

/* A straight line or a full row of blocks is one shape, however long. */
static void
put_shapes(FILE *out, const struct cell *cells, int count, double x, double y)
{
	static const char *const straight[] = { "─", "━" };

	for (int i = 0; i < 2; i++) {
		if (strcmp(cells->text, straight[i]) == 0) {
			put_arm(out, cells, x, y + CELL_H / 2.0, count * CELL_W,
			    0, i + 1);
			return;
		}
	}
	for (int i = 0; i < count; i++, x += CELL_W) {
		if (!put_block(out, &cells[i], x, y) &&
		    !put_braille(out, &cells[i], x, y))
			put_line(out, &cells[i], x, y);
	}
}

/* Neighbours of one colour are one rectangle. */
static void
put_backgrounds(
    FILE *out, const struct cell *cells, int columns, double y, unsigned usual)
{
	int from = 0;

	for (int x = 1; x <= columns; x++) {
		if (x < columns && cells[x].bg == cells[from].bg)
			continue;
		if (cells[from].bg != usual)
			put_rect(out, MARGIN + from * CELL_W, y,
			    (x - from) * CELL_W, CELL_H, cells[from].bg);
		from = x;
	}
}

static bool
is_blank(const struct cell *cells, int count)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(cells[i].text, " ") != 0 || cells[i].look.underline)
			return false;
	}
	return true;
}

static void
put_row(struct term *term, FILE *out, int row, unsigned usual)
{
	struct cell cells[COLUMNS];
	int columns = term->columns < COLUMNS ? term->columns : COLUMNS, end;
	double x, y = MARGIN + row * CELL_H;

	for (int i = 0; i < columns; i++)
		read_cell(term, row, i, &cells[i]);
	put_backgrounds(out, cells, columns, y, usual);
	for (int i = 0; i < columns; i = end) {
		for (end = i + 1;
		     end < columns && same_run(&cells[i], &cells[end]); end++)
			continue;
		x = MARGIN + i * CELL_W;
		if (is_drawn(&cells[i]))
			put_shapes(out, &cells[i], end - i, x, y);
		else if (!is_blank(&cells[i], end - i))
			put_text(out, &cells[i], end - i, x, y);
	}
}

void
term_svg(struct term *term, FILE *out, const char *title)
{
	int width = term->columns * CELL_W + 2 * MARGIN;
	int height = term->rows * CELL_H + 2 * MARGIN;
	struct cell corner; /* not the upper one: a notice has its own colour */

	read_cell(term, term->rows - 1, 0, &corner);
	fprintf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"%d\" viewBox=\"0 0 %d %d\" "
	    "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" "
	    "font-size=\"15\">\n<title>%s</title>\n"
	    "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#%06x\"/>\n",
	    width, height, width, height, title, width, height, corner.bg);
	for (int row = 0; row < term->rows; row++)
		put_row(term, out, row, corner.bg);
	fputs("</svg>\n", out);
}
