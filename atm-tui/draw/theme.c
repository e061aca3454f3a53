/* SPDX-License-Identifier: ISC */
/*
 * The colours of each theme, for terminals of 256 colours and of 8.  Runs
 * in atm-tui; owns the colour pairs of curses.
 */
#include "theme.h"

#include <stdlib.h>

#include "../../shared/terminal/text.h"
#include "../../shared/base/util.h"

/* A role in one theme: colours of 256, colours of 8, attributes. */
struct look {
	short fg, bg;
	short fg8, bg8;
	attr_t attributes;
};

#define BLACK COLOR_BLACK
#define WHITE COLOR_WHITE
#define CYAN COLOR_CYAN
#define GREEN COLOR_GREEN
#define RED COLOR_RED
#define YELLOW COLOR_YELLOW
#define BLUE COLOR_BLUE

static const struct look looks_default[ROLE_COUNT] = {
	[ROLE_BODY] = { 252, 234, WHITE, BLACK, 0 },
	[ROLE_HEADER] = { 255, 234, WHITE, BLACK, A_BOLD },
	[ROLE_RULE] = { 240, 234, WHITE, BLACK, 0 },
	[ROLE_TITLE] = { 255, 234, WHITE, BLACK, A_BOLD },
	[ROLE_DIM] = { 246, 234, WHITE, BLACK, 0 },
	[ROLE_FOCUS] = { 80, 234, CYAN, BLACK, A_BOLD },
	[ROLE_FIELD] = { 255, 236, WHITE, BLACK, 0 },
	[ROLE_MESSAGE] = { 252, 234, WHITE, BLACK, 0 },
	[ROLE_GOOD] = { 114, 234, GREEN, BLACK, A_BOLD },
	[ROLE_BAD] = { 216, 234, YELLOW, BLACK, A_BOLD },
	[ROLE_KEY] = { 80, 234, CYAN, BLACK, 0 },
	[ROLE_CLOCK] = { 80, 234, CYAN, BLACK, 0 },
	[ROLE_AMOUNT] = { 80, 234, CYAN, BLACK, 0 },
	[ROLE_DIALOG] = { 255, 238, BLACK, WHITE, 0 },
	[ROLE_BANNER] = { 234, 80, BLACK, CYAN, 0 },
};

static const struct look looks_light[ROLE_COUNT] = {
	[ROLE_BODY] = { 236, 255, BLACK, WHITE, 0 },
	[ROLE_HEADER] = { 232, 255, BLACK, WHITE, A_BOLD },
	[ROLE_RULE] = { 248, 255, BLACK, WHITE, 0 },
	[ROLE_TITLE] = { 232, 255, BLACK, WHITE, A_BOLD },
	[ROLE_DIM] = { 242, 255, BLACK, WHITE, 0 },
	[ROLE_FOCUS] = { 25, 255, BLUE, WHITE, A_BOLD },
	[ROLE_FIELD] = { 232, 253, BLACK, WHITE, 0 },
	[ROLE_MESSAGE] = { 236, 255, BLACK, WHITE, 0 },
	[ROLE_GOOD] = { 22, 255, BLACK, WHITE, A_BOLD },
	[ROLE_BAD] = { 124, 255, RED, WHITE, A_BOLD },
	[ROLE_KEY] = { 25, 255, BLUE, WHITE, 0 },
	[ROLE_CLOCK] = { 25, 255, BLUE, WHITE, 0 },
	[ROLE_AMOUNT] = { 25, 255, BLUE, WHITE, 0 },
	[ROLE_DIALOG] = { 232, 252, WHITE, BLACK, 0 },
	[ROLE_BANNER] = { 255, 25, WHITE, BLUE, 0 },
};

