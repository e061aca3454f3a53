/* SPDX-License-Identifier: ISC */
/* What an address is counted as: IPv4, a /64, or a host of a link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../../bankd/base/limit_address.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"

static void
test_counted_as(void **state)
{
	static const char *const cases[][2] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "::ffff:c000:207", "192.0.2.7" },
		{ "2001:db8:1:2::1", "2001:db8:1:2::/64" },
		{ "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64" },
		{ "2001:DB8:1:2:0:0:0:9", "2001:db8:1:2::/64" },
		{ "2001:db8:1:3::1", "2001:db8:1:3::/64" },
		{ "2001:db8:1:2::1%7", "2001:db8:1:2::/64" },
		{ "::1", "::/64" },
		{ "fe80::1%2", "fe80::1%2" },
		{ "fe80::2%2", "fe80::2%2" },
		{ "fe80::1%3", "fe80::1%3" },
		{ "febf::1%eth0", "febf::1%eth0" },
		{ "fe80::1", "fe80::1" },
		{ "fec0::1", "fec0::/64" },
	};
	char limit[LIMIT_ADDRESS_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(cases); i++) {
		assert_int_equal(limit_address(cases[i][0], limit), 0);
		assert_string_equal(limit, cases[i][1]);
		/* In its own place too. */
		string_copy(limit, cases[i][0], sizeof(limit));
		assert_int_equal(limit_address(limit, limit), 0);
		assert_string_equal(limit, cases[i][1]);
	}
}

static void
test_no_address(void **state)
{
	static const char too_long[] = "fe80::1%"
				       "01234567890123456789012345678901234567"
				       "89012345678901234567890123456789";
	static const char *const cases[] = { "", "%", "%1", "::1%", "fe80::1%",
		"1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4%1", "lobby",
		"2001:db8::/64", "1::2::3", ":", "[::1]", " ::1", "::1 ",
		too_long };
	char limit[LIMIT_ADDRESS_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(cases); i++)
		assert_int_equal(limit_address(cases[i], limit), BANK_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counted_as),
		cmocka_unit_test(test_no_address),
	};

	return cmocka_run_group_tests_name("limit_address", tests, NULL, NULL);
}
