/* SPDX-License-Identifier: ISC */
/*
 * Words without room, in each language and size: a message that is too long is
 * told so; what a row doesn't hold goes on in the next one, or ends with a
 * sign.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tour.h"

#define EIGHT "éñüáóíçø"
#define FULL EIGHT EIGHT EIGHT EIGHT /* 64 bytes */
#define UNBROKEN "abcdefghijklmnopqrstuvwxyz0123456789"
#define TOO_LONG "fewer characters", "menos caracteres"

static const struct step to_the_message[] = {
	{ "1", ACCOUNTS, NULL },
	{ "1", WHOM, NULL },
	{ "2", RECIPIENT, NULL },
	{ "123456789012345678901234567890123", TOO_LONG, "id-full" },
	{ "\177\177\177\177\177\177\177\177\177\177\177\177\177\177\177\177"
	  "\177\177\177\177\177\177\177\177\177\177\177\177\177\177\177\177"
	  "fey\r",
	    TO_SEND, NULL },
	{ "5\r", MEMO, NULL },
};

/* What is typed on after a letter without room isn't taken, either. */
static const struct step too_long[] = {
	{ FULL "é", TOO_LONG, "memo-full" },
	{ "x", TOO_LONG, "memo-full" },
	{ "\177\177x", MEMO, "memo-erased" },
	{ "xéé", TOO_LONG, NULL },
};

static const struct step sending[] = {
	{ "\r", SURE, "memo-sure" },
	{ "\033", MEMO, NULL },
};

static const struct step unbroken[] = {
	{ UNBROKEN "abcdefghijklmnopqrstuvwxyz01\r", SURE,
	    "memo-unbroken-sure" },
	{ "\r", DONE, "memo-unbroken-done" },
	{ " ", MENU, NULL },
	{ "6", "Sent to fey", "Enviado a fey", "memo-statement" },
};

static void
touch_keypad(struct tour *tour)
{
	static const char *const names[] = {
		[TOUR_ENGLISH] = "Keypad",
		[TOUR_SPANISH] = "Teclado",
		[TOUR_ARABIC] = "ﺢﻴﺗﺎﻔﻤﻟﺍ ﺔﺣﻮﻟ",
	};
	int row, column;

	assert_true(term_wait(tour->kiosk, names[tour->language]));
	assert_true(
	    term_find(tour->kiosk, names[tour->language], &row, &column));
	term_click(tour->kiosk, row, column);
	assert_true(term_wait(tour->kiosk, "ABC"));
}

static void
room(struct tour *tour)
{
	static const char *const long_names[] = {
		"screen.bank_name=The First Provident Mutual Savings Bank of "
		"the Example, Ltd.",
		NULL
	};

	tour_kiosk(tour, long_names);
	tour_see(tour, "", WELCOME, "long-names");
	tour_log_in(tour);
	walk(tour, to_the_message);
	walk(tour, too_long);
	touch_keypad(tour);
	tour_see(tour, "x", TOO_LONG, "memo-full-keypad");
	walk(tour, sending);
	for (size_t i = 0; i < sizeof(FULL); i++)
		term_send(tour->kiosk, "\177");
	walk(tour, unbroken);
}

int
main(int argc, char *argv[])
{
	static const struct tour_test tests[] = {
		{ "room", room },
	};

	return tour_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
