/* SPDX-License-Identifier: ISC */
/*
 * A customer's limits, as DETAILS tells them: `limit withdraw AMOUNT LEFT`
 * of one transaction, `limit withdraw-day AMOUNT LEFT` of a day.
 */
#ifndef ATM_LIMITS_H
#define ATM_LIMITS_H

#include <stddef.h>

#include "../shared/wire.h"

#define LIMITS_SIZE 160

struct kiosk;

/*
 * The sentence about `what` (transfer, withdraw); empty where there is no
 * limit.  Returns `to`.
 */
char *limits_words(const struct kiosk *kiosk, const struct wire_reader *reader,
    const char *what, char to[LIMITS_SIZE]);

#endif
