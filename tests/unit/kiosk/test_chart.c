/* SPDX-License-Identifier: ISC */
/*
 * The chart of balances: which entries, in which order, how high.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../atm-tui/draw/chart.h"
#include "../../../shared/base/money.h"
#include "../../../shared/base/util.h"

/* Newest first, as HISTORY has them. */
static struct history_entry
entry(enum wire_account account, int64_t balance)
{
	return (
	    struct history_entry) { .account = account, .balance = balance };
}

/* 4 rows of 10 columns: 32 steps. */
static const struct rect place = { 0, 0, 4, 10 };

static void
test_no_entry(void **state)
{
	struct history_entry other = entry(WIRE_CHECKING, 500);
	struct chart chart;

	(void)state;
	chart_make(&chart, &place, NULL, 0, WIRE_SAVINGS);
	assert_int_equal(chart.columns, 0);
	assert_null(chart.newest);
	chart_make(&chart, &place, &other, 1, WIRE_SAVINGS);
	assert_int_equal(chart.columns, 0);
}

/* It fills the height, whatever it is. */
static void
test_one_entry(void **state)
{
	struct history_entry one = entry(WIRE_SAVINGS, 1);
	struct chart chart;

	(void)state;
	chart_make(&chart, &place, &one, 1, WIRE_SAVINGS);
	assert_int_equal(chart.columns, 1);
	assert_int_equal(chart.heights[0], 4 * CHART_STEPS);
	assert_ptr_equal(chart.newest, &one);
	assert_ptr_equal(chart.oldest, &one);
	one = entry(WIRE_SAVINGS, 0);
	chart_make(&chart, &place, &one, 1, WIRE_SAVINGS);
	assert_int_equal(chart.heights[0], 1);
}

/* From nothing to the highest, the oldest at the left. */
static void
test_scale(void **state)
{
	struct history_entry entries[] = {
		entry(WIRE_SAVINGS, 0),
		entry(WIRE_SAVINGS, 4000),
		entry(WIRE_CHECKING, 9000),
		entry(WIRE_SAVINGS, 1000),
		entry(WIRE_SAVINGS, 2000),
	};
	static const int wanted[] = { 16, 8, 32, 1 };
	struct chart chart;

	(void)state;
	chart_make(&chart, &place, entries, NELEM(entries), WIRE_SAVINGS);
	assert_int_equal(chart.columns, NELEM(wanted));
	for (size_t i = 0; i < NELEM(wanted); i++)
		assert_int_equal(chart.heights[i], wanted[i]);
	assert_int_equal(chart.lowest, 0);
	assert_int_equal(chart.highest, 4000);
	assert_ptr_equal(chart.newest, &entries[0]);
	assert_ptr_equal(chart.oldest, &entries[4]);
}

/* No balance is below nothing; where a bank says so, nothing is drawn low. */
static void
test_negative(void **state)
{
	struct history_entry entries[] = { entry(WIRE_SAVINGS, -700),
		entry(WIRE_SAVINGS, -100) };
	struct chart chart;

	(void)state;
	chart_make(&chart, &place, entries, 2, WIRE_SAVINGS);
	assert_int_equal(chart.heights[0], 1);
	assert_int_equal(chart.heights[1], 1);
	assert_int_equal(chart.lowest, -700);
}

/* The largest balance there is overflows nothing on the largest screen. */
static void
test_largest(void **state)
{
	static const struct rect large = { 0, 0, 500, 4 };
	struct history_entry entries[] = {
		entry(WIRE_SAVINGS, MONEY_MAX_CENTS),
		entry(WIRE_SAVINGS, MONEY_MAX_CENTS / 2 + 1),
	};
	struct chart chart;

	(void)state;
	chart_make(&chart, &large, entries, 2, WIRE_SAVINGS);
	assert_int_equal(chart.heights[1], 500 * CHART_STEPS);
	assert_int_equal(chart.heights[0], 250 * CHART_STEPS);
}

/* The newest that fit, and no more than there is room for. */
static void
test_more_than_fit(void **state)
{
	struct rect wide = { 0, 0, 1, 2 * CHART_COLUMNS };
	struct history_entry entries[2 * CHART_COLUMNS];
	struct chart chart;

	(void)state;
	for (size_t i = 0; i < NELEM(entries); i++)
		entries[i] = entry(WIRE_SAVINGS, (int64_t)i + 1);
	chart_make(&chart, &place, entries, NELEM(entries), WIRE_SAVINGS);
	assert_int_equal(chart.columns, 10);
	assert_int_equal(chart.lowest, 1);
	assert_int_equal(chart.highest, 10);
	assert_int_equal(chart.heights[9], 3);
	assert_int_equal(chart.heights[0], 32);
	chart_make(&chart, &wide, entries, NELEM(entries), WIRE_SAVINGS);
	assert_int_equal(chart.columns, CHART_COLUMNS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_entry),
		cmocka_unit_test(test_one_entry),
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_negative),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_more_than_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
