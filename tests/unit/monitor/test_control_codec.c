/* SPDX-License-Identifier: ISC */
/*
 * The rows of answers: each field that was given stands in its column, also
 * behind one that there is none of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/control/control_codec.h"
#include "../../../shared/base/util.h"

static void
test_a_field_that_is_null(void **state)
{
	struct control_text text = { 0 };
	const char *none = NULL;

	(void)state;
	control_put_row(&text, '=', TEXTS("id", "name", "state"));
	control_put_row(&text, '+', TEXTS("fey", none, "open"));
	control_put_row(&text, '+', TEXTS(none, none, "closed"));
	control_put_row(&text, '+', TEXTS("joe", "Joe", none));
	control_put_end(&text, 0, "");
	assert_string_equal(text.data,
	    "= id\tname\tstate\n+ fey\t-\topen\n+ -\t-\tclosed\n"
	    "+ joe\tJoe\t-\n. 0\n");
	control_text_free(&text);
}

static void
test_too_many_fields(void **state)
{
	const char *fields[CONTROL_FIELDS + 3];
	struct control_text text = { 0 };
	struct control_row row;

	(void)state;
	for (size_t i = 0; i < NELEM(fields); i++)
		fields[i] = "x";
	control_put_row(&text, '+', NELEM(fields), fields);
	control_get_row(&row, text.data);
	assert_int_equal(row.count, CONTROL_FIELDS);
	control_text_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_field_that_is_null),
		cmocka_unit_test(test_too_many_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
