/* SPDX-License-Identifier: ISC */
/*
 * What notes can make, against a search of everything, and their stock on
 * disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../../atm-tui/machine/cash_notes.h"
#include "../../../atm-tui/machine/cash_stock.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"

static struct cash_notes
notes_of(const char *units, const char *left)
{
	struct cash_notes notes = { 0 };

	notes.count =
	    (size_t)cash_notes_read(units, notes.units, CASH_NOTES_MAX);
	for (size_t i = 0; i < notes.count; i++)
		notes.left[i] = CASH_NOTES_ENOUGH;
	if (left != NULL)
		assert_int_equal(
		    cash_notes_read(left, notes.left, CASH_NOTES_MAX),
		    notes.count);
	return notes;
}

static void
test_lists(void **state)
{
	static const char *const wrong[] = { "x", "20,x", "20 -5", "20x",
		"20.5", "1000001", "99999999999999999999" };
	int64_t units[3];

	(void)state;
	assert_int_equal(cash_notes_read("20 50", units, 3), 2);
	assert_int_equal(units[1], 50);
	assert_int_equal(cash_notes_read("", units, 3), 0);
	assert_int_equal(cash_notes_read(" 5,10\t 0 ", units, 3), 3);
	assert_int_equal(units[2], 0);
	/* More than there is room for are counted, and not written. */
	assert_int_equal(cash_notes_read("1 2 3 4 5", units, 3), 5);
	for (size_t i = 0; i < NELEM(wrong); i++)
		assert_int_equal(
		    cash_notes_read(wrong[i], units, 3), BANK_EINVAL);
}

static void
test_plans(void **state)
{
	static const struct {
		const char *units, *left;
		int64_t cents;
		const char *text; /* NULL: not made */
		int64_t below, above;
	} cases[] = {
		{ "20 50", NULL, 4000, "20x2", 0, 0 },
		{ "20 50", NULL, 9000, "20x2 50x1", 0, 0 },
		{ "20 50", NULL, 10000, "50x2", 0, 0 },
		{ "50 20", NULL, 8000, "20x4", 0, 0 },
		{ "20 50", NULL, 3000, NULL, 2000, 4000 },
		{ "20 50", NULL, 1000, NULL, 0, 2000 },
		{ "20 50", NULL, 1, NULL, 0, 2000 },
		{ "20 50", NULL, 4050, NULL, 4000, 5000 },
		{ "20 50", NULL, 4001, NULL, 4000, 5000 },
		{ "20 50", NULL, 222200, NULL, 222000, 223000 },
		{ "20 50", NULL, 65000000, "50x13000", 0, 0 },
		{ "20 50", NULL, 99999999999999, NULL, 65535000, 0 },
		{ "20 50", "1 1", 7000, "20x1 50x1", 0, 0 },
		{ "20 50", "1 1", 4000, NULL, 2000, 5000 },
		{ "20 50", "3 0", 8000, NULL, 6000, 0 },
		{ "20 50", "0 0", 2000, NULL, 0, 0 },
		{ "20 50", "5 1", 11000, "20x3 50x1", 0, 0 },
		{ "5 10 20 50", "1 0 9 0", 2500, "5x1 20x1", 0, 0 },
		{ "7 3", NULL, 1100, NULL, 1000, 1200 },
		{ "", NULL, 2000, NULL, 0, 0 },
		{ "20", NULL, 0, NULL, 0, 0 },
	};
	struct cash_plan plan;
	char text[128];

	(void)state;
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct cash_notes notes =
		    notes_of(cases[i].units, cases[i].left);

		assert_int_equal(
		    cash_notes_plan(&notes, cases[i].cents, &plan), 0);
		assert_int_equal(plan.made, cases[i].text != NULL);
		if (plan.made)
			assert_string_equal(
			    cash_notes_text(&notes, &plan, text, sizeof(text)),
			    cases[i].text);
		assert_int_equal(plan.below, cases[i].below);
		assert_int_equal(plan.above, cases[i].above);
	}
}

/* Whether any number of notes from `note` on makes the sum. */
static bool
can_make(const struct cash_notes *notes, size_t note, int64_t sum)
{
	if (sum == 0)
		return true;
	if (note == notes->count)
		return false;
	for (int64_t n = 0;
	     n <= notes->left[note] && n * notes->units[note] <= sum; n++)
		if (can_make(notes, note + 1, sum - n * notes->units[note]))
			return true;
	return false;
}

