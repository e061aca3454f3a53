/* SPDX-License-Identifier: ISC */
/*
 * The chart of balances: which entries, in which order, on which scale, and
 * what stands at a column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../../atm-tui/draw/chart.h"
#include "../../../shared/base/money.h"
#include "../../../shared/base/util.h"

/* Newest first, as HISTORY has them; `day` of November. */
static struct history_entry
entry(enum wire_account account, int64_t balance, int day)
{
	struct history_entry made = { .account = account, .balance = balance };

	snprintf(made.time, sizeof(made.time), "2026-11-%02dT12:00:00Z", day);
	return made;
}

static struct chart chart;

static void
test_no_entry(void **state)
{
	struct history_entry other = entry(WIRE_CHECKING, 500, 1);

	(void)state;
	chart_make(&chart, NULL, 0, WIRE_SAVINGS);
	assert_int_equal(chart.count, 0);
	chart_make(&chart, &other, 1, WIRE_SAVINGS);
	assert_int_equal(chart.count, 0);
}

static void
test_one_account_oldest_first(void **state)
{
	const struct history_entry entries[] = {
		entry(WIRE_SAVINGS, 300, 3),
		entry(WIRE_CHECKING, 99900, 3),
		entry(WIRE_SAVINGS, -100, 2),
		entry(WIRE_SAVINGS, 700, 1),
	};

	(void)state;
	chart_make(&chart, entries, NELEM(entries), WIRE_SAVINGS);
	assert_int_equal(chart.count, 3);
	assert_int_equal(chart.balances[0], 700);
	assert_int_equal(chart.balances[1], -100);
	assert_int_equal(chart.balances[2], 300);
	assert_int_equal(chart.lowest, -100);
	assert_int_equal(chart.highest, 700);
	assert_int_equal(chart.times[2] - chart.times[0], 2 * 86400);
	assert_false(chart.by_time);
}

/* Each entry has its part of the columns, whatever there are of them. */
static void
test_columns_are_entries(void **state)
{
	const struct history_entry entries[] = {
		entry(WIRE_SAVINGS, 300, 3),
		entry(WIRE_SAVINGS, 200, 2),
		entry(WIRE_SAVINGS, 100, 1),
	};

	(void)state;
	chart_make(&chart, entries, NELEM(entries), WIRE_SAVINGS);
	assert_int_equal(chart_at(&chart, 0, 30), 0);
	assert_int_equal(chart_at(&chart, 9, 30), 0);
	assert_int_equal(chart_at(&chart, 10, 30), 1);
	assert_int_equal(chart_at(&chart, 29, 30), 2);
	assert_int_equal(chart_at(&chart, 1, 2), 1);
}

/* Of a week or more, a column is a moment, and a balance stays until then. */
static void
test_columns_are_moments(void **state)
{
	const struct history_entry entries[] = {
		entry(WIRE_SAVINGS, 300, 11),
		entry(WIRE_SAVINGS, 200, 2),
		entry(WIRE_SAVINGS, 100, 1),
	};

	(void)state;
	chart_make(&chart, entries, NELEM(entries), WIRE_SAVINGS);
	assert_true(chart.by_time);
	/* 11 columns are 11 days. */
	assert_int_equal(chart_at(&chart, 0, 11), 0);
	assert_int_equal(chart_at(&chart, 1, 11), 1);
	assert_int_equal(chart_at(&chart, 9, 11), 1);
	assert_int_equal(chart_at(&chart, 10, 11), 2);
	assert_int_equal(chart_at(&chart, 0, 1), 0);
}

static void
expect_scale(int64_t lowest, int64_t highest, int rows, int64_t low,
    int64_t step, int ticks)
{
	const struct history_entry entries[] = {
		entry(WIRE_SAVINGS, lowest, 2),
		entry(WIRE_SAVINGS, highest, 1),
	};

	chart_make(&chart, entries, NELEM(entries), WIRE_SAVINGS);
	chart_scale(&chart, rows);
	assert_int_equal(chart.low, low);
	assert_int_equal(chart.step, step);
	assert_int_equal(chart.ticks, ticks);
	/* All of it is on the scale. */
	assert_true(chart.low <= lowest);
	assert_true(chart.low + chart.step * (chart.ticks - 1) >= highest);
}

/* A scale of the movement: 9,749.50 to 10,000.00 is not a flat line. */
static void
test_scale(void **state)
{
	(void)state;
	expect_scale(974950, 1000000, 9, 970000, 10000, 4);
	expect_scale(974950, 1000000, 6, 960000, 20000, 3);
	expect_scale(0, 99, 9, 0, 100, 2);
	expect_scale(-50, 50, 9, -100, 100, 3);
	expect_scale(500, 500, 9, 500, 100, 2);
	/* No room for round amounts: the movement itself. */
	expect_scale(974950, 1000000, 3, 974950, 25050, 2);
	expect_scale(500, 500, 3, 500, 100, 2);
	expect_scale(0, MONEY_MAX_CENTS, 9, 0, 50000000000000000 / 100, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_entry),
		cmocka_unit_test(test_one_account_oldest_first),
		cmocka_unit_test(test_columns_are_entries),
		cmocka_unit_test(test_columns_are_moments),
		cmocka_unit_test(test_scale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
