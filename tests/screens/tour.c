/* SPDX-License-Identifier: ISC */
/*
 * Tours: a program's tests, in each language and size, and their steps.
 */
#include "tour.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "arabic.h"
#include "expected.h"

#define TESTS_MOST 128
#define OPTIONS_MOST 8

static const struct tour variants[] = {
	{ TOUR_ENGLISH, "en-80x24", 24, 80, NULL, NULL },
	{ TOUR_ENGLISH, "en-60x20", 20, 60, NULL, NULL },
	{ TOUR_SPANISH, "es-80x24", 24, 80, NULL, NULL },
	{ TOUR_SPANISH, "es-60x20", 20, 60, NULL, NULL },
	{ TOUR_ENGLISH, "en-132x43", 43, 132, NULL, NULL },
	{ TOUR_SPANISH, "es-132x43", 43, 132, NULL, NULL },
	{ TOUR_ARABIC, "ar-80x24", 24, 80, NULL, NULL },
	{ TOUR_ARABIC, "ar-60x20", 20, 60, NULL, NULL },
	{ TOUR_ARABIC, "ar-132x43", 43, 132, NULL, NULL },
};
#define VARIANTS (sizeof(variants) / sizeof(variants[0]))

/* A test of cmocka's knows which tour it takes, and how. */
struct taken {
	const struct tour_test *test;
	const struct tour *variant;
	char name[64];
};
static struct taken taken[TESTS_MOST];
static const struct tour_test *current;

static void
put_directory(char *to, size_t size, const char *option, const char *directory)
{
	const char *at = strchr(option, '@');

	if (at == NULL)
		snprintf(to, size, "%s", option);
	else
		snprintf(to, size, "%.*s%s%s", (int)(at - option), option,
		    directory, at + 1);
}

void
tour_kiosk(struct tour *tour, const char *const options[])
{
	static char texts[OPTIONS_MOST][FIXTURE_PATH + 64];
	static const char *const languages[] = {
		[TOUR_ENGLISH] = "screen.language=en",
		[TOUR_SPANISH] = "screen.language=es",
		[TOUR_ARABIC] = "screen.language=ar",
	};
	const char *arguments[2 * OPTIONS_MOST + 3] = { "-o",
		languages[tour->language] };

	for (size_t i = 0; options != NULL && options[i] != NULL; i++) {
		assert_true(i < OPTIONS_MOST);
		put_directory(texts[i], sizeof(texts[i]), options[i],
		    tour->fixture->directory);
		arguments[2 * i + 2] = "-o";
		arguments[2 * i + 3] = texts[i];
	}
	if (tour->fixture->kiosk != NULL) {
		term_close(tour->fixture->kiosk);
		tour->fixture->kiosk = NULL;
	}
	tour->kiosk = fixture_kiosk(
	    tour->fixture, tour->rows, tour->columns, arguments, NULL);
}

void
tour_see(struct tour *tour, const char *send, const char *english,
    const char *spanish, const char *screen)
{
	char name[64];

	term_send(tour->kiosk, send);
	assert_true(tour->language == TOUR_ARABIC
		? arabic_wait(tour->kiosk, english)
		: term_wait(tour->kiosk,
		      tour->language == TOUR_ENGLISH ? english : spanish));
	if (screen == NULL)
		return;
	snprintf(name, sizeof(name), "%s/%s", tour->name, screen);
	expect_screen(tour->kiosk, name, false);
}

void
tour_script(struct tour *tour, const char *name, const char *text)
{
	char path[FIXTURE_PATH + 64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", tour->fixture->directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", text);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static void
fifo_path(
    const struct tour *tour, const char *name, char path[FIXTURE_PATH + 64])
{
	snprintf(path, FIXTURE_PATH + 64, "%s/%s.go", tour->fixture->directory,
	    name);
}

void
tour_held_script(struct tour *tour, const char *name, int status)
{
	char path[FIXTURE_PATH + 64], text[FIXTURE_PATH + 128];

	fifo_path(tour, name, path);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(text, sizeof(text), "read answer <%s\nexit %d", path, status);
	tour_script(tour, name, text);
}

/* Opens the FIFO that it waits at, as soon as it does. */
void
tour_let_go(struct tour *tour, const char *name)
{
	char path[FIXTURE_PATH + 64];
	int fd;

	fifo_path(tour, name, path);
	while ((fd = open(path, O_WRONLY | O_NONBLOCK)) < 0) {
		assert_int_equal(errno, ENXIO);
		term_take(tour->kiosk, 20);
	}
	close(fd);
}

void
tour_to_login(struct tour *tour)
{
	tour_see(tour, "", WELCOME, NULL);
	tour_see(tour, " ", LOGIN, NULL);
}

void
tour_log_in(struct tour *tour)
{
	tour_to_login(tour);
	tour_see(tour, "chris\r" CHRIS "\r", MENU, NULL);
}

void
tour_next_second(struct tour *tour)
{
	for (int i = 0; i < 2; i++) {
		const char *row = strchr(term_row(tour->kiosk, 0), ':');
		char clock[16];

		snprintf(clock, sizeof(clock), "%.6s", row);
		assert_true(term_wait_gone(tour->kiosk, clock));
	}
}

void
tour_walk(struct tour *tour, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		tour_see(tour, steps[i].send, steps[i].english,
		    steps[i].spanish, steps[i].screen);
}

static struct tour *
tour_of(const struct taken *this, struct fixture *fixture)
{
	struct tour *tour = malloc(sizeof(*tour));

	assert_non_null(tour);
	*tour = *this->variant;
	tour->fixture = fixture;
	return tour;
}

static int
set_up(void **state)
{
	const struct taken *this = *state;
	void *fixture = NULL;

	if (fixture_setup(&fixture) != 0)
		return -1;
	current = this->test;
	*state = tour_of(this, fixture);
	return 0;
}

static int
tear_down(void **state)
{
	struct tour *tour = *state;
	void *fixture = tour->fixture;

	free(tour);
	return fixture_teardown(&fixture);
}

static void
take(void **state)
{
	current->take(*state);
}

int
tour_main(int argc, char *argv[], const struct tour_test *tests, size_t count)
{
	struct CMUnitTest all[TESTS_MOST];
	const char *each = getenv("TOURS"); /* one of so many variants */
	size_t n = 0, step = each != NULL ? strtoul(each, NULL, 10) : 1;

	assert_true(count * VARIANTS <= TESTS_MOST);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i % step; j < VARIANTS; j += step, n++) {
			taken[n].test = &tests[i];
			taken[n].variant = &variants[j];
			snprintf(taken[n].name, sizeof(taken[n].name), "%s %s",
			    tests[i].name, variants[j].name);
			all[n] = (struct CMUnitTest) { taken[n].name, take,
				set_up, tear_down, &taken[n] };
		}
	}
	expected_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	return _cmocka_run_group_tests("tours", all, n, NULL, NULL);
}
