/* SPDX-License-Identifier: ISC */
/*
 * The two files over a real store (bankd/files/files.h): first start, hand
 * edits while stopped, broken ends.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../bankd/store/store_find.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/files_fixture.h"

#define NOW FIXTURE_NOW

static void
test_first_start(void **state)
{
	struct fixture_files *bank = *state;
	struct stat status;
	char *kept, *again;

	fixture_files_seeds(bank);
	assert_int_equal(store_last_seq(bank->store), 6);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 1000");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 2), "joe 10000 1000");
	assert_memory_equal(
	    fixture_files_line_of(bank, "password", 1), "fey $y$", 7);
	assert_true(fixture_files_password_is(bank, "fey", "5678"));
	assert_false(fixture_files_password_is(bank, "fey", "1234"));
	stat(fixture_path(bank->directory, "password"), &status);
	assert_int_equal(status.st_mode & 0777, 0600);
	fixture_files_pay(bank, "chris", "fey");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 998.50");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 1), "fey 10000 1001.50");
	assert_int_equal(files_watch(bank->files), 0);
	fixture_files_stop(bank);
	/* Nothing is hashed or written twice. */
	kept = fixture_read(bank->directory, "password", NULL);
	fixture_files_begin(bank);
	again = fixture_read(bank->directory, "password", NULL);
	assert_string_equal(kept, again);
	assert_int_equal(store_last_seq(bank->store), 7);
	free(kept);
	free(again);
}

static void
test_presence(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_begin(bank);
	assert_int_equal(store_lines(bank->store), 0);
	fixture_files_end(bank);
	fixture_remove(bank->directory);
	bank->options.directory = bank->directory = fixture_directory();
	fixture_write(bank->directory, "password", "chris 1\n");
	fixture_files_refused(bank, BANK_EINVAL, "balance: missing");
	fixture_write(bank->directory, "balance", "");
	fixture_files_begin(bank);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 0 0");
	fixture_files_stop(bank);
	unlink(fixture_path(bank->directory, "password"));
	fixture_files_refused(bank, BANK_EINVAL, "password: it was removed");
}

static void
test_alone_in_a_file(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_write(
	    bank, "chris 1234\nfey 5678\n", "chris 1 1\njoe 5 5\n");
	fixture_files_begin(bank);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 1 1");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 1), "joe 5 5");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 2), "fey 0 0");
	assert_string_equal(fixture_files_line_of(bank, "password", 1), "");
	fixture_files_logged(bank, "joe");
	assert_null(strstr(bank->log, "chris"));
	assert_null(strstr(bank->log, "1234"));
	fixture_files_stop(bank);
	/* Again, and the line that is missing is none that was taken away. */
	fixture_write(
	    bank->directory, "balance", "chris 2 1\nfey 0 0\njoe 5 5");
	fixture_files_begin(bank);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 2 1");
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 0);
}

static void
test_wrong_files(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_write(bank, "a 1\nb 2\na 3\n", "a 1 1\n");
	fixture_files_refused(
	    bank, BANK_EINVAL, "password:3: a is already in line 1");
	fixture_files_write(bank, "a 1\nb 2\n", "a 1 1\n\na 1 1\n");
	fixture_files_refused(
	    bank, BANK_EINVAL, "balance:3: a is already in line 1");
	fixture_files_write(bank, "a 1\nb 2\n", "a 1 -1\n");
	fixture_files_refused(
	    bank, BANK_EINVAL, "balance:1: the checking balance");
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 0);
}

static void
test_edits(void **state)
{
	struct fixture_files *bank = *state;
	struct ledger_entry entry;
	char text[1024], hash[FILES_PASSWORD_WIDTH];

	fixture_files_seeds(bank);
	string_copy(
	    hash, fixture_files_line_of(bank, "password", 0) + 6, sizeof(hash));
	fixture_files_stop(bank);
	/* Order and form are no edits. */
	fixture_write(bank->directory, "balance",
	    "# x\r\njoe 10000\t1000.00\r\n\r\nfey 10000 1000\n"
	    "chris 12345.67 0\nann 7 8");
	snprintf(text, sizeof(text),
	    "joe 9012\nfey new\nchris !%s\nann secret\n", hash);
	fixture_write(bank->directory, "password", text);
	fixture_files_begin(bank);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 12345.67 0");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 3), "ann 7 8");
	assert_int_equal(store_last_seq(bank->store), 10);
	assert_int_equal(store_find_seq(bank->store, 7, &entry), 0);
	assert_int_equal(entry.kind, LEDGER_ADJUST);
	assert_int_equal(entry.amount_cents, 234567);
	assert_string_equal(entry.debit.id, ":adjust");
	assert_true(fixture_files_password_is(bank, "fey", "new"));
	assert_true(fixture_files_password_is(bank, "ann", "secret"));
	assert_memory_equal(
	    fixture_files_line_of(bank, "password", 0), "chris !$y$", 10);
	fixture_files_logged(
	    bank, "id=chris what=savings old=10000.00 new=12345.67");
	fixture_files_logged(
	    bank, "id=chris what=checking old=1000.00 new=0.00");
	fixture_files_logged(bank, "id=fey what=password");
	fixture_files_logged(bank, "id=ann what=opened");
	assert_null(strstr(bank->log, "secret"));
	assert_null(strstr(bank->log, hash));
	fixture_files_stop(bank);
	fixture_files_begin(bank);
	assert_string_equal(bank->log, "");
}

