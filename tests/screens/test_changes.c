/* SPDX-License-Identifier: ISC */
/*
 * Language and theme are changed on every screen, with what stands on it:
 * nothing is left of the language or of the colours before, and who goes
 * round comes back to the same screen.
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
#define LANGUAGE "\033OQ" /* F2 */
#define THEME "\033OR"    /* F3 */
#define THEMES 5
#define HIGH_CONTRAST 2 /* from the default on */
#define LETTERS_MOST 32

/* Names, which are the same in each language, and what keys are called. */
static const char *const names[] = { "Bank", "of", "the", "Example", "kiosk",
	"chris", "fey", "nobody", "rent", "received", "Esc", "PgUp", "PgDn",
	"Enter", "Backspace", "Home", "End", "Tab", "Del" };

static bool
is_name(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == length &&
		    strncmp(names[i], word, length) == 0)
			return true;
	return length < 2; /* a key */
}

/* The first word of Latin letters that is no name, or NULL. */
static const char *
latin_word(const char *screen, char word[LETTERS_MOST])
{
	size_t length;

	for (; *screen != '\0'; screen += length > 0 ? length : 1) {
		for (length = 0; isalpha((unsigned char)screen[length]);)
			length++;
		if (is_name(screen, length) || length >= LETTERS_MOST)
			continue;
		memcpy(word, screen, length);
		word[length] = '\0';
		return word;
	}
	return NULL;
}

