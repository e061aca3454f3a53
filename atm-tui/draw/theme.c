/* SPDX-License-Identifier: ISC */
/*
 * The colours of each theme, for terminals of 256 colours and of 8.  Runs
 * in atm-tui; owns the colour pairs of curses.
 */
#include "theme.h"

#include <stdlib.h>
#include <string.h>

#include "../../shared/terminal/text.h"

/* How a role looks in one theme, of 256 colours and of 8. */
struct look {
	struct theme_look many, few;
};

#define BLACK COLOR_BLACK
#define WHITE COLOR_WHITE
#define CYAN COLOR_CYAN
#define GREEN COLOR_GREEN
#define BLUE COLOR_BLUE

/*
 * With 8 colours bold may mean bright: black that is bold turns grey, and red
 * or yellow differ too much from one terminal to another to be read on any.
 */
static const struct look looks_default[ROLE_COUNT] = {
	[ROLE_BODY] = { { 252, 234, 0 }, { WHITE, BLACK, 0 } },
	[ROLE_HEADER] = { { 255, 234, A_BOLD }, { WHITE, BLACK, A_BOLD } },
	[ROLE_RULE] = { { 245, 234, 0 }, { WHITE, BLACK, 0 } },
	[ROLE_TITLE] = { { 255, 234, A_BOLD }, { WHITE, BLACK, A_BOLD } },
	[ROLE_DIM] = { { 248, 234, 0 }, { WHITE, BLACK, 0 } },
	[ROLE_FOCUS] = { { 80, 234, A_BOLD }, { CYAN, BLACK, A_BOLD } },
	[ROLE_FIELD] = { { 255, 236, 0 }, { WHITE, BLACK, A_UNDERLINE } },
	[ROLE_MESSAGE] = { { 252, 234, 0 }, { WHITE, BLACK, 0 } },
	[ROLE_GOOD] = { { 114, 234, A_BOLD }, { GREEN, BLACK, A_BOLD } },
	[ROLE_BAD] = { { 216, 234, A_BOLD }, { BLACK, WHITE, 0 } },
	[ROLE_KEY] = { { 80, 234, 0 }, { CYAN, BLACK, 0 } },
	[ROLE_CLOCK] = { { 80, 234, 0 }, { CYAN, BLACK, 0 } },
	[ROLE_AMOUNT] = { { 80, 234, 0 }, { CYAN, BLACK, 0 } },
	[ROLE_DIALOG] = { { 255, 238, 0 }, { BLACK, WHITE, 0 } },
	[ROLE_BANNER] = { { 234, 80, 0 }, { BLACK, CYAN, 0 } },
	[ROLE_KEYCAP] = { { 255, 239, A_BOLD }, { BLACK, WHITE, 0 } },
};

static const struct look looks_light[ROLE_COUNT] = {
	[ROLE_BODY] = { { 236, 255, 0 }, { BLACK, WHITE, 0 } },
	[ROLE_HEADER] = { { 232, 255, A_BOLD }, { BLACK, WHITE, 0 } },
	[ROLE_RULE] = { { 241, 255, 0 }, { BLACK, WHITE, 0 } },
	[ROLE_TITLE] = { { 232, 255, A_BOLD }, { BLACK, WHITE, 0 } },
	[ROLE_DIM] = { { 240, 255, 0 }, { BLACK, WHITE, 0 } },
	[ROLE_FOCUS] = { { 25, 255, A_BOLD }, { BLUE, WHITE, 0 } },
	[ROLE_FIELD] = { { 232, 253, 0 }, { BLACK, WHITE, A_UNDERLINE } },
	[ROLE_MESSAGE] = { { 236, 255, 0 }, { BLACK, WHITE, 0 } },
	[ROLE_GOOD] = { { 22, 255, A_BOLD }, { BLACK, WHITE, 0 } },
	[ROLE_BAD] = { { 124, 255, A_BOLD }, { WHITE, BLACK, A_BOLD } },
	[ROLE_KEY] = { { 25, 255, 0 }, { BLUE, WHITE, 0 } },
	[ROLE_CLOCK] = { { 25, 255, 0 }, { BLACK, WHITE, 0 } },
	[ROLE_AMOUNT] = { { 25, 255, 0 }, { BLUE, WHITE, 0 } },
	[ROLE_DIALOG] = { { 232, 252, 0 }, { WHITE, BLACK, 0 } },
	[ROLE_BANNER] = { { 255, 25, 0 }, { WHITE, BLUE, 0 } },
	[ROLE_KEYCAP] = { { 232, 250, A_BOLD }, { WHITE, BLACK, 0 } },
};

