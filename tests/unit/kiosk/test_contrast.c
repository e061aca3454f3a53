/* SPDX-License-Identifier: ISC */
/*
 * Each role of each theme can be read: its contrast by the formula of WCAG 2,
 * 7:1 in the themes for high contrast and 4.5:1 in the others, with 256
 * colours and with the 8 of a Linux console and of xterm, whether bold is
 * bright there or not.  The mono theme has the terminal's own two colours,
 * on black and on white.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../atm-tui/draw/theme.h"
#include "../../lib/contrast.h"

/* 0xrrggbb; the first 8, and the same when bold is bright. */
static const unsigned console[16] = { 0x000000, 0xaa0000, 0x00aa00, 0xaa5500,
	0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555, 0x55ff55,
	0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff };
static const unsigned xterm[16] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00,
	0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
	0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };

/* The cube of 6x6x6 and the greys, which all terminals have alike. */
static unsigned
of_256(int colour)
{
	static const unsigned steps[] = { 0, 0x5f, 0x87, 0xaf, 0xd7, 0xff };
	unsigned grey;

	assert_in_range(colour, 16, 255);
	if (colour >= 232) {
		grey = 8 + 10 * (unsigned)(colour - 232);
		return grey << 16 | grey << 8 | grey;
	}
	colour -= 16;
	return steps[colour / 36] << 16 | steps[colour / 6 % 6] << 8 |
	    steps[colour % 6];
}

static void
expect(enum theme_id id, enum role role, const char *where, double got)
{
	double least =
	    id == THEME_HIGH_CONTRAST || id == THEME_LARGE ? 7.0 : 4.5;

	if (got < least)
		fail_msg("theme %d, role %d, %s: %.2f is less than %.1f",
		    (int)id, (int)role, where, got, least);
}

static void
check_8(enum theme_id id, enum role role, int clock, const unsigned of[16])
{
	struct theme_look look = theme_look(id, role, clock, 8);
	unsigned background = of[look.background];

	expect(id, role, "8 colours",
	    contrast_of(of[look.foreground], background));
	if (look.attributes & A_BOLD)
		expect(id, role, "8 colours, bold is bright",
		    contrast_of(of[look.foreground + 8], background));
}

static void
check(enum theme_id id, enum role role, int clock)
{
	struct theme_look look = theme_look(id, role, clock, 256);

	expect(id, role, "256 colours",
	    contrast_of(of_256(look.foreground), of_256(look.background)));
	check_8(id, role, clock, console);
	check_8(id, role, clock, xterm);
}

static void
test_each_role(void **state)
{
	static const enum theme_id coloured[] = { THEME_DEFAULT, THEME_LIGHT,
		THEME_HIGH_CONTRAST, THEME_LARGE };

	(void)state;
	for (size_t i = 0; i < sizeof(coloured) / sizeof(coloured[0]); i++) {
		for (int role = 0; role < ROLE_COUNT; role++) {
			for (int clock = 0; clock < THEME_CLOCKS; clock++)
				check(coloured[i], (enum role)role, clock);
		}
	}
}

/* No colour that could vanish on a terminal's own black or white. */
static void
test_mono_has_no_colours(void **state)
{
	(void)state;
	for (int role = 0; role < ROLE_COUNT; role++) {
		for (int colours = 8; colours <= 256; colours *= 32) {
			struct theme_look look =
			    theme_look(THEME_MONO, (enum role)role, 0, colours);

			assert_int_equal(look.foreground, -1);
			assert_int_equal(look.background, -1);
			assert_int_equal(look.attributes & A_DIM, 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_role),
		cmocka_unit_test(test_mono_has_no_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
