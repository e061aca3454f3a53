/* SPDX-License-Identifier: ISC */
/*
 * Who an operator is, in words that entries and audit records keep
 * (bankd/control/control_who.h), and why (control_reason.h).
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "../../../bankd/control/control_reason.h"
#include "../../../bankd/control/control_who.h"
#include "../../../shared/base/util.h"

#define LONG "a-name-of-thirty-two-characters."
#define MOST 4294967295U

static void
test_names(void **state)
{
	struct control_who who;

	(void)state;
	control_who_set(&who, 1001, "ann");
	assert_string_equal(who.by, "1001:ann");
	control_who_set(&who, 1001, "");
	assert_string_equal(who.by, "1001:");
	/* No name looks like another user, or like a peer. */
	control_who_set(&who, 1001, "a:b(0:root) \n");
	assert_string_equal(who.by, "1001:a?b?0?root???");
	control_who_set_as(&who, 2, "bin", 33, "www-data");
	assert_string_equal(who.by, "2:bin(33:www-data)");
}

/* A long name costs letters, and never a number. */
static void
test_long_names(void **state)
{
	struct control_who who;

	(void)state;
	control_who_set(&who, MOST, LONG LONG);
	assert_int_equal(strlen(who.by), sizeof(who.by) - 1);
	control_who_set_as(&who, MOST, LONG, MOST, LONG);
	assert_int_equal(strlen(who.by), sizeof(who.by) - 1);
	assert_memory_equal(who.by, "4294967295:", 11);
	assert_non_null(strstr(who.by, "(4294967295:"));
	assert_int_equal(who.by[sizeof(who.by) - 2], ')');
}

static void
test_one_person(void **state)
{
	static const struct {
		const char *a, *b;
		bool same, shares;
	} cases[] = {
		{ "2:bin", "2:bin", true, true },
		{ "2:bin", "22:bin", false, false },
		{ "22:bin", "2:bin", false, false },
		{ "2:bin", "1:daemon", false, false },
		{ "2:bin(33:www)", "2:bin", true, true },
		{ "2:bin(33:www)", "1:daemon(33:www)", false, true },
		{ "2:bin(33:www)", "33:www", false, true },
		{ "33:www", "2:bin(33:www)", false, true },
		{ "2:bin(33:www)", "1:daemon(2:bin)", false, true },
		{ "2:bin(33:www)", "1:daemon(3:sys)", false, false },
	};

	(void)state;
	for (size_t i = 0; i < NELEM(cases); i++) {
		assert_int_equal(
		    control_who_same(cases[i].a, cases[i].b), cases[i].same);
		assert_int_equal(control_who_shares(cases[i].a, cases[i].b),
		    cases[i].shares);
	}
}

static void
test_line(void **state)
{
	struct control_who who = { .roles = CONTROL_TELLER }, read;
	char line[CONTROL_WHO_SIZE];
	size_t length;

	(void)state;
	control_who_set_as(&who, MOST, LONG, MOST, LONG);
	length = control_put_who(&who, line);
	assert_true(length < sizeof(line));
	assert_ptr_equal(control_get_who(&read, line, length), line + length);
	assert_int_equal(read.roles, CONTROL_TELLER);
	assert_string_equal(read.by, who.by);
}

static void
test_lines_of_another_form(void **state)
{
	static const char *const wrong[] = { "", "\n", "1\n", "1 0:root",
		"1 root\n", " 1 0:root\n", "+1 0:root\n", "x 0:root\n",
		"1x0:root\n", "99999999999999999999 0:root\n" };
	struct control_who who;

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++)
		assert_null(control_get_who(&who, wrong[i], strlen(wrong[i])));
}

static void
test_reasons(void **state)
{
	char stop[] = "stop", option[] = "--reason", text[] = "a fire drill",
	     id[] = "chris", error[128], longest[CONTROL_REASON_SIZE + 1];
	char *words[] = { stop, option, text, id };
	int count = NELEM(words);

	(void)state;
	assert_ptr_equal(control_reason_take(words, &count), text);
	assert_int_equal(count, 2);
	assert_ptr_equal(words[1], id);
	assert_null(control_reason_take(words, &count));
	words[1] = option; /* with nothing behind it: a word */
	assert_null(control_reason_take(words, &count));
	assert_int_equal(count, 2);

#define CHECK(reason, is_required) \
	control_reason_check(reason, "stop", is_required, error, sizeof(error))
	memset(longest, 'x', sizeof(longest));
	longest[CONTROL_REASON_SIZE] = '\0';
	assert_int_equal(CHECK(longest, false), EX_DATAERR);
	longest[CONTROL_REASON_SIZE - 1] = '\0';
	assert_int_equal(CHECK(longest, true), 0);
	assert_int_equal(CHECK("", false), 0);
	assert_int_equal(CHECK("", true), EX_USAGE);
	assert_int_equal(CHECK("a\tb", false), EX_DATAERR);
	assert_int_equal(CHECK("\xff", false), EX_DATAERR);
#undef CHECK
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_one_person),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_lines_of_another_form),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests_name("who", tests, NULL, NULL);
}
