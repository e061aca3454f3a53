/* SPDX-License-Identifier: ISC */
/*
 * Escape sequences out of text, and nothing else out of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../shared/terminal/escape.h"
#include "../../../shared/base/util.h"

static void
assert_stripped(const char *text, const char *wanted)
{
	char copy[128];
	size_t length = string_copy(copy, text, sizeof(copy));

	length = escape_strip(copy, length);
	copy[length] = '\0';
	assert_string_equal(copy, wanted);
}

static void
test_strip(void **state)
{
	(void)state;
	assert_stripped("", "");
	assert_stripped("Jos\xc3\xa9 \xe2\x82\xac [x] O]",
	    "Jos\xc3\xa9 "
	    "\xe2\x82\xac [x] O]");
	/* In UTF-8 these two bytes are one of a character's. */
	assert_stripped("\xc2\x9b"
			"5n",
	    "\xc2\x9b"
	    "5n");
	assert_stripped("a\033]11;rgb:1e1e/2020/2a2a\033\\b", "ab");
	assert_stripped("a\033]11;rgb:1e1e/2020/2a2a\ab", "ab");
	assert_stripped("a\033[?64;1;22cb\033[>1;10;0cc\033[24;80Rd", "abcd");
	assert_stripped("a\033P>|foot(1.16)\033\\b\033_Gi=1;OK\033\\c", "abc");
	assert_stripped("a\033OAb\033[Ac\033xd\033\033[Be", "abcde");
	/* Cut off by the line's end, by another, by a control character. */
	assert_stripped("a\033", "a");
	assert_stripped("a\033[", "a");
	assert_stripped("a\033]11;rgb:1e", "a");
	assert_stripped("a\033]11;rgb:1e\033[5nb", "ab");
	assert_stripped("a\033]11;rgb:1e\rb", "a\rb");
	assert_stripped("a\033[24\rb", "a\rb");
	assert_stripped("a\033\rb", "a\rb");
}

/* Controls of one character, as code points. */
static void
test_controls(void **state)
{
	static const uint32_t osc[] = { 0x9d, '1', '1', ';', '?', 0x9c };
	static const uint32_t csi[] = { 0x9b, '5', 'n' };
	struct escape escape = { ESCAPE_TEXT, 0 };

	(void)state;
	for (size_t i = 0; i < NELEM(osc); i++)
		assert_true(escape_take(&escape, osc[i]));
	assert_int_equal(escape.state, ESCAPE_TEXT);
	assert_false(escape_take(&escape, 'a'));
	for (size_t i = 0; i < NELEM(csi); i++)
		assert_true(escape_take(&escape, csi[i]));
	assert_false(escape_take(&escape, 0xe9));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strip),
		cmocka_unit_test(test_controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
