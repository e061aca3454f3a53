/* SPDX-License-Identifier: ISC */
/*
 * A customer's limits in words: before an amount is asked for, as DETAILS
 * tells them (`limit withdraw AMOUNT LEFT` of one transaction, `limit
 * withdraw-day AMOUNT LEFT` of a day, `limit rate NUMBER LEFT` of a minute),
 * and when one of them, or a rule for new passwords, refused.  Pure.
 */
#ifndef ATM_LIMITS_H
#define ATM_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../shared/wire/wire_reader.h"

#define LIMITS_SIZE 160

/* Cents that may be moved; MONEY_MAX_CENTS: there is no limit. */
struct limits {
	int64_t once, today;
};

/* The limits of `what` (transfer, withdraw) in an answer to DETAILS. */
struct limits limits_read(const struct wire_reader *details, const char *what);
/* The sentence about them; empty where there is none.  Returns `to`. */
char *limits_words(
    const struct limits *limits, const char *currency, char to[LIMITS_SIZE]);

/* How many transactions there may be in a minute; 0: it doesn't say. */
int limits_rate(const struct wire_reader *details);

/*
 * Which limit or rule refused, in English (N_()); NULL where the reply doesn't
 * say.
 */
const char *limits_refusal(const struct wire_reader *reply);
/* Whether another amount might have been within it. */
bool limits_is_of_amount(const struct wire_reader *reply);

/*
 * What to do about a text that is too long, in English (N_()): the bank counts
 * bytes, and a letter that isn't of ASCII has several.
 */
const char *limits_of_text(const char *text);

#endif
