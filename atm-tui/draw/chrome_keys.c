/* SPDX-License-Identifier: ISC */
/*
 * The key line and the help.  Runs in atm-tui; knows what a screen said of
 * its keys while it was drawn, and those that each screen has.
 */
#include "chrome_keys.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "../base/intl.h"
#include "bidi.h"
#include "chrome.h"

#define HINT_GAP 3    /* columns between two on the key line */
#define HELP_OTHERS 6 /* rows above and below the keys */
#define HELP_FRAME 2
#define HELP_SIZE 128
#define HELP_GAP 3 /* columns between a key and what it does */

struct canvas
chrome_on(const struct chrome *chrome, WINDOW *window)
{
	return (struct canvas) { .window = window, .theme = &chrome->theme };
}

static void
add(struct chrome *chrome, const struct hint *hint)
{
	struct hint *to = &chrome->hints[chrome->hint_count];

	if (chrome->hint_count == CHROME_HINTS)
		return;
	chrome->hint_count++;
	*to = *hint;
	/* `Enter` is Intro on a Spanish keyboard; `F1` is F1 on all. */
	string_copy(to->name, _(hint->key), sizeof(to->name));
	if (*hint->key != 'F')
		text_digits(to->name, sizeof(to->name));
}

void
chrome_hint(struct chrome *chrome, const char *key, const char *text, int code)
{
	add(chrome, &(struct hint) { key, text, NULL, code, false, "" });
}

void
chrome_hint_scrolling(
    struct chrome *chrome, bool newer, bool older, bool touched)
{
	if (newer)
		chrome_hint(chrome, N_("PgUp/9"), _("newer"),
		    touched ? 0 : TERM_PAGE_UP);
	if (older)
		chrome_hint(chrome, N_("PgDn/3"), _("older"),
		    touched ? 0 : TERM_PAGE_DOWN);
	chrome_hint(chrome, draw_symbol(&chrome->theme, SYMBOL_LINES),
	    _("one line"), 0);
	chrome_hint(chrome, N_("Home/7"), _("newest"), 0);
	chrome_hint(chrome, N_("End/1"), _("oldest"), 0);
}

/* A letter where nothing is typed that may have it, else a function key. */
static const struct {
	const char *letter, *function, *text;
	int code, small, function_code;
	enum chrome_typing most; /* up to where it is a key, and no text */
	bool aloud;              /* only where there is a voice */
} commons[] = {
	{ "?", "F1", N_("help"), '?', '?', TERM_F1, CHROME_TYPING_ID, false },
	{ "L", "F2", N_("language"), 'L', 'l', TERM_F2, CHROME_TYPING_AMOUNT,
	    false },
	{ "t", "F3", N_("colours"), 't', 'T', TERM_F3, CHROME_TYPING_AMOUNT,
	    false },
	{ "*", "F4", N_("say again"), '*', '*', TERM_F4, CHROME_TYPING_ID,
	    true },
};

static bool
is_here(const struct chrome *chrome, size_t common)
{
	return !commons[common].aloud || chrome->speech != NULL;
}

void
chrome_hint_common(struct chrome *chrome)
{
	for (size_t i = 0; i < NELEM(commons); i++) {
		bool letter = chrome->typing <= commons[i].most;

		if (!is_here(chrome, i))
			continue;
		add(chrome,
		    &(struct hint) {
			letter ? commons[i].letter : commons[i].function,
			_(commons[i].text), letter ? commons[i].function : NULL,
			commons[i].function_code, i > 0, "" });
	}
}

int
chrome_common_key(const struct chrome *chrome, int key)
{
	for (size_t i = 0; i < NELEM(commons); i++) {
		if (is_here(chrome, i) &&
		    (key == commons[i].function_code ||
			((key == commons[i].code || key == commons[i].small) &&
			    chrome->typing <= commons[i].most)))
			return CHROME_HELP + (int)i;
	}
	return 0;
}

/* Columns of what can be touched, from hint `i` on, with or without words. */
static int
touchable_width(const struct chrome *chrome, size_t i, bool words)
{
	const struct hint *hint;
	int columns = 0;

	for (; i < chrome->hint_count; i++) {
		hint = &chrome->hints[i];
		if (hint->code != 0 && !hint->spare)
			columns += HINT_GAP + text_width(hint->name) +
			    (words ? 1 + text_width(hint->text) : 0);
	}
	return columns;
}

/*
 * At the right.  A link that is well needs no words where the keys need the
 * room for theirs.
 */
static int
draw_link(struct chrome *chrome, const struct chrome_status *status, int y)
{
	struct canvas canvas = chrome_on(chrome, stdscr);
	char text[96];
	int x, keys = touchable_width(chrome, 0, true);

	snprintf(text, sizeof(text), "%s %s",
	    draw_symbol(&chrome->theme, SYMBOL_LINK), status->link);
	x = COLS - text_width(text) - 1;
	if (status->linked && (COLS < 76 || keys > x)) {
		snprintf(text, sizeof(text), "%s ",
		    draw_symbol(&chrome->theme, SYMBOL_LINK));
		x = COLS - text_width(text) - 1;
	}
	draw_text(&canvas, y, x, COLS - x, status->linked ? ROLE_DIM : ROLE_BAD,
	    text);
	return x;
}

