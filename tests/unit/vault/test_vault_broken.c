/* SPDX-License-Identifier: ISC */
/*
 * A vault whose store fails in the middle of a request, at each thing that a
 * request writes: it ends with its reason, answers nobody, and the next one
 * has nothing of it.  A trigger or a view in the database, put there from
 * outside, is what fails.
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

#include <sqlite3.h>

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

static const sqlite3_io_methods *beneath;

static int
lock_nothing(sqlite3_file *file, int offset, int count, int flags)
{
	return (flags & SQLITE_SHM_EXCLUSIVE) != 0 && offset == 0
	    ? SQLITE_OK
	    : beneath->xShmLock(file, offset, count, flags);
}

/* No program can write while the vault runs; this one passes its lock over. */
static void
pass_lock_over(sqlite3 *db)
{
	static sqlite3_io_methods methods;
	sqlite3_file *file = NULL;

	sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	beneath = file->pMethods;
	methods = *beneath;
	methods.xShmLock = lock_nothing;
	file->pMethods = &methods;
}

static void
database(const char *sql)
{
	char path[128], *error = NULL;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/bank.db", fixture.directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	pass_lock_over(db);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
	sqlite3_close(db);
}

static const char *
transfer(const char *format)
{
	static char text[128];
	char txid[WIRE_TXID_TEXT];

	snprintf(
	    text, sizeof(text), format, vaults_txid(clock_real_ms(), txid));
	return text;
}

/* One request or frame, at which the vault ends. */
struct broken {
	const char *name, *breaks, *mends;
	uint8_t type;     /* S in a session, else the frame's */
	const char *text; /* with %s for a txid */
	const char *operator_text;
};

static const struct broken brokens[] = {
	{ "an entry", FAILS("INSERT ON entry"), MENDS, 'S', "1 %s 1 fey 1",
	    NULL },
	{ "a txid", HIDES("entry"), SHOWS("entry"), 'S', "1 %s 1 fey 1", NULL },
	{ "a settled txid", FAILS("INSERT ON settled"), MENDS, 'S',
	    "OUTCOME %s", NULL },
	{ "settled ones", HIDES("settled"), SHOWS("settled"), 'S', "OUTCOME %s",
	    NULL },
	{ "an attempt", FAILS("INSERT ON attempt"), MENDS, 'L', "joe\n9012",
	    NULL },
	{ "an attempt in all",
	    FAILS("INSERT ON attempt WHEN (SELECT count(*) FROM attempt) = 1"),
	    MENDS, 'L', "joe\n9012", NULL },
	{ "attempts", HIDES("attempt"), SHOWS("attempt"), 'L', "joe\n9012",
	    NULL },
	{ "a stranger's attempt", FAILS("INSERT ON stranger"), MENDS, 'L',
	    "nobody\n9012", NULL },
	{ "strangers", HIDES("stranger"), SHOWS("stranger"), 'L',
	    "nobody\n9012", NULL },
	{ "an attempt of no ID", FAILS("DELETE ON stranger"), MENDS, 'L', "",
	    NULL },
	{ "an attempt of a password", HIDES("attempt"), SHOWS("attempt"), 'S',
	    "PASSWORD 1234\nnew-1", NULL },
	{ "a hash", FAILS("UPDATE OF hash ON account"), MENDS, 'S',
	    "PASSWORD 1234\nnew-1", NULL },
	{ "a new account", FAILS("INSERT ON account"), MENDS, 'O',
	    "new\nxyyz-71\nName", NULL },
	{ "a reversal", HIDES("entry"), SHOWS("entry"), 'V', "chris\n%s",
	    NULL },
	{ "an operator's unlock", HIDES("attempt"), SHOWS("attempt"), 0, NULL,
	    "unlock chris" },
	{ "an operator's deposit", FAILS("INSERT ON entry"), MENDS, 0, NULL,
	    "deposit chris 1 5 reason 000000000001aaaaaaaaaaaaaaaaaaaa" },
};

static void
assert_untouched(void)
{
	struct vaults_atm chris = { .number = 0 };

	vaults_session(&fixture, &chris, 1, "chris\n1234");
	assert_int_equal(vaults_ask(&fixture, &chris, "2"), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), "10000.00");
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
	database(broken->breaks);
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
		database(brokens[i].mends);
		vaults_run(&fixture, options);
		assert_untouched();
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
	database(HIDES("account"));
	assert_int_equal(vaults_ask(&fixture, &chris, "DETAILS"), 200);
	assert_string_equal(vaults_value(&fixture, "name"), "");
	vaults_login(&fixture, &other, 'L', "joe\n9012");
	assert_int_equal(vaults_answer(&fixture, &other), 0);
	assert_int_equal(vaults_end(&fixture), EX_SOFTWARE);
	database(SHOWS("account"));
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
