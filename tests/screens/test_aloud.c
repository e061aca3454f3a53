/* SPDX-License-Identifier: ISC */
/*
 * What a screen shows is said: at each stop of a visit every text of the body
 * and of the message line, and at those marked so from the top down, in three
 * languages.  The header, the key line and pictures (digits of blocks, charts,
 * a table's rows, which are said as sentences) are not.
 */
#include <ctype.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../lib/patience.h"
#include "tour.h"

#define TRY_MS 30
#define TIMES 5 /* in a row: nothing more is drawn */
#define SAID_MOST (1 << 20)
#define TOP 2    /* rows of the header */
#define BOTTOM 3 /* a rule, the message, the keys */
#define TEXT_MOST 512

struct stop {
	const char *keys;
	bool whole;   /* all of it is said anew, so that it has an order */
	bool picture; /* a table or a chart */
};

/* Clocks run: `14:03:27` becomes `00:00:00`. */
static void
stop_clocks(char *text)
{
	static const char form[] = "00:00:00";
	size_t same;

	for (; *text != '\0'; text++) {
		for (same = 0; form[same] != '\0' &&
		     (form[same] == ':' ? text[same] == ':'
					: isdigit((unsigned char)text[same]));)
			same++;
		if (form[same] == '\0')
			memcpy(text, form, same);
	}
}

/* All that has been said so far, without spaces. */
static const char *
heard(const struct tour *tour)
{
	static char text[SAID_MOST];
	char path[FIXTURE_PATH + 16];
	size_t length = 0;
	FILE *file;
	int c;

	snprintf(path, sizeof(path), "%s/said", tour->fixture->directory);
	file = fopen(path, "r");
	while (file != NULL && (c = getc(file)) != EOF &&
	    length < sizeof(text) - 1)
		if (c != ' ' && c != '\n')
			text[length++] = (char)c;
	if (file != NULL)
		fclose(file);
	text[length] = '\0';
	stop_clocks(text);
	return text;
}

static size_t
character_length(const char *at)
{
	size_t length = 1;

	while ((at[length] & 0xc0) == 0x80)
		length++;
	return length;
}

/*
 * The next text of a row, without spaces, up to two of them or to the line of
 * a box; empty at the row's end.
 */
static void
next_text(const char **row, char text[TEXT_MOST])
{
	const char *at = *row;
	size_t used = 0, n;

	for (; *at != '\0' && used < TEXT_MOST - 4; at += n) {
		n = character_length(at);
		if (used > 0 &&
		    (strncmp(at, "  ", 2) == 0 || strncmp(at, "│", n) == 0 ||
			strncmp(at, "┃", n) == 0 || strncmp(at, "━", n) == 0))
			break;
		/* Symbols and lines have three bytes, letters have two. */
		if (*at == ' ' || n == 3)
			continue;
		memcpy(text + used, at, n);
		used += n;
	}
	text[used] = '\0';
	stop_clocks(text);
	*row = at;
}

/* Of blocks, which have a sentence beside them. */
static bool
is_picture(const char *row)
{
	return strstr(row, "▀") != NULL || strstr(row, "█") != NULL ||
	    strstr(row, "▄") != NULL;
}

static const char *
last_place(const char *in, const char *text)
{
	const char *last = NULL;

	while ((in = strstr(in, text)) != NULL)
		last = in++;
	return last;
}

/* What of the screen is not said, or not in its turn; or empty. */
static void
find_missing(struct tour *tour, const struct stop *stop, char text[TEXT_MOST])
{
	const char *said = heard(tour), *row, *place, *before = said;
	int texts = 0;

	for (int y = TOP; y < tour->rows - 1; y++) {
		row = term_row(tour->kiosk, y);
		if (y == tour->rows - BOTTOM || is_picture(row))
			continue;
		if (stop->picture && y != TOP && y != tour->rows - BOTTOM - 1)
			continue;
		for (next_text(&row, text); *text != '\0';
		     next_text(&row, text)) {
			/* A mark, or the field's own note. */
			if (strlen(text) < 2)
				continue;
			place = last_place(said, text);
			if (place == NULL || (stop->whole && place < before))
				return;
			before = place;
			texts++;
		}
	}
	strcpy(text, texts == 0 ? "anything" : "");
}

