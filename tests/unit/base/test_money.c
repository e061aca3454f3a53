/* SPDX-License-Identifier: ISC */
/*
 * Money: the form of an amount, its range, and that both spellings of any
 * sum are read back as that sum.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/money.h"
#include "../../../shared/base/util.h"

static void
test_amounts(void **state)
{
	static const struct {
		const char *text;
		int64_t cents;
	} rows[] = {
		{ "0", 0 },
		{ "0.0", 0 },
		{ "0.01", 1 },
		{ "0.1", 10 },
		{ "1", 100 },
		{ "007", 700 },
		{ "250.50", 25050 },
		{ "250.5", 25050 },
		{ "10000.00", 1000000 },
		{ "0000000000001.5", 150 },
		{ "9999999999999", INT64_C(999999999999900) },
		{ "9999999999999.99", MONEY_MAX_CENTS },
	};

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		int64_t cents = -1;

		assert_int_equal(
		    money_parse(rows[i].text, strlen(rows[i].text), &cents), 0);
		assert_int_equal(cents, rows[i].cents);
	}
}

static void
test_what_is_no_amount(void **state)
{
	static const char *const texts[] = { "", ".", ".5", "5.", "1.234", "-1",
		"+1", " 1", "1 ", "1,5", "1e3", "0x10", "1..2", "1.2.3",
		"10000000000000", "00000000000001", "99999999999999.99",
		"9223372036854775808", "1.-5", "1.5 ", "1\n", "inf", "nan",
		"\xd9\xa1", "1'000" };

	(void)state;
	for (size_t i = 0; i < NELEM(texts); i++) {
		int64_t cents = -7;

		assert_int_equal(
		    money_parse(texts[i], strlen(texts[i]), &cents),
		    BANK_EINVAL);
		assert_int_equal(cents, -7);
	}
}

static void
test_length_is_heeded(void **state)
{
	int64_t cents;

	(void)state;
	assert_int_equal(money_parse("12.349", 5, &cents), 0);
	assert_int_equal(cents, 1234);
	assert_int_equal(money_parse("1\0002", 3, &cents), BANK_EINVAL);
	assert_int_equal(money_parse("12", 0, &cents), BANK_EINVAL);
}

static void
test_spellings(void **state)
{
	static const struct {
		int64_t cents;
		const char *wire, *brief;
	} rows[] = {
		{ 0, "0.00", "0" },
		{ 1, "0.01", "0.01" },
		{ 10, "0.10", "0.10" },
		{ 100, "1.00", "1" },
		{ 1000000, "10000.00", "10000" },
		{ 989950, "9899.50", "9899.50" },
		{ -350, "-3.50", "-3.50" },
		{ -300, "-3.00", "-3" },
		{ -5, "-0.05", "-0.05" },
		{ MONEY_MAX_CENTS, "9999999999999.99", "9999999999999.99" },
		{ INT64_MAX, "92233720368547758.07", "92233720368547758.07" },
		{ INT64_MIN, "-92233720368547758.08", "-92233720368547758.08" },
	};
	char text[MONEY_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++) {
		assert_string_equal(
		    money_format(rows[i].cents, text), rows[i].wire);
		assert_string_equal(
		    money_format_short(rows[i].cents, text), rows[i].brief);
	}
}

static unsigned
seed_random(void)
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
				      : (unsigned)time(NULL);

	print_message("SEED=%u\n", seed);
	srandom(seed);
	return seed;
}

static void
test_any_sum_comes_back(void **state)
{
	char text[MONEY_TEXT_SIZE];
	int64_t cents, back;

	(void)state;
	seed_random();
	for (int i = 0; i < 20000; i++) {
		cents = ((int64_t)random() << 31 | random()) %
		    (MONEY_MAX_CENTS + 1);
		cents >>= random() % 50;
		money_format(cents, text);
		assert_int_equal(money_parse(text, strlen(text), &back), 0);
		assert_int_equal(back, cents);
		money_format_short(cents, text);
		assert_int_equal(money_parse(text, strlen(text), &back), 0);
		assert_int_equal(back, cents);
	}
}

static void
test_grouped(void **state)
{
	static const struct {
		int64_t cents;
		const char *text;
	} rows[] = { { 0, "0.00" }, { -350, "-3.50" }, { 99999, "999.99" },
		{ 125050, "1,250.50" }, { -100000, "-1,000.00" },
		{ 123456789, "1,234,567.89" },
		{ MONEY_MAX_CENTS, "9,999,999,999,999.99" },
		{ INT64_MIN, "-92,233,720,368,547,758.08" } };
	char text[MONEY_GROUPED_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(rows); i++)
		assert_string_equal(
		    money_format_grouped(rows[i].cents, text), rows[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grouped),
		cmocka_unit_test(test_amounts),
		cmocka_unit_test(test_what_is_no_amount),
		cmocka_unit_test(test_length_is_heeded),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_any_sum_comes_back),
	};

	return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
