/* SPDX-License-Identifier: ISC */
/*
 * Waiting for Arabic: what is waited for in English, by the kiosk's own
 * catalogue, as it is seen where letters go from right to left.
 */
#ifndef TESTS_ARABIC_H
#define TESTS_ARABIC_H

#include <stdbool.h>

#include "term.h"

/*
 * Until the translation of a text that has `english` in it stands on the
 * screen, its first words; where no text has it, the amount in it, or itself.
 */
bool arabic_wait(struct term *term, const char *english);
/*
 * Columns of a line of paper at the right of a value, once it is turned over
 * as whoever prints it does.
 */
size_t arabic_columns_after(const char *line, const char *value);
/* Touches a text, given as it is read, once it stands there. */
void arabic_touch(struct term *term, const char *text);

#endif
