/* SPDX-License-Identifier: ISC */
/*
 * What stands on paper, and what the kiosk says of limits and of the time
 * since the last visit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../atm-tui/base/history.h"
#include "../../../atm-tui/base/limits.h"
#include "../../../atm-tui/base/options.h"
#include "../../../atm-tui/machine/receipt.h"
#include "../../../atm-tui/base/away.h"
#include "../../../shared/base/util.h"

static struct wire_reader
reader_of(const char *text)
{
	struct wire_reader reader;

	assert_int_equal(wire_read(&reader, text, strlen(text)), 0);
	return reader;
}

static struct config *
config_of(void)
{
	struct config *config = config_new(atm_options, ATM_OPTION_COUNT);
	char error[256];

	assert_non_null(config);
	assert_int_equal(
	    config_set(config, "kiosk.name=kiosk-7", error, sizeof(error)), 0);
	return config;
}

static void
test_masked_ids(void **state)
{
	static const char *const cases[][2] = { { "a", "*" }, { "ab", "*b" },
		{ "joe", "**e" }, { "chris", "***is" },
		{ "0123456789", "******6789" },
		{ "01234567890123456789012345678901",
		    "****************************8901" } };
	char out[WIRE_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(cases); i++)
		assert_string_equal(
		    receipt_masked_id(cases[i][0], out), cases[i][1]);
}

/* Regulation E, 12 CFR 1005.9(a): amount, date, type and account, who,
 * where, and to whom. */
static void
test_a_transfer(void **state)
{
	struct wire_reader reader =
	    reader_of("200-seq 17\n200-time 2026-11-20T14:03:27Z\n"
		      "200-savings 1.00\n200 your transaction is successful");
	struct config *config = config_of();
	struct receipt receipt;
	char out[RECEIPT_SIZE];
	size_t length;

	(void)state;
	assert_true(
	    receipt_read(&receipt, "1", WIRE_SAVINGS, 123450, "fey", &reader));
	length = receipt_write(&receipt, config, "chris", out);
	assert_int_equal(length, strlen(out));
	assert_string_equal(out,
	    "Bank of the Example\n\n"
	    "Kiosk:     kiosk-7\n"
	    "Customer:  ***is\n"
	    "Date:      20 Nov 2026 14:03\n"
	    "Reference: 17\n"
	    "Kind:      transfer\n"
	    "Account:   Savings\n"
	    "Amount:    $1,234.50\n"
	    "Balance:   $1.00\n"
	    "To:        fey\n");
	config_free(config);
}

static void
test_a_remark(void **state)
{
	struct wire_reader reader =
	    reader_of("200-seq 9\n200-time 2026-11-20T14:03:27Z\n"
		      "200 your transaction is successful");
	struct config *config = config_of();
	struct receipt receipt;
	char out[RECEIPT_SIZE];

	(void)state;
	assert_true(receipt_read(
	    &receipt, "WITHDRAW", WIRE_CHECKING, 4000, "", &reader));
	receipt.remark = "The money is back in your account";
	receipt_write(&receipt, config, "chris", out);
	assert_non_null(strstr(out, "Account:   Checking\n"));
	assert_non_null(strstr(out, "\n\nThe money is back in your account\n"));
	assert_null(strstr(out, "To:"));
	assert_null(strstr(out, "Balance:"));
	config_free(config);
}

static void
test_no_receipt_for_a_refusal(void **state)
{
	struct wire_reader reader =
	    reader_of("402 Your account does not have enough funds");
	struct receipt receipt;

	(void)state;
	assert_false(
	    receipt_read(&receipt, "1", WIRE_SAVINGS, 5, "fey", &reader));
	reader = reader_of("200 your transaction is successful");
	assert_false(
	    receipt_read(&receipt, "1", WIRE_SAVINGS, 5, "fey", &reader));
}

static void
test_statements(void **state)
{
	struct history_entry entries[3] = {
		{ 12, "2026-11-20T14:03:27Z", "transfer", WIRE_CHECKING, 500,
		    100500, "fey", "rent" },
		{ 11, "2026-11-20T14:03:26Z", "reversal", WIRE_SAVINGS, 4000,
		    100, "-", "" },
	};
	struct config *config = config_of();
	char *text = NULL;
	size_t lines = 0;

	(void)state;
	assert_int_equal(
	    receipt_add_entries(&text, config, "chris", entries, 2), 0);
	assert_int_equal(
	    receipt_add_entries(&text, config, "chris", entries, 2), 0);
	assert_int_equal(
	    receipt_add_entries(&text, config, "chris", entries, 0), 0);
	assert_non_null(strstr(text, "Customer:  ***is\n"));
	assert_non_null(strstr(text,
	    "Date               Reference  Kind        Account          Amount"
	    "        Balance  Description\n"
	    "20 Nov 2026 14:03         12  transfer    Checking           5.00"
	    "       1,005.00  fey  rent\n"
	    "20 Nov 2026 14:03         11  reversal    Savings           40.00"
	    "           1.00  -\n"));
	assert_ptr_equal(strstr(text, "Bank of"), text);
	assert_null(strstr(text + 1, "Bank of"));
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_int_equal(lines, 8 + 4);
	free(text);
	config_free(config);
}

