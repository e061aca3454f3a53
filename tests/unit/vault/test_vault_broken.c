/* SPDX-License-Identifier: ISC */
/*
 * A vault whose store fails in the middle of a request, at each thing that a
 * request writes: it ends with its reason, answers nobody, and the next one
 * has nothing of it; or all of it, once, where its lot was in the journal.  A
 * trigger or a view in the database, put there from outside, is what fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "../../../shared/wire/wire.h"
#include "../../lib/vault_fixture.h"

#define FAILS(what)                          \
	"CREATE TRIGGER breaks BEFORE " what \
	" BEGIN SELECT RAISE(ABORT, 'x'); END"
#define MENDS "DROP TRIGGER breaks"
#define HIDES(table) "ALTER TABLE " table " RENAME TO hidden"
#define SHOWS(table) "ALTER TABLE hidden RENAME TO " table

static struct vaults fixture;

static char asked[128];

static const char *
transfer(const char *format)
{
	char txid[WIRE_TXID_TEXT];

	snprintf(
	    asked, sizeof(asked), format, vaults_txid(clock_real_ms(), txid));
	return asked;
}

/* One request or frame, at which the vault ends. */
struct broken {
	const char *name, *breaks, *mends;
	uint8_t type;     /* S in a session, else the frame's */
	const char *text; /* with %s for a txid */
	const char *operator_text;
	const char *savings; /* where its lot is in the journal; or NULL */
};

static const struct broken brokens[] = {
	{ "an entry", FAILS("INSERT ON entry"), MENDS, 'S', "1 %s 1 fey 1",
	    NULL, "9999.00" },
	{ "a txid", HIDES("entry"), SHOWS("entry"), 'S', "1 %s 1 fey 1", NULL,
	    NULL },
	{ "a settled txid", FAILS("INSERT ON settled"), MENDS, 'S',
	    "OUTCOME %s", NULL, NULL },
	{ "settled ones", HIDES("settled"), SHOWS("settled"), 'S', "OUTCOME %s",
	    NULL, NULL },
	{ "an attempt", FAILS("INSERT ON attempt"), MENDS, 'L', "joe\n9012",
	    NULL, NULL },
	{ "an attempt in all",
	    FAILS("INSERT ON attempt WHEN (SELECT count(*) FROM attempt) = 1"),
	    MENDS, 'L', "joe\n9012", NULL, NULL },
	{ "attempts", HIDES("attempt"), SHOWS("attempt"), 'L', "joe\n9012",
	    NULL, NULL },
	{ "a stranger's attempt", FAILS("INSERT ON stranger"), MENDS, 'L',
	    "nobody\n9012", NULL, NULL },
	{ "strangers", HIDES("stranger"), SHOWS("stranger"), 'L',
	    "nobody\n9012", NULL, NULL },
	{ "an attempt of no ID", FAILS("DELETE ON stranger"), MENDS, 'L', "",
	    NULL, NULL },
	{ "an attempt of a password", HIDES("attempt"), SHOWS("attempt"), 'S',
	    "PASSWORD 1234\nnew-1", NULL, NULL },
	{ "a hash", FAILS("UPDATE OF hash ON account"), MENDS, 'S',
	    "PASSWORD 1234\nnew-1", NULL, NULL },
	{ "a new account", FAILS("INSERT ON account"), MENDS, 'O',
	    "new\nxyyz-71\nName", NULL, NULL },
	{ "a reversal", HIDES("entry"), SHOWS("entry"), 'V', "chris\n%s", NULL,
	    NULL },
	{ "an operator's unlock", HIDES("attempt"), SHOWS("attempt"), 0, NULL,
	    "unlock chris", NULL },
	{ "an operator's deposit", FAILS("INSERT ON entry"), MENDS, 0, NULL,
	    "deposit chris 1 5 reason 000000000001aaaaaaaaaaaaaaaaaaaa",
	    "10005.00" },
};

/* Asked again, it is found. */
static void
repeat(const struct broken *broken, struct vaults_atm *chris)
{
	if (broken->operator_text == NULL) {
		assert_int_equal(vaults_ask(&fixture, chris, asked), 200);
		return;
	}
	vaults_operator(&fixture, broken->operator_text);
	assert_non_null(strstr(fixture.answer, ". 0"));
}

static void
assert_nothing_or_all(const struct broken *broken)
{
	const char *savings = broken->savings;
	struct vaults_atm chris = { .number = 0 };

	vaults_session(&fixture, &chris, 1, "chris\n1234");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(vaults_ask(&fixture, &chris, "2"), 200);
		assert_string_equal(vaults_value(&fixture, "savings"),
		    savings != NULL ? savings : "10000.00");
		if (savings != NULL)
			repeat(broken, &chris);
	}
	vaults_connect(&fixture, &chris, 2);
	vaults_login(&fixture, &chris, 'L', "new\npassword");
	assert_int_equal(vaults_answer(&fixture, &chris), 401);
	vaults_operator(&fixture, "verify");
	assert_non_null(strstr(fixture.answer, ". 0"));
	seal_wipe(&chris.keys);
}

static void
ask_and_end(const struct broken *broken)
{
	struct vaults_atm chris = { .number = 0 }, other = { .number = 0 };
	int code = 0;

	vaults_session(&fixture, &chris, 1, "chris\n1234");
	vaults_connect(&fixture, &other, 2);
	vaults_change(&fixture, broken->breaks);
	if (broken->operator_text != NULL)
		vaults_operator(&fixture, broken->operator_text);
	else if (broken->type == 'S') {
		code = vaults_ask(&fixture, &chris, transfer(broken->text));
	} else {
		vaults_login(
		    &fixture, &other, broken->type, transfer(broken->text));
		code = vaults_answer(&fixture, &other);
	}
	if (code != 0)
		fail_msg("%s: answered %d", broken->name, code);
	assert_int_equal(vaults_end(&fixture), EX_SOFTWARE);
	seal_wipe(&chris.keys);
	seal_wipe(&other.keys);
}

static void
test_broken(void **state)
{
	static const char *const options[] = { "login.sign_up=yes", NULL };

	(void)state;
	for (size_t i = 0; i < NELEM(brokens); i++) {
		vaults_start(&fixture, options);
		ask_and_end(&brokens[i]);
		vaults_change(&fixture, brokens[i].mends);
		vaults_run(&fixture, options);
		assert_nothing_or_all(&brokens[i]);
		assert_int_equal(vaults_stop(&fixture), 0);
		vaults_remove(&fixture);
	}
}

/* A name that can't be read is left out; a hash that can't is the end. */
static void
test_no_texts(void **state)
{
	struct vaults_atm chris = { .number = 0 }, other = { .number = 0 };

	(void)state;
	vaults_start(&fixture, NULL);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	vaults_connect(&fixture, &other, 2);
	vaults_change(&fixture, HIDES("account"));
	assert_int_equal(vaults_ask(&fixture, &chris, "DETAILS"), 200);
	assert_string_equal(vaults_value(&fixture, "name"), "");
	vaults_login(&fixture, &other, 'L', "joe\n9012");
	assert_int_equal(vaults_answer(&fixture, &other), 0);
	assert_int_equal(vaults_end(&fixture), EX_SOFTWARE);
	vaults_change(&fixture, SHOWS("account"));
	vaults_run(&fixture, NULL);
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_remove(&fixture);
	seal_wipe(&chris.keys);
	seal_wipe(&other.keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_no_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
