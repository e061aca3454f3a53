/* SPDX-License-Identifier: ISC */
/*
 * A customer's limits in words: before an amount is asked for, as DETAILS
 * tells them (`limit withdraw AMOUNT LEFT` of one transaction, `limit
 * withdraw-day AMOUNT LEFT` of a day, `limit rate NUMBER LEFT` of a minute),
 * and when one of them, or a rule for new passwords, refused.  Pure.
 */
#ifndef ATM_LIMITS_H
#define ATM_LIMITS_H

#include <stddef.h>

#include "../../shared/wire/wire_reader.h"

#define LIMITS_SIZE 160

/*
 * The sentence about `what` (transfer, withdraw) in an answer to DETAILS;
 * empty where there is no limit.  Returns `to`.
 */
char *limits_words(const struct wire_reader *details, const char *what,
    const char *currency, char to[LIMITS_SIZE]);

/* Likewise about how many transactions there may be in a minute. */
char *limits_rate(const struct wire_reader *details, char to[LIMITS_SIZE]);

/*
 * Which limit or rule refused, in English (N_()); NULL where the reply doesn't
 * say.
 */
const char *limits_refusal(const struct wire_reader *reply);

#endif