/* Keys that do the same have a stroke between them that is no key. */
static void
draw_key(const struct canvas *canvas, int y, int x, const char *name)
{
	char before[HELP_SIZE];
	const char *stroke = name;
	int width = text_width(name), at;

	draw_text(canvas, y, x, width, ROLE_KEY, name);
	while ((stroke = strchr(stroke, '/')) != NULL) {
		snprintf(
		    before, sizeof(before), "%.*s", (int)(stroke - name), name);
		at = text_width(before);
		if (bidi_is_mirrored()) /* the name is not turned over */
			at = width - 1 - at;
		draw_text(canvas, y, x + at, 1, ROLE_DIM, "/");
		stroke++;
	}
}

/*
 * The keys that can be touched all have a place.  Where room is short, what
 * only explains gives way first, then words from the right.
 */
void
chrome_draw_keys(struct chrome *chrome, const struct chrome_status *status)
{
	struct canvas canvas = chrome_on(chrome, stdscr);
	int y = LINES - 1, x = 1, key, words, room,
	    end = draw_link(chrome, status, y);

	memset(chrome->hint_places, 0, sizeof(chrome->hint_places));
	for (size_t i = 0; i < chrome->hint_count; i++) {
		const struct hint *hint = &chrome->hints[i];

		key = text_width(hint->name);
		words = 1 + text_width(hint->text);
		room =
		    end - x - touchable_width(chrome, i + 1, hint->code == 0);
		if (key + words >= room)
			words = 0;
		if (words == 0 && hint->spare)
			break;
		if ((words == 0 && hint->code == 0) || key >= room)
			continue;
		chrome->hint_places[i] = (struct rect) { y, x, 1, key + words };
		draw_key(&canvas, y, x, hint->name);
		draw_text(&canvas, y, x + key + 1, words - 1, ROLE_DIM,
		    words == 0 ? "" : hint->text);
		x += key + words + HINT_GAP;
	}
}

int
chrome_touched(const struct chrome *chrome, int y, int x)
{
	for (size_t i = 0; i < chrome->hint_count; i++) {
		if (draw_rect_holds(&chrome->hint_places[i], y, x))
			return chrome->hints[i].code;
	}
	return 0;
}

/* `?/F1`: all that do the same. */
static const char *
whole_name(const struct hint *hint, char to[HELP_SIZE])
{
	if (hint->also == NULL)
		return hint->name;
	snprintf(to, HELP_SIZE, "%s/%s", hint->name, hint->also);
	return to;
}

/* The keypad has no room for words on the key line. */
static const char *
words_of(const struct hint *hint)
{
	return *hint->text == '\0' ? _("on the screen") : hint->text;
}

/* Columns of the widest key, and of what any of them does. */
static void
help_columns(const struct chrome *chrome, int *keys, int *words)
{
	char name[HELP_SIZE];
	int width;

	*keys = *words = 0;
	for (size_t i = 0; i < chrome->hint_count; i++) {
		width = text_width(whole_name(&chrome->hints[i], name));
		if (width > *keys)
			*keys = width;
		width = text_width(words_of(&chrome->hints[i]));
		if (width > *words)
			*words = width;
	}
}

/* A line for each key, from lines[n] on; returns the next free one. */
static size_t
key_lines(const struct chrome *chrome, const char *lines[], size_t n)
{
	static char texts[CHROME_HINTS][HELP_SIZE];
	char key[HELP_SIZE], name[HELP_SIZE], line[2 * HELP_SIZE];
	int keys, words;

	help_columns(chrome, &keys, &words);
	for (size_t i = 0; i < chrome->hint_count; i++, n++) {
		snprintf(line, sizeof(line), "%s%*s%s",
		    text_fit(key, sizeof(key),
			whole_name(&chrome->hints[i], name), keys),
		    HELP_GAP, "", words_of(&chrome->hints[i]));
		lines[n] = text_fit(
		    texts[i], sizeof(texts[i]), line, keys + HELP_GAP + words);
	}
	return n;
}

/*
 * Where room is short, free rows give way, then what is told of touching: the
 * keys, a title and the way out always have room.
 */
void
chrome_help(struct chrome *chrome)
{
	const char *lines[CHROME_HINTS + HELP_OTHERS];
	int spare = LINES - HELP_FRAME - (int)chrome->hint_count - HELP_OTHERS;
	size_t n = 0;

	static_assert(CHROME_HINTS + 2 + HELP_FRAME <= CHROME_ROWS,
	    "all keys of a screen fit into its help");
	lines[n++] = _("Keys on this screen");
	if (spare >= 0)
		lines[n++] = "";
	chrome->help_row = (int)n;
	n = key_lines(chrome, lines, n);
	if (spare >= 0)
		lines[n++] = "";
	if (spare >= -2) {
		lines[n++] = _("You can also touch the keys");
		lines[n++] = _("and anything in a box.");
	}
	lines[n++] = _("Press any key");
	for (size_t i = 0; i < n; i++)
		speech_hear(chrome->speech, SPEECH_MESSAGE, lines[i]);
	chrome_dialog(chrome, lines, n);
}

int
chrome_help_touched(const struct chrome *chrome, int y)
{
	int row = y - chrome->over_top - chrome->help_row;

	if (row < 0 || row >= (int)chrome->hint_count)
		return 0;
	return chrome->hints[row].code;
}
