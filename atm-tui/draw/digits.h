/* SPDX-License-Identifier: ISC */
/*
 * Digits drawn from blocks: large for the clock, half as high for amounts
 * and the keypad.  In ASCII the large ones are of `#`, the small ones of
 * lines.
 */
#ifndef ATM_DIGITS_H
#define ATM_DIGITS_H

#include "draw.h"

#define DIGITS_LARGE_ROWS 5
#define DIGITS_SMALL_ROWS 3

/* Columns that `text` (digits and `:.,-`, others as they are) takes. */
int digits_large_width(const char *text);
int digits_small_width(const char *text);

void digits_large(const struct canvas *canvas, int y, int x, enum role role,
    const char *text);
void digits_small(const struct canvas *canvas, int y, int x, enum role role,
    const char *text);

#endif