static void
check_plan(const struct cash_notes *notes, int64_t sum)
{
	struct cash_plan plan;
	int64_t total = 0;

	assert_int_equal(cash_notes_plan(notes, sum * 100, &plan), 0);
	assert_int_equal(plan.made, can_make(notes, 0, sum));
	for (size_t i = 0; i < notes->count; i++) {
		assert_in_range(plan.use[i], 0, notes->left[i]);
		total += plan.use[i] * notes->units[i];
	}
	assert_int_equal(total, plan.made ? sum : 0);
	if (plan.below != 0) {
		assert_true(can_make(notes, 0, plan.below / 100));
		for (int64_t i = plan.below / 100 + 1; i < sum; i++)
			assert_false(can_make(notes, 0, i));
	}
	if (plan.above != 0) {
		assert_true(can_make(notes, 0, plan.above / 100));
		for (int64_t i = sum + 1; i < plan.above / 100; i++)
			assert_false(can_make(notes, 0, i));
	}
}

static void
test_against_a_search(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
				      : (unsigned)time(NULL);

	(void)state;
	print_message("SEED=%u\n", seed);
	srand(seed);
	for (int i = 0; i < 300; i++) {
		struct cash_notes notes = { .count = 1 + (size_t)rand() % 3 };

		for (size_t n = 0; n < notes.count; n++) {
			notes.units[n] = 1 + rand() % 12;
			notes.left[n] = rand() % 6;
		}
		check_plan(&notes, 1 + rand() % 120);
	}
}

static int
make_directory(void **state)
{
	static char path[64];

	strcpy(path, "/tmp/test_cash.XXXXXX");
	*state = path;
	return mkdtemp(path) == NULL;
}

static int
remove_directory(void **state)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/stock", (char *)*state);
	unlink(path);
	return rmdir(*state);
}

static void
put_stock(const char *directory, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/stock", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void
test_stock(void **state)
{
	const int64_t refill[CASH_NOTES_MAX] = { 10, 5 };
	struct cash_notes notes = notes_of("20 50", NULL);
	struct cash_plan plan = { .use = { 3, 1 } };

	assert_int_equal(cash_stock_read(*state, refill, &notes), 0);
	assert_int_equal(notes.left[0], 10);
	assert_int_equal(cash_stock_take(*state, refill, &notes, &plan, 1), 0);
	assert_int_equal(notes.left[0], 7);
	assert_int_equal(cash_stock_take(*state, refill, &notes, &plan, 1), 0);
	assert_int_equal(cash_stock_take(*state, refill, &notes, &plan, -1), 0);
	memset(notes.left, 0, sizeof(notes.left));
	assert_int_equal(cash_stock_read(*state, refill, &notes), 0);
	assert_int_equal(notes.left[0], 7);
	assert_int_equal(notes.left[1], 4);
	/* Too few: nothing is taken. */
	plan.use[1] = 5;
	assert_int_equal(
	    cash_stock_take(*state, refill, &notes, &plan, 1), BANK_ENOSPC);
	assert_int_equal(cash_stock_read(*state, refill, &notes), 0);
	assert_int_equal(notes.left[1], 4);
}

static void
test_stock_files(void **state)
{
	static const char *const wrong[] = { "20", "20 -1\n", "20 5 5\n",
		"many\n", "20 5\nx\n" };
	const int64_t refill[CASH_NOTES_MAX] = { 10, 5 };
	struct cash_notes notes = notes_of("20 50", NULL);
	struct cash_plan plan = { .use = { 1, 0 } };

	/* Another note's line, none of its own, an empty one. */
	put_stock(*state, "100 7\n\n20 2");
	assert_int_equal(cash_stock_read(*state, refill, &notes), 0);
	assert_int_equal(notes.left[0], 2);
	assert_int_equal(notes.left[1], 5);
	for (size_t i = 0; i < NELEM(wrong); i++) {
		put_stock(*state, wrong[i]);
		assert_int_equal(
		    cash_stock_read(*state, refill, &notes), BANK_EDAMAGED);
		assert_int_equal(
		    cash_stock_take(*state, refill, &notes, &plan, 1),
		    BANK_EDAMAGED);
	}
	assert_int_equal(
	    cash_stock_take("/nonexistent", refill, &notes, &plan, 1),
	    BANK_ESYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_against_a_search),
		cmocka_unit_test_setup_teardown(
		    test_stock, make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(
		    test_stock_files, make_directory, remove_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