static const struct look looks_contrast[ROLE_COUNT] = {
	[ROLE_BODY] = { { 231, 16, A_BOLD }, { WHITE, BLACK, A_BOLD } },
	[ROLE_HEADER] = { { 231, 16, A_BOLD }, { WHITE, BLACK, A_BOLD } },
	[ROLE_RULE] = { { 231, 16, 0 }, { WHITE, BLACK, 0 } },
	[ROLE_TITLE] = { { 231, 16, A_BOLD }, { WHITE, BLACK, A_BOLD } },
	[ROLE_DIM] = { { 231, 16, 0 }, { WHITE, BLACK, 0 } },
	[ROLE_FOCUS] = { { 16, 226, A_BOLD }, { BLACK, WHITE, 0 } },
	[ROLE_FIELD] = { { 231, 16, A_BOLD | A_UNDERLINE },
	    { WHITE, BLACK, A_BOLD | A_UNDERLINE } },
	[ROLE_MESSAGE] = { { 231, 16, A_BOLD }, { WHITE, BLACK, A_BOLD } },
	[ROLE_GOOD] = { { 231, 16, A_BOLD }, { WHITE, BLACK, A_BOLD } },
	[ROLE_BAD] = { { 226, 16, A_BOLD }, { BLACK, WHITE, 0 } },
	[ROLE_KEY] = { { 226, 16, A_BOLD }, { WHITE, BLACK, A_BOLD } },
	[ROLE_CLOCK] = { { 226, 16, 0 }, { WHITE, BLACK, 0 } },
	[ROLE_AMOUNT] = { { 231, 16, 0 }, { WHITE, BLACK, 0 } },
	[ROLE_DIALOG] = { { 16, 231, 0 }, { BLACK, WHITE, 0 } },
	[ROLE_BANNER] = { { 16, 226, A_BOLD }, { BLACK, WHITE, 0 } },
	[ROLE_KEYCAP] = { { 16, 231, A_BOLD }, { BLACK, WHITE, 0 } },
};

#define PLAIN(attributes)                  \
	{                                  \
		{ -1, -1, attributes },    \
		{                          \
			-1, -1, attributes \
		}                          \
	}
static const struct look looks_mono[ROLE_COUNT] = {
	[ROLE_BODY] = PLAIN(0),
	[ROLE_HEADER] = PLAIN(A_BOLD),
	[ROLE_RULE] = PLAIN(0),
	[ROLE_TITLE] = PLAIN(A_BOLD),
	[ROLE_DIM] = PLAIN(0),
	[ROLE_FOCUS] = PLAIN(A_REVERSE),
	[ROLE_FIELD] = PLAIN(A_UNDERLINE),
	[ROLE_MESSAGE] = PLAIN(0),
	[ROLE_GOOD] = PLAIN(A_BOLD),
	[ROLE_BAD] = PLAIN(A_BOLD | A_UNDERLINE),
	[ROLE_KEY] = PLAIN(A_BOLD),
	[ROLE_CLOCK] = PLAIN(0),
	[ROLE_AMOUNT] = PLAIN(0),
	[ROLE_DIALOG] = PLAIN(A_REVERSE),
	[ROLE_BANNER] = PLAIN(A_REVERSE),
	[ROLE_KEYCAP] = PLAIN(A_REVERSE),
};

static const struct look *const looks[THEME_COUNT] = {
	[THEME_DEFAULT] = looks_default,
	[THEME_LIGHT] = looks_light,
	[THEME_HIGH_CONTRAST] = looks_contrast,
	[THEME_MONO] = looks_mono,
	[THEME_LARGE] = looks_contrast,
};

/*
 * cyan green yellow magenta blue red white: of 256 on dark, on light; of 8 on
 * dark, where the nearest that can be read on every terminal stands for it.
 */
static const short clocks[THEME_CLOCKS][3] = {
	{ 80, 23, CYAN },
	{ 114, 22, GREEN },
	{ 222, 94, WHITE },
	{ 176, 90, WHITE },
	{ 111, 25, CYAN },
	{ 210, 124, WHITE },
	{ 255, 232, WHITE },
};

static short
clock_colour(enum theme_id id, int clock, bool many, short otherwise)
{
	if (many)
		return clocks[clock][id == THEME_LIGHT ? 1 : 0];
	return id == THEME_DEFAULT ? clocks[clock][2] : otherwise;
}

struct theme_look
theme_look(enum theme_id id, enum role role, int clock, int colours)
{
	bool many = colours >= 256;
	struct theme_look look =
	    many ? looks[id][role].many : looks[id][role].few;

	if (role == ROLE_CLOCK && id != THEME_MONO)
		look.foreground =
		    clock_colour(id, clock, many, look.foreground);
	return look;
}

void
theme_set(struct theme *theme, enum theme_id id, int clock)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	struct theme_look look;

	theme->asked = id;
	theme->large = id == THEME_LARGE;
	if (!has_colors() || (no_color != NULL && *no_color != '\0'))
		id = THEME_MONO;
	theme->id = id;
	theme->clock = clock;
	theme->utf8 = text_is_utf8();
	theme->braille =
	    theme->utf8 && (term == NULL || strncmp(term, "linux", 5) != 0);
	for (short i = 0; i < ROLE_COUNT; i++) {
		look = theme_look(id, (enum role)i, clock, COLORS);
		theme->attributes[i] = look.attributes;
		if (id == THEME_MONO)
			continue;
		init_pair((short)(i + 1), look.foreground, look.background);
		theme->attributes[i] |= (attr_t)COLOR_PAIR(i + 1);
	}
}

bool
theme_next_clock(struct theme *theme)
{
	if (theme->id == THEME_MONO)
		return false;
	theme_set(theme, theme->asked, (theme->clock + 1) % THEME_CLOCKS);
	return true;
}
