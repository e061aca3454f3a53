/* SPDX-License-Identifier: ISC */
/*
 * A screen as SVG.  Lines and blocks are drawn as shapes, so that they meet
 * whatever font the reader has.
 */
#include <string.h>

#include "term_private.h"

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
};

/* Blocks: from which eighth of the cell down to which. */
static const struct {
	const char *text;
	int top, bottom;
} blocks[] = {
	{ "█", 0, 8 },
	{ "▀", 0, 4 },
	{ "▄", 4, 8 },
	{ "▁", 7, 8 },
	{ "▂", 6, 8 },
	{ "▃", 5, 8 },
	{ "▅", 3, 8 },
	{ "▆", 2, 8 },
	{ "▇", 1, 8 },
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
	double eighth = CELL_H / 8.0;

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (strcmp(blocks[i].text, cell->text) != 0)
			continue;
		put_rect(out, x, y + eighth * blocks[i].top, CELL_W,
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

static bool
is_drawn(const struct cell *cell)
{
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

/* Cells of one look: one element, as wide as they are. */
static void
put_text(FILE *out, const struct cell *cells, int count, double x, double y)
{
	fprintf(out,
	    "<text x=\"%g\" y=\"%g\" textLength=\"%d\" fill=\"#%06x\"%s%s>", x,
	    y + 15, count * CELL_W, cells->fg,
	    cells->look.bold ? " font-weight=\"bold\"" : "",
	    cells->look.underline ? " text-decoration=\"underline\"" : "");
	for (int i = 0; i < count; i += cells[i].width)
		put_escaped(out, cells[i].text);
	fputs("</text>\n", out);
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
		if (!put_block(out, &cells[i], x, y))
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
	struct cell corner;

	read_cell(term, 0, 0, &corner);
	fprintf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"%d\" viewBox=\"0 0 %d %d\" xml:space=\"preserve\" "
	    "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" "
	    "font-size=\"15\">\n<title>%s</title>\n"
	    "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#%06x\"/>\n",
	    width, height, width, height, title, width, height, corner.bg);
	for (int row = 0; row < term->rows; row++)
		put_row(term, out, row, corner.bg);
	fputs("</svg>\n", out);
}
