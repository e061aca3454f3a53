/* SPDX-License-Identifier: ISC */
/*
 * What a statement lists: by account, kind and words, with what it comes to,
 * and in which words an entry is told.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../atm-tui/screens/statement_list.h"
#include "../../../shared/base/util.h"

static const struct history_entry entries[] = {
	{ 9, "2026-11-03T12:00:00Z", "withdraw", WIRE_SAVINGS, -4000, 100, "-",
	    "" },
	{ 8, "2026-11-02T12:00:00Z", "transfer", WIRE_CHECKING, 700, 700,
	    "chris", "" },
	{ 8, "2026-11-02T12:00:00Z", "transfer", WIRE_SAVINGS, -700, 4100,
	    "chris", "" },
	{ 7, "2026-11-02T11:00:00Z", "transfer", WIRE_SAVINGS, 800, 4800, "fey",
	    "Año, Ökonom, إلى" },
	{ 6, "2026-11-01T12:00:00Z", "transfer", WIRE_SAVINGS, -200, 4000,
	    "fey", "" },
	{ 5, "2026-11-01T11:00:00Z", "deposit", WIRE_SAVINGS, 4200, 4200, "-",
	    "" },
	{ 4, "2026-11-01T10:00:00Z", "unheard-of", WIRE_SAVINGS, 1, 1, "-",
	    "" },
};

static struct statement_list list;

static void
expect(enum statement_account account, enum statement_kind kind,
    const char *words, const char *seqs)
{
	char got[NELEM(entries) + 1] = "";

	list.account = account;
	list.kind = kind;
	list.owner = "chris";
	strcpy(list.words, words);
	statement_list_make(&list, entries, (int)NELEM(entries));
	for (int i = 0; i < list.count; i++)
		got[i] = (char)('0' + entries[list.at[i]].seq);
	assert_string_equal(got, seqs);
}

static void
test_filters(void **state)
{
	(void)state;
	expect(STATEMENT_BOTH, STATEMENT_ALL, "", "9887654");
	assert_int_equal(list.in, 700 + 800 + 4200 + 1);
	assert_int_equal(list.out, 4000 + 700 + 200);
	expect(STATEMENT_CHECKING, STATEMENT_ALL, "", "8");
	assert_int_equal(list.in, 700);
	assert_int_equal(list.out, 0);
	expect(STATEMENT_SAVINGS, STATEMENT_TRANSFERS, "", "876");
	expect(STATEMENT_BOTH, STATEMENT_DEPOSITS, "", "5");
	expect(STATEMENT_BOTH, STATEMENT_WITHDRAWALS, "", "9");
	expect(STATEMENT_BOTH, STATEMENT_OTHERS, "", "");
}

static bool
always(void)
{
	return true;
}

/* In what stands there: date, account, who, amounts, message. */
static void
test_words(void **state)
{
	(void)state;
	expect(STATEMENT_BOTH, STATEMENT_ALL, "FEY", "76");
	expect(STATEMENT_BOTH, STATEMENT_ALL, "sent", "6");
	expect(STATEMENT_BOTH, STATEMENT_ALL, "1 nov", "654");
	expect(STATEMENT_BOTH, STATEMENT_ALL, "41.00", "8");
	expect(STATEMENT_BOTH, STATEMENT_DEPOSITS, "fey", "");
	expect(STATEMENT_BOTH, STATEMENT_ALL, "año, ö", "7");
}

/* As it is typed where the keyboard has no accents. */
static void
test_words_unlike(void **state)
{
	(void)state;
	expect(STATEMENT_BOTH, STATEMENT_ALL, "ano, ok", "7");
	expect(STATEMENT_BOTH, STATEMENT_ALL, "AÑÓ", "7");
	expect(STATEMENT_BOTH, STATEMENT_ALL, "الي", "7");
	text_use_arabic_digits(always);
	expect(STATEMENT_BOTH, STATEMENT_ALL, "41.00", "8");
	text_use_arabic_digits(NULL);
}

static void
test_what(void **state)
{
	static const char *const wanted[] = { "Withdrawn", "From savings",
		"To checking", "Received from fey: Año, Ökonom, إلى",
		"Sent to fey", "Deposited", "unheard-of" };
	char what[STATEMENT_WHAT_SIZE];

	(void)state;
	for (size_t i = 0; i < NELEM(entries); i++)
		assert_string_equal(
		    statement_list_what(&entries[i], "chris", what), wanted[i]);
}

static void
test_typing(void **state)
{
	(void)state;
	list.words[0] = '\0';
	statement_list_rub_out(&list);
	assert_string_equal(list.words, "");
	for (int i = 0; i < 2 * STATEMENT_WORDS; i++)
		statement_list_type(&list, 'x');
	assert_int_equal(strlen(list.words), STATEMENT_WORDS - 1);
	statement_list_rub_out(&list);
	assert_int_equal(strlen(list.words), STATEMENT_WORDS - 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_unlike),
		cmocka_unit_test(test_what),
		cmocka_unit_test(test_typing),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