static void
test_limits(void **state)
{
	static const struct {
		const char *details, *words;
	} cases[] = {
		{ "200 details", "" },
		{ "200-limit withdraw 9999999999999.99 9999999999000.00\n"
		  "200-limit withdraw-day 9999999999999.99 9999999999000.00\n"
		  "200 details",
		    "" },
		{ "200-limit withdraw 500.00 300.00\n"
		  "200-limit withdraw-day 1000.00 300.00\n200 details",
		    "At most $300.00 at a time, $300.00 left today" },
		{ "200-limit withdraw 500.00 500.00\n"
		  "200-limit withdraw-day 9999999999999.99 9999999999999.99\n"
		  "200 details",
		    "At most $500.00 at a time" },
		{ "200-limit withdraw 9999999999999.99 800.00\n"
		  "200-limit withdraw-day 1000.00 800.00\n200 details",
		    "At most $800.00 today" },
		{ "200-limit withdraw x y\n200-limit withdraw\n200 details",
		    "" },
	};
	struct limits limits;
	char out[LIMITS_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct wire_reader reader = reader_of(cases[i].details);

		limits = limits_read(&reader, "withdraw");
		assert_string_equal(
		    limits_words(&limits, "$", out), cases[i].words);
	}
}

static void
test_refusals_name_the_limit(void **state)
{
	static const char *const names[] = { "transfer", "transfer-day",
		"withdraw", "withdraw-day", "balance", "outcome" };
	char text[80];
	struct wire_reader reader;

	(void)state;
	for (size_t i = 0; i < NELEM(names); i++) {
		snprintf(text, sizeof(text), "429-limit %s\n429 over the limit",
		    names[i]);
		reader = reader_of(text);
		assert_non_null(limits_refusal(&reader));
	}
	reader = reader_of("422-rule easy\n422 incorrect input");
	assert_string_equal(limits_refusal(&reader), "too easy to guess");
	reader = reader_of("422-rule transfer\n422 incorrect input");
	assert_null(limits_refusal(&reader));
	reader = reader_of("429-limit other\n429 over the limit");
	assert_null(limits_refusal(&reader));
	reader = reader_of("429 over the limit");
	assert_null(limits_refusal(&reader));
}

#define LAST "2026-11-20T12:00:00Z"

static void
test_since_the_last_visit(void **state)
{
	struct wire_reader reader = reader_of(
	    "200-entry 9 2026-11-20T14:00:00Z transfer 2 5.00 15.00 fey\n"
	    "200-entry 8 2026-11-20T13:30:00Z transfer 1 -7.00 15.00 fey\n"
	    "200-entry 7 2026-11-20T13:20:00Z deposit 1 7.00 15.00 -\n"
	    "200-entry 6 2026-11-20T13:10:00Z adjust 1 -7.00 15.00 -\n"
	    "200-entry 5 2026-11-20T13:05:00Z transfer 1 -1.00 1.00 chris\n"
	    "200-entry 5 2026-11-20T13:05:00Z transfer 2 1.00 1.00 chris\n"
	    "200-entry 4 2026-11-20T13:00:00Z reversal 1 40.00 15.00 -\n"
	    "200-entry 3 2026-11-20T11:00:00Z transfer 2 9.00 15.00 joe\n"
	    "200 entries");
	struct visit visit;
	char out[SENTENCE_SIZE];

	(void)state;
	assert_true(away_is_known(LAST));
	assert_false(away_is_known("-"));
	assert_false(away_is_known(""));
	away_read(&visit, &reader, LAST, "chris");
	assert_int_equal(visit.count, 3);
	assert_string_equal(sentence_write(&visit.lines[0], "$", out),
	    "20 Nov 2026 13:00: a withdrawal of $40.00 was reversed");
	assert_string_equal(sentence_write(&visit.lines[1], "$", out),
	    "20 Nov 2026 13:10: the bank corrected your balance by -$7.00");
	assert_string_equal(sentence_write(&visit.lines[2], "$", out),
	    "20 Nov 2026 14:00: you received $5.00 from fey");
	reader = reader_of("200 entries");
	away_read(&visit, &reader, LAST, "chris");
	assert_int_equal(visit.count, 0);
}

/* More than the list holds, and more than one answer tells. */
static void
test_a_long_absence(void **state)
{
	static const unsigned counts[] = { 30, 31, 32, 99, 100 };
	char *text = malloc(100 * 80), *at;
	struct wire_reader reader;
	struct visit visit;
	char first[80], out[SENTENCE_SIZE];

	(void)state;
	for (size_t c = 0; c < NELEM(counts); c++) {
		at = text;
		for (unsigned i = 0; i < counts[c]; i++)
			at += sprintf(at,
			    "200-entry %u 2026-11-20T14:00:00Z transfer 2 "
			    "5.00 15.00 fey%u\n",
			    counts[c] - i, counts[c] - i);
		sprintf(at, "200 entries");
		reader = reader_of(text);
		away_read(&visit, &reader, LAST, "chris");
		assert_int_equal(visit.count,
		    counts[c] > VISIT_LINES - 1 ? VISIT_LINES : counts[c]);
		snprintf(first, sizeof(first), "%s",
		    counts[c] > VISIT_LINES - 1 ? "There is more" : "20 Nov");
		sentence_write(&visit.lines[0], "$", out);
		assert_int_equal(strncmp(out, first, strlen(first)), 0);
		snprintf(first, sizeof(first), "from fey%u", counts[c]);
		sentence_write(&visit.lines[visit.count - 1], "$", out);
		assert_non_null(strstr(out, first));
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masked_ids),
		cmocka_unit_test(test_a_transfer),
		cmocka_unit_test(test_a_remark),
		cmocka_unit_test(test_no_receipt_for_a_refusal),
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_refusals_name_the_limit),
		cmocka_unit_test(test_since_the_last_visit),
		cmocka_unit_test(test_a_long_absence),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
