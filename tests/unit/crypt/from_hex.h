/* SPDX-License-Identifier: ISC */
/*
 * Known answers, which stand as hex in seal_vectors.h, as bytes.  After
 * <cmocka.h>.
 */
#ifndef FROM_HEX_H
#define FROM_HEX_H

#include <string.h>

#include "../../../shared/base/util.h"

/* Returns the number of bytes; the test fails where they don't fit. */
static inline size_t
from_hex(const char *hex, uint8_t *data, size_t size)
{
	size_t length = strlen(hex) / 2;

	assert_true(length <= size);
	assert_int_equal(hex_decode(hex, strlen(hex), data, length), 0);
	return length;
}

#endif
