/* SPDX-License-Identifier: ISC */
/*
 * Drawing by roles.  Runs in atm-tui; knows windows, not what is on them.
 */
#include "draw.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/terminal/text.h"
#include "../../shared/base/util.h"
#include "../base/intl.h"
#include "bidi.h"
#include "speech.h"

#define TEXT 512 /* bytes or characters of the longest text */

enum { LEFT_TOP, RIGHT_TOP, LEFT_LOW, RIGHT_LOW, ACROSS, DOWN };

static const wchar_t *const line_sets[] = {
	L"┌┐└┘─│", /* light, heavy, and the same in ASCII */
	L"┏┓┗┛━┃",
	L"++++-|",
	L"####=#",
};

static const char *const symbols[SYMBOL_COUNT][2] = {
	[SYMBOL_GOOD] = { "+", "✓" },
	[SYMBOL_BAD] = { "!", "✗" },
	[SYMBOL_DOT] = { "*", "●" },
	[SYMBOL_LINK] = { "~", "⌁" },
	[SYMBOL_MASK] = { "*", "•" },
	[SYMBOL_LINES] = { N_("arrows/8/2"), "↑↓/8/2" },
	[SYMBOL_FIELDS] = { N_("arrows/Tab"), "↑↓/Tab" },
	[SYMBOL_EDIT] = { N_("arrows/Home/End/Del"), N_("←→/Home/End/Del") },
	[SYMBOL_ARROWS] = { "arrows/Tab", "↑↓←→/Tab" },
	[SYMBOL_ERASE] = { "<-", "⌫" },
};

bool
draw_rect_holds(const struct rect *rect, int y, int x)
{
	return y >= rect->y && y < rect->y + rect->h && x >= rect->x &&
	    x < rect->x + rect->w;
}

/* Where so many columns from x on are seen. */
static int
seen_at(const struct canvas *canvas, int x, int columns)
{
	if (canvas->upright || !bidi_is_mirrored())
		return x;
	return getmaxx(canvas->window) - x - columns;
}

int
draw_upright(struct canvas *canvas, int x, int columns)
{
	x = seen_at(canvas, x, columns);
	canvas->upright = true;
	return x;
}

static void
put_wide(const struct canvas *canvas, int y, int x, enum role role,
    const wchar_t *wide)
{
	x = seen_at(canvas, x, wcswidth(wide, wcslen(wide)));
	wattrset(canvas->window, (int)canvas->theme->attributes[role]);
	mvwaddwstr(canvas->window, y, x, wide);
	wattrset(canvas->window, (int)canvas->theme->attributes[ROLE_BODY]);
}

/* Bytes of so much of `text` as fits into `columns`, by characters. */
static size_t
fitting_length(const char *text, int columns)
{
	char character[MB_LEN_MAX + 1];
	size_t end = 0, next;

	for (; text[end] != '\0'; end = next) {
		for (next = end + 1; (text[next] & 0xc0) == 0x80;)
			next++;
		snprintf(character, sizeof(character), "%.*s",
		    (int)(next - end), text + end);
		columns -= text_width(character);
		if (columns < 0 || next >= TEXT)
			break;
	}
	return end;
}

/*
 * The same, broken after a word; within one that no line has room for, which
 * then begins on this line.
 */
static size_t
line_length(const char *text, int columns)
{
	size_t fits = fitting_length(text, columns), end = fits, word;

	if (text[fits] == '\0' || text[fits] == ' ')
		return fits;
	while (end > 0 && text[end - 1] != ' ')
		end--;
	word = strcspn(text + end, " ");
	if (end == 0 || fitting_length(text + end, columns) < word)
		return fits;
	while (end > 0 && text[end - 1] == ' ')
		end--;
	return end;
}

/*
 * What is too long ends with a sign of it, after a word unless that wastes a
 * fifth of the room.
 */
static const char *
shorten(const char *text, int columns, char to[TEXT])
{
	const char *sign = text_is_utf8() ? "…" : "...";
	int room = columns - text_width(sign);
	size_t length;

	if (room <= 0 || text_width(text) <= columns)
		return text;
	length = line_length(text, room);
	snprintf(to, TEXT, "%.*s", (int)length, text);
	if (5 * text_width(to) < 4 * room)
		length = fitting_length(text, room);
	while (length > 0 && strchr(" ,:", text[length - 1]) != NULL)
		length--;
	snprintf(to, TEXT, "%.*s%s", (int)length, text, sign);
	return to;
}

