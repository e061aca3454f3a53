/* SPDX-License-Identifier: ISC */
/*
 * Arrays that grow.  Every process; not for secrets, as realloc(3) may leave
 * a copy behind.
 */
#include "array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

#define FIRST_COUNT 8
#define FIRST_BYTES 512

/* A power of two that holds `count`; 0: there is none. */
static size_t
larger(size_t size, size_t width, size_t count)
{
	size_t most = PTRDIFF_MAX / width;

	if (size == 0)
		size = FIRST_COUNT;
	while (size < count || size < FIRST_BYTES / width) {
		if (size > most / 2)
			return 0;
		size *= 2;
	}
	return size;
}

/* Any object pointer may be copied as one to void, not read as one. */
static void
put(void *array, void *data)
{
	memcpy(array, &data, sizeof(data));
}

int
array_grow(void *array, size_t *size, size_t width, size_t count)
{
	void *old, *data;
	size_t more;

	if (count <= *size)
		return 0;
	memcpy(&old, array, sizeof(old));
	if ((more = larger(*size, width, count)) == 0 ||
	    (data = realloc(old, more * width)) == NULL)
		return BANK_ENOMEM;
	put(array, data);
	*size = more;
	return 0;
}

int
array_grow_zeroed(void *array, size_t *size, size_t width, size_t count)
{
	void *old, *data;
	size_t more;

	if (count <= *size)
		return 0;
	memcpy(&old, array, sizeof(old));
	if ((more = larger(*size, width, count)) == 0 ||
	    (data = calloc(more, width)) == NULL)
		return BANK_ENOMEM;
	if (old != NULL)
		memcpy(data, old, *size * width);
	free(old);
	put(array, data);
	*size = more;
	return 0;
}
