/* SPDX-License-Identifier: ISC */
/*
 * What a terminal says that nobody typed: answers to questions that a program
 * before the kiosk asked, late and in pieces; and a terminal that the host
 * has no description of.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include <cmocka.h>

#include "expected.h"
#include "fixture.h"

/* Longer than curses waits for the rest of a key. */
#define APART_MS 40

static const char *const answers[] = {
	"\033]11;rgb:1e1e/2020/2a2a\033\\", /* the background's colour */
	"\033]10;rgb:ffff/ffff/ffff\a",     /* the text's */
	"\033]4;1;rgb:cd/00/00\033\\",      /* one of the palette */
	"\033[?62;1;4;22c",                 /* DA1 */
	"\033[>41;354;0c",                  /* DA2 */
	"\033P!|00000000\033\\",            /* DA3 */
	"\033[24;80R",                      /* CPR */
	"\033[?2026;2$y",                   /* a mode */
	"\033P>|XTerm(379)\033\\",          /* its name */
	"\033P1+r5463=323536\033\\",        /* a capability */
	"\033_Gi=31;OK\033\\",              /* kitty's pictures */
	"\033[4;600;1200t",                 /* its size */
};
#define COUNT (sizeof(answers) / sizeof(answers[0]))

static struct term *
at_the_login(struct fixture *fixture)
{
	struct term *kiosk = fixture_plain_kiosk(fixture);

	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Please enter your ID"));
	return kiosk;
}

/* The field has this letter alone, which then goes again. */
static void
expect_alone(struct term *kiosk, char letter)
{
	char key[2] = { letter, '\0' }, field[16];

	snprintf(field, sizeof(field), "┃ %c  ", letter);
	term_send(kiosk, key);
	if (!term_wait(kiosk, field))
		fail_msg("%s", term_dump(kiosk, false));
	term_send(kiosk, "\177");
	assert_true(term_wait_gone(kiosk, field));
}

static void
test_late(void **state)
{
	struct term *kiosk = at_the_login(*state);

	for (size_t i = 0; i < COUNT; i++) {
		term_send(kiosk, answers[i]);
		expect_alone(kiosk, 'a');
	}
	/* Amid what is typed, several at once. */
	term_send(kiosk, "ch");
	for (size_t i = 0; i < COUNT; i++)
		term_send(kiosk, answers[i]);
	term_send(kiosk, "ris\r");
	term_send(kiosk, answers[0]);
	term_send(kiosk, CHRIS);
	term_send(kiosk, answers[3]);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "ID and password are correct"));
}

/* Cut in two at each place behind its beginning. */
static void
test_pieces(void **state)
{
	struct term *kiosk = at_the_login(*state);
	char first[64];

	for (size_t i = 0; i < COUNT; i++) {
		for (size_t cut = 2; cut < strlen(answers[i]); cut++) {
			snprintf(
			    first, sizeof(first), "%.*s", (int)cut, answers[i]);
			term_send(kiosk, first);
			term_take(kiosk, APART_MS);
			term_send(kiosk, answers[i] + cut);
			if (cut % 4 == 0 || cut + 2 >= strlen(answers[i]))
				expect_alone(kiosk, 'b');
		}
		expect_alone(kiosk, 'c');
	}
}

/* Its Esc alone is the key, but what comes behind it is no text. */
static void
test_behind_escape(void **state)
{
	struct term *kiosk = at_the_login(*state);

	for (size_t i = 0; i < COUNT; i++) {
		term_send(kiosk, "\033");
		assert_true(term_wait(kiosk, "press any key"));
		term_send(kiosk, answers[i] + 1);
		term_take(kiosk, APART_MS);
		term_send(kiosk, " ");
		assert_true(term_wait(kiosk, "Please enter your ID"));
		expect_alone(kiosk, 'd');
	}
}

/* One whose end never comes is ended by a key that is no character. */
static void
test_cut_off(void **state)
{
	struct term *kiosk = at_the_login(*state);

	for (size_t i = 0; i < COUNT; i++) {
		char first[8];

		snprintf(first, sizeof(first), "%.5s", answers[i]);
		term_send(kiosk, first);
		term_send(kiosk, "\014");
		expect_alone(kiosk, 'e');
	}
}

/* In plain mode they are part of a line. */
static void
test_plain(void **state)
{
	static const char *const plain[] = { "-p", NULL };
	struct fixture *fixture = *state;
	struct term *kiosk;

	kiosk = fixture_kiosk(fixture, 24, 80, plain, NULL);
	assert_true(term_wait(kiosk, "ID:"));
	term_send(kiosk, "ch\033]11;rgb:1e1e/2020/2a2a\033\\ris\033[24;80R\r");
	assert_true(term_wait(kiosk, "assword:"));
	term_send(kiosk, "\033[?62;22c" CHRIS "\r");
	assert_true(term_wait(kiosk, "ID and password are correct"));
}

static void
test_without_a_description(void **state)
{
	static const char *const terms[] = { "TERM=of-no-terminfo",
		"TERM=xterm-of-no-terminfo" };
	struct fixture *fixture = *state;
	const char *environment[] = { NULL, NULL };
	struct term *kiosk;
	int status;

	for (size_t i = 0; i < 2; i++) {
		environment[0] = terms[i];
		kiosk = fixture_kiosk(fixture, 24, 80, NULL, environment);
		fixture_log_in(kiosk, "chris", CHRIS);
		assert_true(term_mouse(kiosk));
		kill(term_pid(kiosk), SIGTERM);
		status = term_wait_end(kiosk);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		assert_true(term_wait(kiosk, "no description of the terminal"));
		assert_true(term_wait(kiosk, terms[i] + 5));
		assert_true(term_wait(kiosk, "xterm-256color"));
		term_close(kiosk);
		fixture->kiosk = NULL;
	}
}

/* It says itself that nothing is known of it. */
static void
test_unknown(void **state)
{
	/* setupterm(3) keeps what it had begun of a terminal that is none. */
	static const char *const unknown[] = { "TERM=unknown",
		"LSAN_OPTIONS=detect_leaks=0", NULL };
	struct term *kiosk = fixture_kiosk(*state, 24, 80, NULL, unknown);
	int status = term_wait_end(kiosk);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EX_UNAVAILABLE);
	assert_true(term_wait(kiosk, "cannot use the terminal unknown"));
}

#define SCREEN_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(test_late),
		SCREEN_TEST(test_pieces),
		SCREEN_TEST(test_behind_escape),
		SCREEN_TEST(test_cut_off),
		SCREEN_TEST(test_plain),
		SCREEN_TEST(test_without_a_description),
		SCREEN_TEST(test_unknown),
	};

	expected_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