static void
test_lines_taken_away(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_write(
	    bank, "chris 1\nnil 2\nfey 3\n", "chris 5 0\nnil 0 0\nfey 0 0\n");
	fixture_files_begin(bank);
	fixture_files_stop(bank);
	fixture_write(bank->directory, "balance", "nil 0 0\nfey 0 0\n");
	fixture_files_refused(bank, BANK_EINVAL, "chris");
	fixture_write(bank->directory, "balance", "chris 5 0\nfey 0 0\n");
	fixture_write(bank->directory, "password", "chris 1\nfey 3\n");
	fixture_files_begin(bank);
	fixture_files_logged(bank, "id=nil what=closed");
	assert_int_not_equal(store_account(bank->store, "nil")->closed_ms, 0);
	assert_string_equal(fixture_files_line_of(bank, "balance", 1), "");
	assert_string_equal(fixture_files_line_of(bank, "password", 1), "");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 2), "fey 0 0");
	fixture_files_stop(bank);
	fixture_files_begin(bank);
	assert_string_equal(bank->log, "");
	fixture_files_stop(bank);
	fixture_write(
	    bank->directory, "balance", "chris 5 0\nfey 0 0\nnil 0 0\n");
	fixture_files_refused(
	    bank, BANK_EINVAL, "balance:3: the account nil was closed");
	/* Money goes first, in the same edit, then the line. */
	fixture_write(bank->directory, "balance", "chris 0 0\nfey 0 0\n");
	fixture_write(bank->directory, "password", "fey 3\n");
	fixture_files_begin(bank);
	assert_int_not_equal(store_account(bank->store, "chris")->closed_ms, 0);
	fixture_files_stop(bank);
}

static void
test_refuse(void **state)
{
	struct fixture_files *bank = *state;
	char *kept;

	bank->options.refuse_edits = true;
	fixture_files_seeds(bank);
	fixture_files_stop(bank);
	fixture_files_begin(bank);
	fixture_files_stop(bank);
	kept = fixture_read(bank->directory, "balance", NULL);
	fixture_write(bank->directory, "balance",
	    "chris 10000 1000\nfey 10000 1000\njoe 1 1\n");
	fixture_files_refused(bank, BANK_EINVAL, "balance:3: joe: edited");
	fixture_write(bank->directory, "balance",
	    "chris 10000 1000\nfey 10000 1000\njoe 10000 1000\n");
	fixture_files_refused(bank, BANK_EINVAL, "hand_edits = refuse");
	fixture_write(bank->directory, "balance", kept);
	fixture_files_begin(bank);
	free(kept);
}

/* A start that is cut off between its batches goes on at the next one. */
static void
test_half_taken_over(void **state)
{
	struct fixture_files *bank = *state;
	struct ledger_account *account;

	fixture_files_seeds(bank);
	fixture_files_stop(bank);
	fixture_write(bank->directory, "balance",
	    "chris 10000 1000\nfey 1 1\njoe 2 2\nann 3 3\n");
	bank->store = fixture_open(bank->directory, NULL);
	assert_int_equal(
	    store_account_new(bank->store, "ann", "", "", NOW, &account), 0);
	assert_int_equal(store_commit(bank->store), 0);
	fixture_files_end(bank);
	fixture_files_begin(bank);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 1), "fey 1 1");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 3), "ann 3 3");
	fixture_files_stop(bank);
}

static void
test_broken_end(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_seeds(bank);
	fixture_files_pay(bank, "chris", "fey");
	fixture_files_end(bank);
	fixture_files_begin(bank);
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 0);
	/* Killed between commit and files: behind, and no edit. */
	files_close(bank->files);
	bank->files = NULL;
	fixture_files_pay(bank, "chris", "fey");
	fixture_files_pay(bank, "chris", "joe");
	fixture_files_end(bank);
	fixture_files_begin(bank);
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 0);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 995.50");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 1), "fey 10000 1003");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 2), "joe 10000 1001.50");
	fixture_files_end(bank);
	/* An edit after a broken end never becomes money. */
	fixture_write(bank->directory, "balance", "chris 1 1\n");
	fixture_files_begin(bank);
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 1);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 995.50");
	fixture_files_end(bank);
	unlink(fixture_path(bank->directory, "balance"));
	unlink(fixture_path(bank->directory, "password"));
	fixture_files_begin(bank);
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 1);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 995.50");
	assert_true(fixture_files_password_is(bank, "chris", "1234"));
	fixture_files_stop(bank);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_FILES_TEST(test_first_start),
		FIXTURE_FILES_TEST(test_presence),
		FIXTURE_FILES_TEST(test_alone_in_a_file),
		FIXTURE_FILES_TEST(test_wrong_files),
		FIXTURE_FILES_TEST(test_edits),
		FIXTURE_FILES_TEST(test_lines_taken_away),
		FIXTURE_FILES_TEST(test_refuse),
		FIXTURE_FILES_TEST(test_half_taken_over),
		FIXTURE_FILES_TEST(test_broken_end),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	setenv("JOURNAL", "shared", 1);
	return failed +
	    cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
