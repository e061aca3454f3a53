/* SPDX-License-Identifier: ISC */
/*
 * Numbers from text: digits alone, within bounds; all that strtoull(3) takes
 * besides is refused, and then the number stays as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/number.h"
#include "../../../shared/base/util.h"

static void
test_reads(void **state)
{
	static const struct {
		const char *text;
		uint64_t number;
	} rows[] = {
		{ "0", 0 },
		{ "00", 0 },
		{ "007", 7 },
		{ "65535", 65535 },
		{ "18446744073709551615", UINT64_MAX },
		{ "00000000000000000000000000001", 1 },
	};
	uint64_t number;

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		number = 99;
		assert_int_equal(
		    number_parse(rows[i].text, 0, UINT64_MAX, &number), 0);
		assert_true(number == rows[i].number);
	}
}

static void
test_refuses(void **state)
{
	static const char *const texts[] = { "", "-", "+1", "-1", "-0", " 1",
		"1 ", "\t1", "1\n", "0x10", "1e3", "1.0", "1,000", "a", "1a",
		"\xd9\xa1", "18446744073709551616", "18446744073709551620",
		"184467440737095516150", "99999999999999999999999" };
	uint64_t number = 99;

	(void)state;
	for (size_t i = 0; i < NELEM(texts); i++)
		assert_int_equal(number_parse(texts[i], 0, UINT64_MAX, &number),
		    BANK_EINVAL);
	assert_true(number == 99);
}

static void
test_bounds(void **state)
{
	uint64_t number = 99;

	(void)state;
	assert_int_equal(number_parse("4", 5, 10, &number), BANK_EINVAL);
	assert_int_equal(number_parse("11", 5, 10, &number), BANK_EINVAL);
	assert_true(number == 99);
	assert_int_equal(number_parse("5", 5, 10, &number), 0);
	assert_true(number == 5);
	assert_int_equal(number_parse("10", 5, 10, &number), 0);
	assert_true(number == 10);
}

/* Bytes needn't end with a NUL, and may hold one. */
static void
test_bytes(void **state)
{
	uint64_t number = 99;

	(void)state;
	assert_int_equal(
	    number_parse_bytes("1\0002", 3, 0, 999, &number), BANK_EINVAL);
	assert_int_equal(
	    number_parse_bytes("12", 0, 0, 999, &number), BANK_EINVAL);
	assert_true(number == 99);
	assert_int_equal(number_parse_bytes("1234", 3, 0, 999, &number), 0);
	assert_true(number == 123);
}

static void
test_prefix(void **state)
{
	uint64_t number = 99;

	(void)state;
	assert_int_equal(number_prefix("", 0, &number), 0);
	assert_int_equal(number_prefix(":12", 3, &number), 0);
	assert_int_equal(number_prefix("-12", 3, &number), 0);
	assert_int_equal(
	    number_prefix("18446744073709551616:", 21, &number), 0);
	assert_true(number == 99);
	assert_int_equal(number_prefix("12:34", 5, &number), 2);
	assert_true(number == 12);
	assert_int_equal(number_prefix("345", 3, &number), 3);
	assert_true(number == 345);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_prefix),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
