/* SPDX-License-Identifier: ISC */
/*
 * Text for the screens: widths in columns (wcwidth(3)), cleaning of text from
 * the wire, and amounts as people write them.  Pure; the locale decides what
 * can be displayed.
 */
#ifndef SHARED_TEXT_H
#define SHARED_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "../wire/wire_reader.h"

#define TEXT_MONEY_SIZE 64

/* Whether the locale shows UTF-8; without it the screens are ASCII. */
bool text_is_utf8(void);

/*
 * Copies length bytes and a NUL, cut between characters to fit.  Control
 * characters, invalid UTF-8 and characters without a width become `?`, and in a
 * locale without UTF-8 so does everything but ASCII.  Returns `to`, which may
 * be `from`.
 */
char *text_clean(char *to, size_t size, const char *from, size_t length);

/* Copies a reply's value of `key`, cleaned; empty if it has none. */
char *text_value(
    const struct wire_reader *reader, const char *key, char *to, size_t size);

/* Columns that a string of the locale takes on the screen. */
int text_width(const char *text);

/*
 * Widens at most size-1 characters that take at most `columns` columns; returns
 * the columns taken.
 */
int text_widen(const char *text, wchar_t *wide, size_t size, int columns);

/* Copies, cut to `columns` and padded with spaces. */
char *text_fit(char *to, size_t size, const char *from, int columns);

/* Converts wire text such as -1234.5 to cents.  0 or BANK_EINVAL. */
int text_cents(const char *text, int64_t *cents);

/*
 * Sets the marks that text_money() puts between thousands (0: none) and before
 * cents; the default is `,` and `.`.
 */
void text_use_marks(char thousands, char point);
/*
 * Has text_digits() and text_money() write digits as Arabic does wherever
 * `wanted` says so; NULL: nowhere.
 */
void text_use_arabic_digits(bool (*wanted)(void));
bool text_has_arabic_digits(void); /* they are wanted now */
/* Turns a text's digits into them where they are wanted.  Returns `text`. */
char *text_digits(char *text, size_t size);
/* 0 to 9 for a digit of an Arabic or a Persian keyboard, else the character. */
int text_latin_digit(int character);
/* A number in the digits that are wanted.  Returns `to`. */
#define TEXT_NUMBER_SIZE 48
char *text_number(char to[TEXT_NUMBER_SIZE], unsigned long number);

/* `$1,234.50`, `-$3.00`.  Returns `to`. */
char *text_money(char to[TEXT_MONEY_SIZE], const char *currency, int64_t cents);
/* The same with another mark between thousands, 0: none. */
char *text_money_marked(char to[TEXT_MONEY_SIZE], const char *currency,
    int64_t cents, char thousands);

#endif
