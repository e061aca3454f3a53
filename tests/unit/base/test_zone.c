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

/* Past ones, whose rules stay: skipped, twice, or neither. */
static void
test_midnights(void **state)
{
	static const struct {
		const char *zone, *text, *wanted;
	} cases[] = {
		{ "UTC", "2026-11-28", "2026-11-28T00:00:00Z" },
		{ "Europe/Berlin", "2018-10-28", "2018-10-28T00:00:00+02:00" },
		{ "Europe/Berlin", "2018-10-29", "2018-10-29T00:00:00+01:00" },
		{ "Asia/Beirut", "2018-03-25", "2018-03-25T01:00:00+03:00" },
		{ "America/Havana", "2010-10-31", "2010-10-31T00:00:00-04:00" },
		{ "America/Havana", "2010-11-01", "2010-11-01T00:00:00-05:00" },
		{ "Pacific/Kiritimati", "2026-07-01",
		    "2026-07-01T00:00:00+14:00" },
		{ "Europe/Berlin", "2026-07-01T12:30",
		    "2026-07-01T12:30:00+02:00" },
		{ "Europe/Berlin", "2026-07-01T12:30:45Z",
		    "2026-07-01T14:30:45+02:00" },
		{ "Europe/Berlin", "2026-07-01T12:30:45-03:30",
		    "2026-07-01T18:00:45+02:00" },
		{ "Europe/Berlin", "today", "2026-12-31T00:00:00+01:00" },
		{ "Europe/Berlin", "yesterday", "2026-12-30T00:00:00+01:00" },
	};
	const uint64_t now_ms = 1798757999 * MS;
	char text[ZONE_TIME_TEXT], error[256];
	uint64_t time_ms;

	(void)state;
	for (size_t i = 0; i < NELEM(cases); i++) {
		if (zone_check(cases[i].zone, error, sizeof(error)) != 0)
			skip(); /* no tzdata */
		assert_int_equal(
		    zone_use(cases[i].zone, error, sizeof(error)), 0);
		assert_int_equal(
		    zone_parse(cases[i].text, now_ms, &time_ms), 0);
		assert_string_equal(zone_text(time_ms, text), cases[i].wanted);
		assert_int_equal(zone_midnight(zone_midnight(time_ms, 1), -1),
		    zone_midnight(time_ms, 0));
		assert_int_equal(
		    zone_midnight(zone_midnight(time_ms, 1) - 1, 0),
		    zone_midnight(time_ms, 0));
	}
}

static void
test_no_moments(void **state)
{
	static const char *const texts[] = { "", "x", "2026", "2026-13-01",
		"2026-02-30", "2026-02-03T", "2026-02-03T10", "1969-12-31",
		"2026-02-03T10:00x", "2026-02-03T10:00+1", "2026-02-03 10:00",
		"todayx", "2026-02-03T25:00", "2026-02-03T10:00:00+99:00" };
	uint64_t time_ms;

	(void)state;
	for (size_t i = 0; i < NELEM(texts); i++)
		assert_int_equal(
		    zone_parse(texts[i], 0, &time_ms), BANK_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_midnights),
		cmocka_unit_test(test_no_moments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
