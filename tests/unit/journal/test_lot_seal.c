/* SPDX-License-Identifier: ISC */
/*
 * A lot that leaves its host: what is opened is what was sealed, at its place,
 * by a host of this bank, and nothing else is opened.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/journal/lot_row.h"
#include "../../../bankd/journal/lot_seal.h"
#include "../../../shared/base/error.h"

#define LENGTH 300

static const uint8_t secret[LOT_SEAL_SECRET] = "the secret of a bank of tests";

struct sealed {
	struct lot_row row;
	uint8_t data[LENGTH + LOT_SEAL_TAG];
};

static struct lot_row
a_row(uint64_t number, uint64_t counter)
{
	struct lot_row row = { .number = number,
		.host = 2,
		.version = LOT_ROW_VERSION,
		.counter = counter,
		.seq = 77 };

	memset(row.boot, 3, sizeof(row.boot));
	memset(row.before, 4, sizeof(row.before));
	memset(row.digest, 5, sizeof(row.digest));
	memset(row.chain, 6, sizeof(row.chain));
	return row;
}

static void
seal(struct sealed *sealed, uint64_t number, uint64_t counter)
{
	struct lot_seal keys;
	uint8_t text[LENGTH];

	memset(text, 'x', sizeof(text));
	sealed->row = a_row(number, counter);
	assert_int_equal(lot_seal_open(&keys, secret), 0);
	assert_int_equal(
	    lot_seal_put(&keys, &sealed->row, text, LENGTH, sealed->data), 0);
	sealed->row.data = sealed->data;
	sealed->row.length = sizeof(sealed->data);
	lot_seal_close(&keys);
}

static int
open_with(const uint8_t *other, const struct lot_row *row)
{
	uint8_t text[LENGTH + LOT_SEAL_TAG];
	struct lot_seal keys;
	int result;

	assert_int_equal(lot_seal_open(&keys, other), 0);
	result = lot_seal_get(&keys, row, text);
	if (result == 0) {
		for (size_t i = 0; i < LENGTH; i++)
			assert_int_equal(text[i], 'x');
	}
	lot_seal_close(&keys);
	return result;
}

static void
test_opens_what_was_sealed(void **state)
{
	struct sealed sealed;

	(void)state;
	seal(&sealed, 9, 1);
	assert_int_equal(open_with(secret, &sealed.row), 0);
	assert_null(memmem(sealed.data, LENGTH, "xxxx", 4));
}

static void
test_no_two_counters_are_alike(void **state)
{
	struct sealed one, other;

	(void)state;
	seal(&one, 9, 1);
	seal(&other, 9, 2);
	assert_memory_not_equal(one.data, other.data, LENGTH);
	seal(&other, 9, 1);
	assert_memory_equal(one.data, other.data, sizeof(one.data));
}

static void
test_another_bank(void **state)
{
	static const uint8_t other[LOT_SEAL_SECRET] = "another";
	struct sealed sealed;

	(void)state;
	seal(&sealed, 9, 1);
	assert_int_equal(open_with(other, &sealed.row), BANK_ESEAL);
}

static void
test_another_place(void **state)
{
	struct sealed sealed;
	struct lot_row row;

	(void)state;
	seal(&sealed, 9, 1);
	row = sealed.row;
	row.number++;
	assert_int_equal(open_with(secret, &row), BANK_ESEAL);
	row = sealed.row;
	row.before[31] ^= 1;
	assert_int_equal(open_with(secret, &row), BANK_ESEAL);
	row = sealed.row;
	row.host++;
	assert_int_equal(open_with(secret, &row), BANK_ESEAL);
	row = sealed.row;
	row.boot[0] ^= 1;
	assert_int_equal(open_with(secret, &row), BANK_ESEAL);
	row = sealed.row;
	row.counter++;
	assert_int_equal(open_with(secret, &row), BANK_ESEAL);
}

static void
test_each_byte_counts(void **state)
{
	struct sealed sealed;
	struct lot_row cut;

	(void)state;
	seal(&sealed, 9, 1);
	for (size_t i = 0; i < sizeof(sealed.data); i++) {
		sealed.data[i] ^= 1;
		assert_int_equal(open_with(secret, &sealed.row), BANK_ESEAL);
		sealed.data[i] ^= 1;
	}
	for (size_t length = 0; length < sizeof(sealed.data); length++) {
		cut = sealed.row;
		cut.length = length;
		assert_int_equal(open_with(secret, &cut), BANK_ESEAL);
	}
}

static void
test_the_mark_names_the_bank(void **state)
{
	static const uint8_t other[LOT_SEAL_SECRET] = "another";
	uint8_t marks[3][LOT_SEAL_KEY];
	const uint8_t *const secrets[] = { secret, secret, other };
	struct lot_seal keys;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(lot_seal_open(&keys, secrets[i]), 0);
		assert_int_equal(lot_seal_mark(&keys, marks[i]), 0);
		lot_seal_close(&keys);
	}
	assert_memory_equal(marks[0], marks[1], LOT_SEAL_KEY);
	assert_memory_not_equal(marks[0], marks[2], LOT_SEAL_KEY);
}

static void
test_a_row_as_bytes(void **state)
{
	uint8_t bytes[LOT_ROW_HEAD + 3] = { 0 };
	struct lot_row row = a_row(UINT64_C(1) << 40, 8), read;

	(void)state;
	row.length = 3;
	lot_row_put(&row, bytes);
	assert_int_equal(lot_row_get(bytes, sizeof(bytes), &read), 0);
	assert_int_equal(read.number, row.number);
	assert_int_equal(read.host, row.host);
	assert_int_equal(read.version, row.version);
	assert_int_equal(read.counter, row.counter);
	assert_int_equal(read.seq, row.seq);
	assert_memory_equal(read.boot, row.boot, LOT_BOOT);
	assert_memory_equal(read.chain, row.chain, CHAIN_SIZE);
	assert_memory_equal(read.before, row.before, LOT_DIGEST);
	assert_memory_equal(read.digest, row.digest, LOT_DIGEST);
	assert_ptr_equal(read.data, bytes + LOT_ROW_HEAD);
	for (size_t length = 0; length < sizeof(bytes); length++)
		assert_int_equal(
		    lot_row_get(bytes, length, &read), BANK_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens_what_was_sealed),
		cmocka_unit_test(test_no_two_counters_are_alike),
		cmocka_unit_test(test_another_bank),
		cmocka_unit_test(test_another_place),
		cmocka_unit_test(test_each_byte_counts),
		cmocka_unit_test(test_the_mark_names_the_bank),
		cmocka_unit_test(test_a_row_as_bytes),
	};

	return cmocka_run_group_tests_name("lot_seal", tests, NULL, NULL);
}
