/* SPDX-License-Identifier: ISC */
/*
 * Text for the screens: widths in columns (wcwidth(3)), cleaning of what
 * came over the wire, and amounts as people write them.  Pure; the locale
 * decides what can be shown.
 */
#ifndef SHARED_TEXT_H
#define SHARED_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "../wire/wire.h"

#define TEXT_MONEY_SIZE 64

/* Whether the locale shows UTF-8; without it the screens are ASCII. */
bool text_is_utf8(void);

/*
 * Copies length bytes with NUL, cut at a character to fit.  Control
 * characters, bad UTF-8 and what has no width become `?`; in a locale
 * without UTF-8 so does all that isn't ASCII.  Returns `to`, which may be
 * `from`.
 */
char *text_clean(char *to, size_t size, const char *from, size_t length);

/* A reply's value of `key`, cleaned; empty where it has none. */
char *text_value(
    const struct wire_reader *reader, const char *key, char *to, size_t size);

/* Columns that a string of the locale takes on the screen. */
int text_width(const char *text);

/* Widens at most size-1 characters of at most `columns` columns; returns
 * the columns taken. */
int text_widen(const char *text, wchar_t *wide, size_t size, int columns);

/* Copies, cut to `columns` and filled with spaces up to them. */
char *text_fit(char *to, size_t size, const char *from, int columns);

/* -1234.5 as wire text to cents; a sign is allowed here. 0, BANK_EINVAL. */
int text_cents(const char *text, int64_t *cents);

/* What text_money() puts between thousands (0: nothing) and before cents,
 * from now on; `,` and `.` until then. */
void text_use_marks(char thousands, char point);
/* `$1,234.50`, `-$3.00`. Returns `to`. */
char *text_money(char to[TEXT_MONEY_SIZE], const char *currency, int64_t cents);

#endif
