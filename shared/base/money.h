/* SPDX-License-Identifier: ISC */
/*
 * Money as int64_t cents, and its two spellings.  Pure.
 */
#ifndef SHARED_MONEY_H
#define SHARED_MONEY_H

#include <stddef.h>
#include <stdint.h>

/* The largest balance, 9999999999999.99, in cents. */
#define MONEY_MAX_CENTS INT64_C(999999999999999)

/* Room for any int64_t as text, including sign, point and NUL. */
#define MONEY_TEXT_SIZE 24

/*
 * Reads `[0-9]{1,13}(\.[0-9]{1,2})?`, all `length` bytes of it, without sign,
 * exponent, separators or spaces.  0 is a valid value, since a balance may be
 * 0; the caller checks that an amount to move is more than 0.  Returns 0 and
 * sets *cents, or BANK_EINVAL.
 */
int money_parse(const char *text, size_t length, int64_t *cents);

/* On the wire: always two decimals, `10000.00`, `-3.50`.  Returns `text`. */
const char *money_format(int64_t cents, char text[MONEY_TEXT_SIZE]);

/* For people: `1,250.50`. */
#define MONEY_GROUPED_SIZE 32
const char *money_format_grouped(int64_t cents, char text[MONEY_GROUPED_SIZE]);

/* In var/balance: `10000`, and `9899.50` where there are cents. */
const char *money_format_short(int64_t cents, char text[MONEY_TEXT_SIZE]);

#endif