static const struct look looks_contrast[ROLE_COUNT] = {
	[ROLE_BODY] = { 231, 16, WHITE, BLACK, A_BOLD },
	[ROLE_HEADER] = { 231, 16, WHITE, BLACK, A_BOLD },
	[ROLE_RULE] = { 231, 16, WHITE, BLACK, 0 },
	[ROLE_TITLE] = { 231, 16, WHITE, BLACK, A_BOLD },
	[ROLE_DIM] = { 231, 16, WHITE, BLACK, 0 },
	[ROLE_FOCUS] = { 16, 226, BLACK, YELLOW, A_BOLD },
	[ROLE_FIELD] = { 231, 16, WHITE, BLACK, A_BOLD | A_UNDERLINE },
	[ROLE_MESSAGE] = { 231, 16, WHITE, BLACK, A_BOLD },
	[ROLE_GOOD] = { 231, 16, WHITE, BLACK, A_BOLD },
	[ROLE_BAD] = { 226, 16, YELLOW, BLACK, A_BOLD },
	[ROLE_KEY] = { 226, 16, YELLOW, BLACK, A_BOLD },
	[ROLE_CLOCK] = { 226, 16, YELLOW, BLACK, 0 },
	[ROLE_AMOUNT] = { 231, 16, WHITE, BLACK, 0 },
	[ROLE_DIALOG] = { 16, 231, BLACK, WHITE, 0 },
	[ROLE_BANNER] = { 16, 226, BLACK, YELLOW, A_BOLD },
};

static const struct look looks_mono[ROLE_COUNT] = {
	[ROLE_HEADER] = { .attributes = A_BOLD },
	[ROLE_TITLE] = { .attributes = A_BOLD },
	[ROLE_FOCUS] = { .attributes = A_REVERSE },
	[ROLE_FIELD] = { .attributes = A_UNDERLINE },
	[ROLE_GOOD] = { .attributes = A_BOLD },
	[ROLE_BAD] = { .attributes = A_BOLD | A_UNDERLINE },
	[ROLE_KEY] = { .attributes = A_BOLD },
	[ROLE_DIALOG] = { .attributes = A_REVERSE },
	[ROLE_BANNER] = { .attributes = A_REVERSE },
};

static const struct look *const looks[THEME_COUNT] = {
	[THEME_DEFAULT] = looks_default,
	[THEME_LIGHT] = looks_light,
	[THEME_HIGH_CONTRAST] = looks_contrast,
	[THEME_MONO] = looks_mono,
	[THEME_LARGE] = looks_contrast,
};

/* cyan green yellow magenta blue red white: of 256 on dark, on light; of 8 */
static const short clocks[][3] = {
	{ 80, 30, COLOR_CYAN },
	{ 114, 28, COLOR_GREEN },
	{ 222, 94, COLOR_YELLOW },
	{ 176, 90, COLOR_MAGENTA },
	{ 111, 25, COLOR_BLUE },
	{ 210, 124, COLOR_RED },
	{ 255, 232, COLOR_WHITE },
};

static short
clock_colour(const struct theme *theme)
{
	const short *colours = clocks[theme->clock];

	if (COLORS < 256)
		return colours[2];
	return colours[theme->id == THEME_LIGHT ? 1 : 0];
}

void
theme_set(struct theme *theme, enum theme_id id, int clock)
{
	const char *no_color = getenv("NO_COLOR");
	const struct look *look;
	short fg, bg;

	theme->asked = id;
	theme->large = id == THEME_LARGE;
	if (!has_colors() || (no_color != NULL && *no_color != '\0'))
		id = THEME_MONO;
	theme->id = id;
	theme->clock = clock;
	theme->utf8 = text_is_utf8();
	for (short i = 0; i < ROLE_COUNT; i++) {
		look = &looks[id][i];
		theme->attributes[i] = look->attributes;
		if (id == THEME_MONO)
			continue;
		fg = COLORS < 256 ? look->fg8 : look->fg;
		bg = COLORS < 256 ? look->bg8 : look->bg;
		if (i == ROLE_CLOCK)
			fg = clock_colour(theme);
		init_pair((short)(i + 1), fg, bg);
		theme->attributes[i] |= (attr_t)COLOR_PAIR(i + 1);
	}
}

bool
theme_next_clock(struct theme *theme)
{
	if (theme->id == THEME_MONO)
		return false;
	theme_set(theme, theme->asked, (theme->clock + 1) % (int)NELEM(clocks));
	return true;
}
