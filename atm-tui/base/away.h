/* SPDX-License-Identifier: ISC */
/*
 * What came in while the customer was away: entries of the history since
 * the last login that others made.  Pure.
 */
#ifndef ATM_AWAY_H
#define ATM_AWAY_H

#include <stdbool.h>
#include <stddef.h>

#include "../../shared/wire/wire_reader.h"
#include "sentence.h"

#define VISIT_LINES 32
#define VISIT_REQUEST "HISTORY 100" /* what is to be asked */

struct visit {
	size_t count;
	struct sentence lines[VISIT_LINES];
};

/* Whether there is anything to ask: the customer was here before. */
bool away_is_known(const char *last_login);

/*
 * Reads an answer to HISTORY into sentences, the oldest first.  `last_login`
 * is the login's, `id` the customer's own; where there are more than fit, the
 * first sentence says so.
 */
void away_read(struct visit *visit, const struct wire_reader *history,
    const char *last_login, const char *id);

#endif
