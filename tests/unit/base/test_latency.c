/* SPDX-License-Identifier: ISC */
/*
 * The histogram of commits: its bounds, its quantiles, its text and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/base/latency.h"

#define LAST (LATENCY_BUCKETS - 1)

static void
test_each_bound_is_its_own_buckets(void **state)
{
	struct latency latency;

	(void)state;
	for (size_t i = 0; i < LAST; i++) {
		memset(&latency, 0, sizeof(latency));
		latency_add(&latency, latency_bound_us(i));
		latency_add(&latency, latency_bound_us(i) + 1);
		assert_int_equal(latency.counts[i], 1);
		assert_int_equal(latency.counts[i + 1], 1);
		assert_int_equal(latency_count(&latency), 2);
		assert_int_equal(latency.total_us, 2 * latency_bound_us(i) + 1);
	}
	assert_int_equal(latency_bound_us(0), 64);
	assert_int_equal(latency_bound_us(1), 80);
	assert_int_equal(latency_bound_us(4), 128);
	assert_int_equal(latency_bound_us(LAST - 1), 2097152);
	memset(&latency, 0, sizeof(latency));
	latency_add(&latency, 0);
	latency_add(&latency, UINT64_MAX);
	assert_int_equal(latency.counts[0], 1);
	assert_int_equal(latency.counts[LAST], 1);
}

static void
test_quantiles(void **state)
{
	struct latency latency = { 0 };

	(void)state;
	assert_int_equal(latency_quantile_us(&latency, 50), 0);
	for (int i = 0; i < 99; i++)
		latency_add(&latency, 100);
	assert_int_equal(latency_quantile_us(&latency, 99), 112);
	latency_add(&latency, 5000);
	assert_int_equal(latency_quantile_us(&latency, 50), 112);
	assert_int_equal(latency_quantile_us(&latency, 99), 112);
	assert_int_equal(latency_quantile_us(&latency, 100), 5120);
	latency_add(&latency, 10000000);
	assert_int_equal(latency_quantile_us(&latency, 99), 5120);
	assert_true(latency_quantile_us(&latency, 100) == UINT64_MAX);
}

/* The half of the commits is told from one that is a fifth slower. */
static void
test_the_half_is_told_apart(void **state)
{
	static const struct {
		uint64_t us, told_us;
	} halves[] = { { 100, 112 }, { 400, 448 }, { 500, 512 }, { 600, 640 },
		{ 700, 768 }, { 5000, 5120 }, { 6000, 6144 } };
	struct latency latency;

	(void)state;
	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		memset(&latency, 0, sizeof(latency));
		for (int j = 0; j < 51; j++)
			latency_add(&latency, halves[i].us);
		for (int j = 0; j < 49; j++)
			latency_add(&latency, 3 * halves[i].us);
		assert_int_equal(
		    latency_quantile_us(&latency, 50), halves[i].told_us);
	}
}

/* Those of the metrics, where a bound is a series. */
static void
test_doubles(void **state)
{
	uint64_t bound_us = 64;

	(void)state;
	for (size_t i = 0; i < LAST; i++) {
		assert_int_equal(
		    latency_is_double(i), latency_bound_us(i) == bound_us);
		if (latency_bound_us(i) == bound_us)
			bound_us *= 2;
	}
	assert_int_equal(bound_us, 2 * 2097152);
	assert_true(latency_is_double(LAST));
}

static void
test_text_and_back(void **state)
{
	struct latency latency = { 0 }, again;
	char text[LATENCY_TEXT_SIZE];

	(void)state;
	latency_format(&latency, text);
	assert_string_equal(text, "");
	latency_add(&latency, 1);
	latency_add(&latency, 65);
	latency_add(&latency, 65);
	latency_add(&latency, UINT64_C(1) << 40);
	latency_format(&latency, text);
	assert_string_equal(text, "64:1 80:2 inf:1");
	latency_parse(&again, text);
	assert_memory_equal(again.counts, latency.counts, sizeof(again.counts));
	/* The longest there can be fits. */
	for (size_t i = 0; i < LATENCY_BUCKETS; i++)
		latency.counts[i] = UINT64_MAX;
	latency_format(&latency, text);
	latency_parse(&again, text);
	assert_memory_equal(again.counts, latency.counts, sizeof(again.counts));
}

static void
test_what_is_no_text_of_it(void **state)
{
	static const char *const texts[] = { "", "-", " ", ":", "65:1", "64",
		"64 :1", "inf", "-1:5", "x:y  :: inf" };
	static const struct latency none;
	struct latency latency;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		latency_parse(&latency, texts[i]);
		assert_memory_equal(&latency, &none, sizeof(none));
	}
	latency_parse(&latency, "junk 256:7 9:9");
	assert_int_equal(latency_count(&latency), 7);
	assert_int_equal(latency.counts[8], 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_bound_is_its_own_buckets),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_the_half_is_told_apart),
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_text_and_back),
		cmocka_unit_test(test_what_is_no_text_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
