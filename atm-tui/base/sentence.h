/* SPDX-License-Identifier: ISC */
/*
 * A sentence about money that is kept: its English words and what stands in
 * them, so that it is said in the language in force when it is shown.  Pure.
 */
#ifndef ATM_SENTENCE_H
#define ATM_SENTENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../shared/wire/wire.h"

#define SENTENCE_SIZE 256 /* of what is shown, with its NUL */

/*
 * `words` is English (N_()), and has places for what there is, in this order:
 * the amount (%1$s), the time, the text.  No place before the last may be
 * left out: printf(3) takes none.
 */
struct sentence {
	const char *words; /* NULL: there is no sentence */
	bool has_amount;
	int64_t cents;
	char time[WIRE_TIME_TEXT]; /* as on the wire; empty: there is none */
	char text[128];            /* an ID, a kiosk, a number */
};

/* In the language in force, with `currency` before the amount.  `to`. */
char *sentence_write(const struct sentence *sentence, const char *currency,
    char to[SENTENCE_SIZE]);

#endif
