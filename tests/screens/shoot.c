/* SPDX-License-Identifier: ISC */
/*
 * The pictures of README.md: runs the real bank and the real kiosk through a
 * script and writes SVG files into a directory.
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

/* What is sent, what is waited for, the picture that is taken, or NULL. */
struct step {
	const char *send, *wait, *picture;
};

static const struct step day[] = {
	{ "", "connected", "welcome" },
	{ " ", "Password", NULL },
	{ "chris\r12", "••", "login" },
	{ "34\r", "3. Exit", "menu" },
	{ "1", "2. Checking", "account" },
	{ "1", "Recipient's ID", NULL },
	{ "fey\r250.50", "$250.50", "transfer" },
	{ "\r", "Enter: yes", NULL },
	{ "\r", "your transaction is successful", "result" },
	{ " ", "3. Exit", NULL },
	{ "5", "2. Checking", NULL },
	{ "1", "Another amount", "withdraw" },
	{ "5", "Enter: yes", NULL },
	{ " \r", "your transaction is successful", NULL },
	{ " ", "3. Exit", NULL },
	{ "2", "checking, last entries", "balance" },
	{ " ", "3. Exit", NULL },
	{ "6", "transfer", "statement" },
	{ "\033", "3. Exit", NULL },
	{ "3", "Goodbye!", "goodbye" },
};

static const char *directory;

static void
take_picture(struct term *kiosk, const char *name)
{
	char path[FIXTURE_PATH];
	FILE *out;

	term_take(kiosk, SETTLE_MS);
	snprintf(path, sizeof(path), "%s/%s.svg", directory, name);
	out = fopen(path, "w");
	if (out == NULL) {
		perror(path);
		exit(1);
	}
	term_svg(kiosk, out, name);
	fclose(out);
	printf("%s\n", path);
}

static void
shoot(void **state)
{
	struct term *kiosk = fixture_plain_kiosk(*state);

	for (size_t i = 0; i < sizeof(day) / sizeof(day[0]); i++) {
		term_send(kiosk, day[i].send);
		assert_true(term_wait(kiosk, day[i].wait));
		if (day[i].picture != NULL)
			take_picture(kiosk, day[i].picture);
	}
	fixture_end_kiosk(kiosk);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    shoot, fixture_setup, fixture_teardown),
	};

	if (argc != 2) {
		fputs("usage: shoot directory\n", stderr);
		return 64;
	}
	directory = argv[1];
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
