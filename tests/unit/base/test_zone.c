/* SPDX-License-Identifier: ISC */
/*
 * The bank's days: their edges, to the second, in summer and in winter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../shared/base/zone.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"

#define MS UINT64_C(1000)

static void
assert_text(const char *zone, uint64_t seconds, const char *wanted)
{
	char text[ZONE_TIME_TEXT], error[256];

	if (zone_check(zone, error, sizeof(error)) != 0)
		skip(); /* no tzdata */
	assert_int_equal(zone_use(zone, error, sizeof(error)), 0);
	assert_string_equal(zone_text(seconds * MS + 999, text), wanted);
}

static void
test_edges(void **state)
{
	static const struct {
		const char *zone;
		uint64_t seconds;
		const char *wanted;
	} cases[] = {
		{ "UTC", 0, "1970-01-01T00:00:00Z" },
		{ "UTC", 1798761599, "2026-12-31T23:59:59Z" },
		{ "Europe/Berlin", 1798757999, "2026-12-31T23:59:59+01:00" },
		{ "Europe/Berlin", 1798758000, "2027-01-01T00:00:00+01:00" },
		/* The night in which an hour comes twice. */
		{ "Europe/Berlin", 1792889999, "2026-10-25T02:59:59+02:00" },
		{ "Europe/Berlin", 1792890000, "2026-10-25T02:00:00+01:00" },
		{ "Europe/Berlin", 1782856799, "2026-06-30T23:59:59+02:00" },
		{ "Europe/Berlin", 1782856800, "2026-07-01T00:00:00+02:00" },
		{ "Asia/Kolkata", 1798741800, "2027-01-01T00:00:00+05:30" },
		{ "America/St_Johns", 1798774199, "2026-12-31T23:59:59-03:30" },
		{ "Europe/London", 1798761600, "2027-01-01T00:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < NELEM(cases); i++)
		assert_text(cases[i].zone, cases[i].seconds, cases[i].wanted);
}

static void
test_none(void **state)
{
	static const char *const names[] = { "", "Europe", "Nowhere/Atall",
		"../zoneinfo/Europe/Berlin", "zone.tab",
		"/usr/share/zoneinfo/Europe/Berlin" };
	char error[256];

	(void)state;
	for (size_t i = 0; i < NELEM(names); i++) {
		error[0] = '\0';
		assert_int_equal(
		    zone_use(names[i], error, sizeof(error)), BANK_EINVAL);
		assert_non_null(strstr(error, "[bank] time_zone"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