/* Whether the row of `length` bytes says when the bank is tried again. */
static bool
tells_next_try(const char *row, size_t length)
{
	static const char *const words[] = { "Next try in", "Trying again" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(row, length, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}

/*
 * Copies a row without what a clock changes: each digit is a 0, and a row with
 * blocks, of which large digits are made, has neither blocks nor spaces.
 */
static char *
copy_still(char *to, const char *row, size_t length)
{
	static const char block[] = "█";
	const size_t block_size = sizeof(block) - 1;
	bool large = memmem(row, length, block, block_size) != NULL;

	for (size_t i = 0; i < length; i++) {
		if (length - i >= block_size &&
		    memcmp(row + i, block, block_size) == 0)
			i += block_size - 1;
		else if (isdigit((unsigned char)row[i]))
			*to++ = '0';
		else if (!large || row[i] != ' ')
			*to++ = row[i];
	}
	return to;
}

/* A screen without what changes by itself: clocks, and the next try's row. */
static char *
look_at(struct term *kiosk)
{
	char *screen = term_dump(kiosk, false), *to = screen;
	size_t length;

	for (const char *row = screen; *row != '\0'; row += length) {
		length = strcspn(row, "\n");
		if (row[length] == '\n')
			length++;
		if (!tells_next_try(row, length))
			to = copy_still(to, row, length);
	}
	*to = '\0';
	return screen;
}

/* Longer than cmocka's own message may be. */
static void
fail_with(const char *why, const char *screen)
{
	fprintf(stderr, "%s\n-- in, or is not:\n%s\n", why, screen);
	fail();
}

static void
wait_for_arabic(struct term *kiosk)
{
	struct patience bound;
	char word[LETTERS_MOST], *screen;

	patience_begin(&bound, TERM_WAIT_MS);
	for (;;) {
		screen = term_dump(kiosk, false);
		if (latin_word(screen, word) == NULL)
			break;
		if (patience_is_over(&bound))
			fail_with(word, screen);
		free(screen);
		term_take(kiosk, TRY_MS);
	}
	free(screen);
}

static void
wait_for_same(struct term *kiosk, const char *wanted)
{
	struct patience bound;
	char *screen;

	patience_begin(&bound, TERM_WAIT_MS);
	while (strcmp(screen = look_at(kiosk), wanted) != 0) {
		if (patience_is_over(&bound))
			fail_with(wanted, screen);
		free(screen);
		term_take(kiosk, TRY_MS);
	}
	free(screen);
}

/* Black, white and yellow: the high contrast has no other background. */
static bool
has_other_background(const struct tour *tour)
{
	unsigned bg;

	for (int row = 0; row < tour->rows; row++)
		for (int column = 0; column < tour->columns; column++) {
			bg = term_look(tour->kiosk, row, column).bg;
			if (bg != 0x000000 && bg != 0xffffff && bg != 0xffff00)
				return true;
		}
	return false;
}

static void
change_theme(struct tour *tour, const char *before)
{
	struct patience bound;

	for (int i = 0; i < THEMES; i++) {
		term_send(tour->kiosk, THEME);
		if (i + 1 != HIGH_CONTRAST)
			continue;
		patience_begin(&bound, TERM_WAIT_MS);
		while (has_other_background(tour)) {
			if (patience_is_over(&bound))
				fail_with(
				    "colours", term_dump(tour->kiosk, true));
			term_take(tour->kiosk, TRY_MS);
		}
	}
	wait_for_same(tour->kiosk, before);
}

/* English, Spanish, Arabic, and English again; and all themes. */
static void
change_all(struct tour *tour)
{
	char *before;

	/* What came with an answer takes a moment to be there. */
	term_take(tour->kiosk, 10 * TRY_MS);
	before = look_at(tour->kiosk);
	change_theme(tour, before);
	term_send(tour->kiosk, LANGUAGE);
	term_send(tour->kiosk, LANGUAGE);
	wait_for_arabic(tour->kiosk);
	term_send(tour->kiosk, LANGUAGE);
	wait_for_same(tour->kiosk, before);
	free(before);
}

/* Keys, and what is on the screen then. */
struct stop {
	const char *keys, *words;
};

static void
visit(struct tour *tour, const struct stop *stops, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		term_send(tour->kiosk, stops[i].keys);
		if (!term_wait(tour->kiosk, stops[i].words))
			fail_with(
			    stops[i].words, term_dump(tour->kiosk, false));
		change_all(tour);
	}
}
#define VISIT(tour, stops) \
	visit(tour, stops, sizeof(stops) / sizeof((stops)[0]))

static void
begin(struct tour *tour, void **state, const char *const options[])
{
	*tour = (struct tour) { TOUR_ENGLISH, "changes", 24, 80, *state, NULL };
	tour_kiosk(tour, options);
}

static void
test_arriving(void **state)
{
	static const struct stop stops[] = {
		{ "", "press any key" },
		{ " ", "Please enter your ID" },
		{ "\r", "2. Open an account" },
		{ "2", "New ID" },
		{ "-\r", "letter or digit" },
		{ "chris\r", "Full name" },
		{ "\r", "At least 4" },
		{ "7391\r", "Password again" },
		{ "7391\r", "this ID is taken" },
		{ "nobody\r\r1111\r1111\r", "too easy" },
	};
	static const struct stop refused[] = {
		{ " chris\r", "Your ID is chris" },
		{ "9999\r", "is incorrect" },
	};
	struct tour tour;

	begin(&tour, state, NULL);
	VISIT(&tour, stops);
	begin(&tour, state, NULL);
	VISIT(&tour, refused);
}

static void
test_money(void **state)
{
	static const char *const paper[] = { "receipt.directory=@", NULL };
	static const struct stop stops[] = {
		{ "1", "2. Checking" },
		{ "2", "Another ID" },
		{ "2", "Recipient's ID" },
		{ "-\r", "this is not an ID" },
		{ "nobody\r", "left today" },
		{ "0\r", "please enter an amount" },
		{ "5\r", "add a message" },
		{ "rent\r", "Enter: yes" },
		{ "\r", "does not exist" },
		{ "1", "nobody" },
		{ "\177\177\177\177\177\177fey\r\r\r", "Enter: yes" },
		{ "\r", "Receipt? 1 yes, 2 no" },
		{ "2", "p/5" },
		{ " 5", "2. Checking" },
		{ "2", "left today" },
		{ "6", "Cancel" },
		{ "30\r", "The nearest amounts" },
		{ "\177\177500\r", "Enter: yes" },
		{ "\r", "for one withdrawal" },
		{ "1", "500" },
		{ "\033", "Another amount" },
		{ "3", "Enter: yes" },
		{ " \r", "Please take your cash: 3" },
		{ " 4", "2. Checking" },
		{ "2", "Available" },
		{ "5\r", "Enter: yes" },
	};
	struct tour tour;

	fixture_set_limits(*state);
	begin(&tour, state, paper);
	tour_log_in(&tour);
	VISIT(&tour, stops);
}

static void
test_reading(void **state)
{
	static const char *const paper[] = { "receipt.directory=@", NULL };
	static const struct stop stops[] = {
		{ "", "1 new notice" },
		{ "?", "Keys on this screen" },
		{ "  n", "you received $5.00 from fey" },
		{ " 2", "checking account balance" },
		{ " 6", "Received from fey" },
		{ "k", "transfers" },
		{ "sreceived", "Search: received" },
		{ "\r", "with received" },
		{ "p", "What would you like" },
		{ "3g", "Checking: " },
		{ "\033", "3. Exit" },
		{ "7", "Close the account" },
		{ "1", "a minute" },
		{ " 2", "Old password" },
		{ CHRIS "\r1111\r1111\r", "too easy" },
		{ "\033", "Old password" },
		{ "\033", "Close the account" },
		{ "4", "can't close your" },
		{ "  ", "Close the account" },
		{ "53", "Goodbye!" },
		{ "1", "account balance" },
	};
	struct tour tour;

	fixture_set_limits(*state);
	fixture_configure(*state, "[limits]\nrate = 20\n");
	begin(&tour, state, paper);
	tour_log_in(&tour);
	tour_see(&tour, "3", GOODBYE, NULL);
	tour_see(&tour, " ", WELCOME, NULL);
	tour_next_second(&tour);
	fixture_plain(*state, "fey\n" FEY "\n1\n1\nchris\n5\n");
	tour_to_login(&tour);
	tour_see(&tour, "chris\r" CHRIS "\r", MENU, NULL);
	VISIT(&tour, stops);
}

/* A notice while its time lasts, and in the list. */
static void
test_notices(void **state)
{
	struct tour tour;

	begin(&tour, state, NULL);
	tour_log_in(&tour);
	fixture_plain(*state, "fey\n" FEY "\n1\n1\nchris\n1005\n");
	assert_true(term_wait(tour.kiosk, "received $1,005.00 from fey"));
	term_send(tour.kiosk, LANGUAGE LANGUAGE);
	wait_for_arabic(tour.kiosk);
	term_send(tour.kiosk, LANGUAGE);
	tour_see(&tour, "n", "received $1,005.00", NULL, NULL);
	assert_true(term_wait_gone(tour.kiosk, "● You have"));
	change_all(&tour);
}

static void
test_no_bank(void **state)
{
	static const struct stop stop[] = { { "", "Next try" } };
	struct tour tour;

	begin(&tour, state, NULL);
	fixture_stop_bank(*state);
	VISIT(&tour, stop);
}

#define SCREEN_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_arriving),
		SCREEN_TEST(test_money),
		SCREEN_TEST(test_reading),
		SCREEN_TEST(test_notices),
		SCREEN_TEST(test_no_bank),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
