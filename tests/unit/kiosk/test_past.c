/* SPDX-License-Identifier: ISC */
/*
 * What a customer usually does, as read from an answer to HISTORY, and the
 * words of its transfers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <string.h>

#include <cmocka.h>

#include "../../../atm-tui/base/past.h"
#include "../../../shared/base/util.h"

#define TIME " 2026-11-20T14:03:27Z "
#define SENT(seq, to) "200-entry " seq TIME "transfer 1 -1.00 5.00 " to "\n"
#define TAKEN(seq, amount) \
	"200-entry " seq TIME "withdraw 2 -" amount " 5.00 -\n"
#define GOT(seq, from) "200-entry " seq TIME "transfer 2 1.00 5.00 " from "\n"

static size_t
read_history(const char *text, struct history_entry *entries)
{
	struct wire_reader reader;

	assert_int_equal(wire_read(&reader, text, strlen(text)), 0);
	return history_read(&reader, entries, HISTORY_LINES);
}

static void
test_the_newest_five(void **state)
{
	static const char text[] = SENT("20", "ann") GOT("19", "zoe") SENT("18",
	    "me") "200-entry 18" TIME "transfer 2 1.00 5.00 me\n" TAKEN("17",
	    "60.00") SENT("16", "bob") SENT("15", "ann") TAKEN("14", "20.00")
	    SENT("13", "cid") TAKEN("12", "60.00") SENT("11", "dan")
		SENT("10", "eve") SENT("9", "fay")
		    TAKEN("8", "100.00") "200 entries";
	static const char *const wanted[] = { "ann", "bob", "cid", "dan",
		"eve" };
	struct history_entry entries[HISTORY_LINES];
	struct past past = { .known = true };

	(void)state;
	past_read(&past, entries, read_history(text, entries), "me");
	assert_int_equal(past.payee_count, NELEM(wanted));
	for (size_t i = 0; i < NELEM(wanted); i++)
		assert_string_equal(past.payees[i].id, wanted[i]);
	assert_int_equal(past.amount_count, 2);
	assert_int_equal(past.cents[0], 6000);
	assert_int_equal(past.cents[1], 2000);
	/* Now: one that is new, one that was there. */
	past_add_payee(&past, "gus");
	past_add_payee(&past, "cid");
	assert_int_equal(past.payee_count, PAST_PAYEES);
	assert_string_equal(past.payees[0].id, "cid");
	assert_string_equal(past.payees[1].id, "gus");
	assert_string_equal(past.payees[4].id, "dan");
	past_add_amount(&past, 2000);
	assert_int_equal(past.cents[0], 2000);
	assert_int_equal(past.cents[1], 6000);
}

/* Of payees alone, whatever else the bank says. */
static void
test_names(void **state)
{
	static const char text[] = SENT("9", "ann")
	    SENT("8", "bob") "200-payee ann A** \xc3\x89* X\n200-payee "
			     "bob\n200-payee zoe Z\n"
			     "200-payee an A\n200 entries";
	struct history_entry entries[HISTORY_LINES];
	struct past past = { .known = true };
	struct wire_reader reader;

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	past_read(&past, entries, read_history(text, entries), "me");
	assert_int_equal(wire_read(&reader, text, strlen(text)), 0);
	past_read_names(&past, &reader);
	assert_string_equal(past_name(&past, "ann"), "A** \xc3\x89* X");
	assert_string_equal(past_name(&past, "bob"), "");
	assert_string_equal(past_name(&past, "zoe"), "");
	/* It stays with its payee. */
	past_add_payee(&past, "gus");
	past_add_payee(&past, "ann");
	assert_string_equal(past.payees[0].name, "A** \xc3\x89* X");
	assert_string_equal(past.payees[1].name, "");
}

/* A word belongs to the entries before it, both of one's own transfer. */
static void
test_words(void **state)
{
	static const char text[] = SENT("9", "ann") "200-memo 9 cmVudA\n" SENT(
	    "8", "me") "200-entry 8" TIME
		       "transfer 2 1.00 5.00 me\n200-memo 8 eA\n" GOT(
			   "7", "bob") "200-memo 5 eA\n200-memo 7 e "
				       "A\n200-memo 7 e?\n200 entries";
	struct history_entry entries[HISTORY_LINES];

	(void)state;
	assert_int_equal(read_history(text, entries), 4);
	assert_string_equal(entries[0].memo, "rent");
	assert_string_equal(entries[1].memo, "x");
	assert_string_equal(entries[2].memo, "x");
	assert_string_equal(entries[3].memo, "");
}

/* Why the bank made an entry stands where a customer's word does. */
static void
test_reasons(void **state)
{
	static const char text[] =
	    "200-entry 9" TIME "adjust 1 -1.00 5.00 -\n"
	    "200-reason 9 cash count 27 Nov\n" SENT("8",
		"me") "200-entry 8" TIME
		      "transfer 2 1.00 5.00 me\n200-reason 8 moved, letter "
		      "3\n" TAKEN("7", "20.00") "200-reason x 9\n200-reason 7\n"
						"200-reason -7 x\n200 entries";
	struct history_entry entries[HISTORY_LINES];

	(void)state;
	assert_int_equal(read_history(text, entries), 4);
	assert_string_equal(entries[0].memo, "cash count 27 Nov");
	assert_string_equal(entries[1].memo, "moved, letter 3");
	assert_string_equal(entries[2].memo, "moved, letter 3");
	assert_string_equal(entries[3].memo, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_newest_five),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests_name("past", tests, NULL, NULL);
}