int
draw_text(const struct canvas *canvas, int y, int x, int columns,
    enum role role, const char *text)
{
	wchar_t wide[TEXT];
	char shortened[TEXT];
	int room = getmaxx(canvas->window) - x;

	if (y < 0 || y >= getmaxy(canvas->window) || x < 0 || room <= 0)
		return 0;
	if (columns > room)
		columns = room;
	text_widen(
	    shorten(text, columns, shortened), wide, NELEM(wide), columns);
	if (bidi_is_mirrored())
		bidi_arrange(wide);
	put_wide(canvas, y, x, role, wide);
	speech_hear_role(canvas->speech, role, text);
	return wcswidth(wide, NELEM(wide));
}

void
draw_middle(const struct canvas *canvas, int y, int x, int columns,
    enum role role, const char *text)
{
	int width = text_width(text);

	if (width < columns)
		x += (columns - width) / 2;
	draw_text(canvas, y, x, columns, role, text);
}

int
draw_lines(const struct canvas *canvas, const struct rect *rect, enum role role,
    const char *text)
{
	struct canvas quiet = *canvas;
	char line[TEXT];
	size_t length;
	int row = 0;

	/* Aloud it is one text. */
	speech_hear_role(canvas->speech, role, text);
	quiet.speech = NULL;
	while (*text != '\0' && row < rect->h) {
		length = line_length(text, rect->w);
		/* The last row has what is left, or begins it. */
		if (row == rect->h - 1)
			length = strlen(text);
		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		draw_text(
		    &quiet, rect->y + row++, rect->x, rect->w, role, line);
		text += length;
		text += strspn(text, " ");
	}
	return row;
}

/* A line of the first, the middle and the last of three characters. */
static void
put_line(const struct canvas *canvas, int y, int x, int width, enum role role,
    const wchar_t three[])
{
	wchar_t wide[512];
	int n = 0;

	if (width < 2 || width >= (int)NELEM(wide))
		return;
	wide[n++] = three[0];
	while (n < width - 1)
		wide[n++] = three[1];
	wide[n++] = three[2];
	wide[n] = L'\0';
	put_wide(canvas, y, x, role, wide);
}

void
draw_box(const struct canvas *canvas, const struct rect *rect, enum role role,
    bool heavy)
{
	const wchar_t *s = line_sets[(canvas->theme->utf8 ? 0 : 2) + heavy];
	wchar_t side[] = { s[DOWN], L'\0' };
	const wchar_t top[] = { s[LEFT_TOP], s[ACROSS], s[RIGHT_TOP] };
	const wchar_t low[] = { s[LEFT_LOW], s[ACROSS], s[RIGHT_LOW] };
	int bottom = rect->y + rect->h - 1, right = rect->x + rect->w - 1;

	put_line(canvas, rect->y, rect->x, rect->w, role, top);
	for (int y = rect->y + 1; y < bottom; y++) {
		put_wide(canvas, y, rect->x, role, side);
		put_wide(canvas, y, right, role, side);
	}
	put_line(canvas, bottom, rect->x, rect->w, role, low);
}

void
draw_titled_box(const struct canvas *canvas, const struct rect *rect,
    enum role role, bool heavy, const char *title)
{
	int width;

	draw_box(canvas, rect, role, heavy);
	draw_text(canvas, rect->y, rect->x + 2, 1, role, " ");
	width = draw_text(canvas, rect->y, rect->x + 3, rect->w - 6,
	    heavy ? role : ROLE_BODY, title);
	draw_text(canvas, rect->y, rect->x + 3 + width, 1, role, " ");
}

void
draw_rule(const struct canvas *canvas, int y)
{
	wchar_t across = line_sets[canvas->theme->utf8 ? 0 : 2][ACROSS];
	const wchar_t three[] = { across, across, across };

	put_line(canvas, y, 0, getmaxx(canvas->window), ROLE_RULE, three);
}

void
draw_blank(const struct canvas *canvas, const struct rect *rect, enum role role)
{
	for (int y = rect->y; y < rect->y + rect->h; y++)
		put_line(canvas, y, rect->x, rect->w, role, L"   ");
}

const char *
draw_symbol(const struct theme *theme, enum symbol symbol)
{
	return symbols[symbol][theme->utf8];
}

const char *
draw_spinner(const struct theme *theme, unsigned step)
{
	static const char *const round[] = { "⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦",
		"⠧", "⠇", "⠏" };
	static const char *const ascii[] = { "|", "/", "-", "\\" };

	return theme->utf8 ? round[step % NELEM(round)]
			   : ascii[step % NELEM(ascii)];
}
