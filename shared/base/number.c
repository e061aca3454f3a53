/* SPDX-License-Identifier: ISC */
/*
 * Numbers from text.  Every process; pure, and safe between fork and exec.
 */
#include "number.h"

#include <string.h>

#include "error.h"

size_t
number_prefix(const char *text, size_t length, uint64_t *number)
{
	uint64_t value = 0;
	size_t used;

	for (used = 0; used < length; used++) {
		unsigned digit = (unsigned char)text[used] - '0';

		if (digit > 9)
			break;
		if (value > (UINT64_MAX - digit) / 10)
			return 0;
		value = value * 10 + digit;
	}
	if (used > 0)
		*number = value;
	return used;
}

int
number_parse_bytes(const char *text, size_t length, uint64_t least,
    uint64_t most, uint64_t *number)
{
	uint64_t value;

	if (length == 0 || number_prefix(text, length, &value) != length ||
	    value < least || value > most)
		return BANK_EINVAL;
	*number = value;
	return 0;
}

int
number_parse(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
	return number_parse_bytes(text, strlen(text), least, most, number);
}