static void
wait_until_said(struct tour *tour, const struct stop *stop)
{
	struct patience bound;
	char text[TEXT_MOST];
	int times = 0;

	patience_begin(&bound, TERM_WAIT_MS);
	for (;;) {
		find_missing(tour, stop, text);
		times = *text == '\0' ? times + 1 : 0;
		if (times == TIMES)
			return;
		if (patience_is_over(&bound))
			break;
		term_take(tour->kiosk, TRY_MS);
	}
	fprintf(stderr, "%s: not said, or not in its turn: %s\nin: %s\n%s\n",
	    stop->keys, text, heard(tour), term_dump(tour->kiosk, false));
	fail();
}

/* What stands below the header, whose clock runs. */
static char *
body(struct tour *tour)
{
	char *all = term_dump(tour->kiosk, false), *at = all, *below;

	for (int y = 0; y < TOP; y++)
		at += strcspn(at, "\n") + 1;
	below = strdup(at);
	free(all);
	return below;
}

/* Another screen, when all keys were read: half of an ID is drawn, too. */
static void
wait_for_other(struct tour *tour, char *before)
{
	struct patience bound;
	char *now = NULL;

	patience_begin(&bound, TERM_WAIT_MS);
	do {
		free(now);
		term_take(tour->kiosk, TRY_MS);
		now = body(tour);
	} while ((strcmp(now, before) == 0 || !term_has_read(tour->kiosk)) &&
	    !patience_is_over(&bound));
	free(now);
	free(before);
}

static void
visit(struct tour *tour, const struct stop *stops, size_t count)
{
	char *before;

	for (size_t i = 0; i < count; i++) {
		before = body(tour);
		term_send(tour->kiosk, stops[i].keys);
		wait_for_other(tour, before);
		wait_until_said(tour, &stops[i]);
	}
}

/* To the bank and back: all screens of a customer with a bit of everything. */
static void
walk_through(void **state, const char *language)
{
	static const struct stop stops[] = {
		{ " ", false, false },
		{ "\r", false, false },
		{ "2", false, false },
		{ "-\r", false, false },
		{ "chris\r", false, false },
		{ "\r", false, false },
		{ "7391\r", false, false },
		{ "7391\r", false, false },
	};
	static const struct stop inside[] = {
		{ "x", false, false },
		{ "1", false, false },
		{ "1", false, false },
		{ "2", false, false },
		{ "-\r", false, false },
		{ "nobody\r", false, false },
		{ "0\r", false, false },
		{ "5\r", false, false },
		{ "rent\r", true, false },
		{ "\r", true, false },
		{ "1", false, false },
		{ "\177\177\177\177\177\177fey\r\r\r", false, false },
		{ "\r", true, false },
		{ "2", false, false },
		{ " ", false, false },
		{ "5", false, false },
		{ "2", false, false },
		{ "6", false, false },
		{ "30\r", false, false },
		{ "\177\17760\r", false, false },
		{ "\r", true, false },
		{ " ", false, false },
		{ "2", true, true },
		{ " ", false, false },
		{ "6", false, true },
		{ "sfey", false, true },
		{ "\r", false, true },
		{ "p", false, false },
		{ "3", false, true },
		{ "\033", false, false },
		{ "7", false, false },
		{ "1", true, false },
		{ " ", false, false },
		{ "2", false, false },
		{ CHRIS "\r1111\r1111\r", false, false },
		{ "\033", false, false },
		{ "\033", false, false },
		{ "4", true, false },
		{ " ", false, false },
		{ "5", false, false },
		{ "3", false, false },
		{ "1", true, false },
	};
	char option[64];
	struct tour tour = { TOUR_ENGLISH, "aloud", 24, 80, *state, NULL };
	const char *const options[] = { option, "speech.command=@/voice",
		"screen.right_to_left=terminal", "receipt.directory=@", NULL };

	fixture_set_limits(*state);
	snprintf(option, sizeof(option), "screen.language=%s", language);
	tour_script(&tour, "voice", "cat >>\"${0%voice}said\"");
	tour_kiosk(&tour, options);
	wait_until_said(&tour, &(struct stop) { "", true, false });
	visit(&tour, stops, sizeof(stops) / sizeof(stops[0]));
	tour_kiosk(&tour, options);
	visit(&tour, (const struct stop[]) { { " ", false, false } }, 1);
	visit(&tour,
	    (const struct stop[]) { { "chris\r" CHRIS "\r", false, false } },
	    1);
	visit(&tour, inside, sizeof(inside) / sizeof(inside[0]));
}

static void
test_english(void **state)
{
	walk_through(state, "en");
}

static void
test_spanish(void **state)
{
	walk_through(state, "es");
}

static void
test_arabic(void **state)
{
	walk_through(state, "ar");
}

#define SCREEN_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_english),
		SCREEN_TEST(test_spanish),
		SCREEN_TEST(test_arabic),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
