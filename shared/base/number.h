/* SPDX-License-Identifier: ISC */
/*
 * Numbers from text, the strict way: decimal digits alone.  A sign, a blank,
 * another base, nothing at all and what is too large are refused.
 */
#ifndef SHARED_NUMBER_H
#define SHARED_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/*
 * The whole text is one number from `least` to `most`: 0.  Otherwise
 * BANK_EINVAL, and *number is as it was.
 */
int number_parse(
    const char *text, uint64_t least, uint64_t most, uint64_t *number);
int number_parse_bytes(const char *text, size_t length, uint64_t least,
    uint64_t most, uint64_t *number);

/*
 * The number that a text begins with.  How many digits it has; 0 where there
 * are none or the number is above UINT64_MAX, and *number is as it was.
 */
size_t number_prefix(const char *text, size_t length, uint64_t *number);

#endif
