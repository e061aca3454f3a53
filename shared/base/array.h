/* SPDX-License-Identifier: ISC */
/*
 * Arrays that grow.  The caller keeps the pointer, NULL before the first
 * element, the room in elements, and the count; free(3) gives it back.
 */
#ifndef SHARED_ARRAY_H
#define SHARED_ARRAY_H

#include <stddef.h>

/*
 * Makes room for `count` elements in all.  `array` and `size` are names of
 * the pointer and of its room, a size_t: both change together.  The room
 * doubles, and is always a power of two.  0, or BANK_ENOMEM, where a size_t
 * can't tell the bytes either; then nothing has changed.
 */
#define array_room(array, size, count) \
	array_grow(&(array), &(size), sizeof(*(array)), (count))

/*
 * The same, and what is new is zero.  Pages of it that are never written to
 * take no memory; but for a while there are two arrays.
 */
#define array_room_zeroed(array, size, count) \
	array_grow_zeroed(&(array), &(size), sizeof(*(array)), (count))

/* What these do; `array` points to the pointer, `width` is an element's. */
int array_grow(void *array, size_t *size, size_t width, size_t count);
int array_grow_zeroed(void *array, size_t *size, size_t width, size_t count);

#endif
