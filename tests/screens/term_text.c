/* SPDX-License-Identifier: ISC */
/*
 * What is on the terminal of the tests: rows, looks, dumps.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "term_state.h"

static size_t
encode(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

int
term_cell(struct term *term, int row, int column, char text[TERM_CELL_SIZE])
{
	VTermScreenCell cell;
	size_t used = 0;

	memset(&cell, 0, sizeof(cell));
	vterm_screen_get_cell(term->screen, (VTermPos) { row, column }, &cell);
	for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0;
	     i++) {
		if (cell.chars[i] != UINT32_MAX)
			used += encode(text + used, cell.chars[i]);
	}
	if (used == 0)
		text[used++] = ' ';
	text[used] = '\0';
	return cell.width > 0 ? cell.width : 1;
}

const char *
term_row(struct term *term, int row)
{
	char cell[TERM_CELL_SIZE];
	size_t used = 0, length;

	for (int column = 0; column < term->columns;) {
		column += term_cell(term, row, column, cell);
		length = strlen(cell);
		if (used + length >= sizeof(term->row))
			break;
		memcpy(term->row + used, cell, length);
		used += length;
	}
	while (used > 0 && term->row[used - 1] == ' ')
		used--;
	term->row[used] = '\0';
	return term->row;
}

/* Of 256 colours the cube and the greys are xterm's, as terminals have them. */
static unsigned
of_256(unsigned index)
{
	static const unsigned steps[] = { 0, 0x5f, 0x87, 0xaf, 0xd7, 0xff };

	if (index >= 232)
		return 0x010101 * (8 + 10 * (index - 232));
	index -= 16;
	return steps[index / 36] << 16 | steps[index / 6 % 6] << 8 |
	    steps[index % 6];
}

static unsigned
rgb(struct term *term, VTermColor colour)
{
	if (VTERM_COLOR_IS_INDEXED(&colour) && colour.indexed.idx >= 16)
		return of_256(colour.indexed.idx);
	vterm_screen_convert_color_to_rgb(term->screen, &colour);
	return (unsigned)(colour.rgb.red << 16 | colour.rgb.green << 8 |
	    colour.rgb.blue);
}

struct term_look
term_look(struct term *term, int row, int column)
{
	VTermScreenCell cell;

	memset(&cell, 0, sizeof(cell));
	vterm_screen_get_cell(term->screen, (VTermPos) { row, column }, &cell);
	return (struct term_look) { cell.attrs.bold, cell.attrs.reverse,
		cell.attrs.underline != 0, rgb(term, cell.fg),
		rgb(term, cell.bg) };
}

bool
term_find(struct term *term, const char *text, int *row, int *column)
{
	const char *line, *found;

	for (int y = 0; y < term->rows; y++) {
		line = term_row(term, y);
		found = strstr(line, text);
		if (found == NULL)
			continue;
		*row = y;
		*column = 0;
		for (; line < found; line++)
			*column += (*line & 0xc0) != 0x80;
		return true;
	}
	return false;
}

void
term_cursor(const struct term *term, int *row, int *column)
{
	*row = term->cursor.row;
	*column = term->cursor.col;
}

bool
term_alternate(const struct term *term)
{
	return term->alternate;
}

bool
term_mouse(const struct term *term)
{
	return term->mouse;
}

size_t
term_bytes(const struct term *term)
{
	return term->bytes;
}

static bool
same_look(const struct term_look *a, const struct term_look *b)
{
	return a->bold == b->bold && a->reverse == b->reverse &&
	    a->underline == b->underline && a->fg == b->fg && a->bg == b->bg;
}

/* A letter for each look, in the order in which they are met. */
static void
dump_looks(struct term *term, FILE *out)
{
	struct term_look seen[26], look;
	int count = 0, i;

	for (int y = 0; y < term->rows; y++) {
		for (int x = 0; x < term->columns; x++) {
			look = term_look(term, y, x);
			for (i = 0; i < count; i++) {
				if (same_look(&seen[i], &look))
					break;
			}
			if (i == count && count < 26)
				seen[count++] = look;
			fputc('a' + i, out);
		}
		fputc('\n', out);
	}
	for (i = 0; i < count; i++)
		fprintf(out, "%c: #%06x on #%06x%s%s%s\n", 'a' + i, seen[i].fg,
		    seen[i].bg, seen[i].bold ? " bold" : "",
		    seen[i].reverse ? " reverse" : "",
		    seen[i].underline ? " underline" : "");
}

char *
term_dump(struct term *term, bool looks)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		abort();
	for (int y = 0; y < term->rows; y++)
		fprintf(out, "%s\n", term_row(term, y));
	if (looks)
		dump_looks(term, out);
	fclose(out);
	return text;
}
