/* SPDX-License-Identifier: ISC */
/*
 * Arrays that grow: what was in them stays, the room is a power of two, and
 * what no memory holds is refused and changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../shared/base/array.h"
#include "../../../shared/base/error.h"

static void
test_grows(void **state)
{
	uint32_t *numbers = NULL;
	size_t size = 0;

	(void)state;
	for (uint32_t i = 0; i < 5000; i++) {
		assert_int_equal(array_room(numbers, size, i + 1), 0);
		assert_true(size > i && (size & (size - 1)) == 0);
		numbers[i] = i;
	}
	assert_int_equal(size, 8192);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
}

/* One step may be longer than a doubling, and a wide element may be first. */
static void
test_grows_far(void **state)
{
	struct {
		char bytes[1000];
	} *wide = NULL;
	char *text = NULL;
	size_t size = 0, text_size = 0;

	(void)state;
	assert_int_equal(array_room(wide, size, 1), 0);
	assert_int_equal(size, 8);
	assert_int_equal(array_room(text, text_size, 1), 0);
	assert_int_equal(text_size, 512);
	assert_int_equal(array_room(text, text_size, 100000), 0);
	assert_int_equal(text_size, 131072);
	free(wide);
	free(text);
}

static void
test_zeroed(void **state)
{
	uint16_t *counts = NULL;
	size_t size = 0;

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		assert_int_equal(array_room_zeroed(counts, size, i + 1), 0);
		for (size_t j = i; j < size; j++)
			assert_int_equal(counts[j], 0);
		counts[i] = 7;
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(counts[i], 7);
	free(counts);
}

static void
test_refuses(void **state)
{
	static const size_t counts[] = { SIZE_MAX, SIZE_MAX / 8,
		SIZE_MAX / 8 + 2, PTRDIFF_MAX / 8 + 1, PTRDIFF_MAX / 8 };
	uint64_t *numbers = NULL, *before;
	size_t size = 0, room;

	(void)state;
	assert_int_equal(array_room(numbers, size, 1), 0);
	numbers[0] = 42;
	before = numbers;
	room = size;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		assert_int_equal(
		    array_room(numbers, size, counts[i]), BANK_ENOMEM);
		assert_int_equal(
		    array_room_zeroed(numbers, size, counts[i]), BANK_ENOMEM);
		assert_ptr_equal(numbers, before);
		assert_int_equal(size, room);
		assert_int_equal(numbers[0], 42);
	}
	free(numbers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_grows_far),
		cmocka_unit_test(test_zeroed),
		cmocka_unit_test(test_refuses),
	};

	return cmocka_run_group_tests_name("array", tests, NULL, NULL);
}
