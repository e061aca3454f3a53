/* SPDX-License-Identifier: ISC */
/*
 * Allocations of a test's own program, not of its libraries, that fail when
 * told to.  It defines malloc(3) and its kin, so a test takes it by including
 * this file; a sanitizer has its own, and then nothing fails here.
 */
#undef _FORTIFY_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../sanitized.h"

#define OWN_MEMORY (!SANITIZED)

/* Of those of `least` to `most` bytes, the nth from now on fails; 0: none. */
struct own_memory {
	long nth;
	size_t least, most; /* most 0: of any size */
	long failed;
};
static struct own_memory own_memory_here;
/* May be set to one that processes share. */
static struct own_memory *own_memory = &own_memory_here;

#if OWN_MEMORY
extern const char __executable_start, etext;
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool
own_memory_fails(const void *caller, size_t size)
{
	if (own_memory->nth <= 0 ||
	    caller < (const void *)&__executable_start ||
	    caller > (const void *)&etext)
		return false;
	if (own_memory->most != 0 &&
	    (size < own_memory->least || size > own_memory->most))
		return false;
	if (__atomic_sub_fetch(&own_memory->nth, 1, __ATOMIC_SEQ_CST) != 0)
		return false;
	own_memory->failed++;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return own_memory_fails(__builtin_return_address(0), size)
	    ? NULL
	    : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return own_memory_fails(__builtin_return_address(0), count * size)
	    ? NULL
	    : __libc_calloc(count, size);
}

void *
reallocarray(void *old, size_t count, size_t size)
{
	return own_memory_fails(__builtin_return_address(0), count * size)
	    ? NULL
	    : __libc_realloc(old, count * size);
}

char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = own_memory_fails(__builtin_return_address(0), size)
	    ? NULL
	    : __libc_malloc(size);

	return copy == NULL ? NULL : memcpy(copy, text, size);
}
#endif
