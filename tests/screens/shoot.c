/* SPDX-License-Identifier: ISC */
/*
 * The pictures of README.md: runs the real bank, with a made-up past, the real
 * kiosk and `bankctl top` through a script and writes SVG files into a
 * directory.
 *
 *	shoot DIRECTORY
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define SETTLE_MS 300
#define VISITS 30 /* of others, so that the operator has something to see */

/* What is sent, what is waited for, the picture that is taken, or NULL. */
struct step {
	const char *send, *wait, *picture;
};

static const struct step morning[] = {
	{ "", "connected", "welcome" },
	{ " ", "ID", "login" },
	{ "chris\r", "Password", NULL },
	{ CHRIS "\r", "3. Exit", "menu" },
	{ "2", "┤", "balance" },
	{ " ", "3. Exit", NULL },
	{ "6", "Money out", "statement" },
	{ "g", "┤", "chart" },
	{ "\033", "3. Exit", NULL },
};

static const struct step noon[] = {
	{ "", "received", "notice" },
};

static const char *directory;

static void
take_picture(struct term *term, const char *name)
{
	char path[FIXTURE_PATH];
	FILE *out;

	term_take(term, SETTLE_MS);
	snprintf(path, sizeof(path), "%s/%s.svg", directory, name);
	out = fopen(path, "w");
	if (out == NULL) {
		perror(path);
		exit(1);
	}
	term_svg(term, out, name);
	fclose(out);
	printf("%s\n", path);
}

static void
play(struct term *kiosk, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		term_send(kiosk, steps[i].send);
		assert_true(term_wait(kiosk, steps[i].wait));
		if (steps[i].picture != NULL)
			take_picture(kiosk, steps[i].picture);
	}
}

static struct term *
open_top(struct fixture *fixture)
{
	static char bankctl[FIXTURE_PATH], config[FIXTURE_PATH + 32];
	const char *const argv[] = { bankctl, "-c", config, "top", NULL };
	const char *const environment[] = { NULL };
	const char *build = getenv("BUILD");

	snprintf(bankctl, sizeof(bankctl), "%s/bankctl",
	    build != NULL ? build : "build");
	snprintf(
	    config, sizeof(config), "%s/etc/bankd.ini", fixture->directory);
	fixture->other = term_open(argv, environment, 24, 80);
	return fixture->other;
}

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
shoot(void **state)
{
	struct fixture *fixture = *state;
	struct term *kiosk = fixture_plain_kiosk(fixture), *top;

	play(kiosk, morning, LENGTH(morning));
	fixture_plain(fixture, "fey\n" FEY "\ntransfer chris 18.40\nexit\n");
	play(kiosk, noon, LENGTH(noon));
	top = open_top(fixture);
	assert_true(term_wait(top, "serving"));
	for (int i = 0; i < VISITS; i++) {
		fixture_plain(
		    fixture, "joe\n" JOE "\ntransfer fey 1.25\nexit\n");
		term_take(top, i % 3 * SETTLE_MS);
	}
	take_picture(top, "top");
	fixture_end_kiosk(kiosk);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    shoot, fixture_setup_living, fixture_teardown),
	};

	if (argc != 2) {
		fputs("usage: shoot directory\n", stderr);
		return 64;
	}
	directory = argv[1];
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
