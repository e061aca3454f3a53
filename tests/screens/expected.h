/* SPDX-License-Identifier: ISC */
/*
 * Whole screens compared with files, expected/NAME.txt.  What changes by
 * itself (clock, dates, greeting) is masked in both.
 */
#ifndef TESTS_EXPECTED_H
#define TESTS_EXPECTED_H

#include "term.h"

/*
 * `--update` writes the files instead; another word is a pattern of cmocka's
 * for the tests to run.  Called first in main().
 */
void expected_arguments(int argc, char *argv[]);

/*
 * Waits until the screen is the one of the file; with `looks` colours and
 * attributes too.  At the bound prints both and fails the test.
 */
void expect_screen(struct term *term, const char *name, bool looks);

#endif
