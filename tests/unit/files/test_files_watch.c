/* SPDX-License-Identifier: ISC */
/*
 * The two files while bankd runs (bankd/files/files.h): lines in place, and
 * edits by others, which are set aside.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/files_fixture.h"

#define NOW FIXTURE_NOW
#define LOOKS 55 /* of files_watch(): all of both files is seen */

static void
overwrite(
    struct fixture_files *bank, const char *name, long at, const char *text)
{
	FILE *file = fopen(fixture_path(bank->directory, name), "r+");

	assert_non_null(file);
	fseek(file, at, SEEK_SET);
	fputs(text, file);
	fclose(file);
}

/* In place and of the same size, beside lines that bankd writes. */
static void
test_a_line_that_differs(void **state)
{
	struct fixture_files *bank = *state;
	int i, found = 0;

	fixture_files_seeds(bank);
	overwrite(bank, "balance", 6, "99999");
	for (i = 0; i < LOOKS && found == 0; i++) {
		fixture_files_pay(bank, "fey", "joe");
		found = files_watch(bank->files);
	}
	assert_int_equal(found, 1);
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 1);
	fixture_files_logged(
	    bank, "id=chris what=savings truth=10000.00 edited=99999.00");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 1000");
	assert_int_equal(files_watch(bank->files), 0);
	fixture_files_pay(bank, "chris", "fey");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 998.50");

	overwrite(bank, "password", 192 + 50, "XXXX");
	for (i = 0, found = 0; i < LOOKS && found == 0; i++) {
		fixture_files_pay(bank, "fey", "joe");
		found = files_watch(bank->files);
	}
	assert_int_equal(found, 1);
	assert_int_equal(fixture_files_set_aside(bank, "password"), 1);
	fixture_files_logged(bank, "id=fey what=password");
	assert_true(fixture_files_password_is(bank, "fey", "5678"));
	assert_null(strstr(bank->log, "$y$"));
}

/* A quiet bank sees it at once; so does any bank for size and name. */
static void
test_edits_while_running(void **state)
{
	struct fixture_files *bank = *state;
	const char *balance;
	struct stat status;

	fixture_files_seeds(bank);
	balance = fixture_path(bank->directory, "balance");
	assert_int_equal(files_watch(bank->files), 0);
	overwrite(bank, "balance", 6, "99999");
	assert_int_equal(files_watch(bank->files), 1);
	balance = fixture_path(bank->directory, "balance");
	assert_int_equal(truncate(balance, 40), 0);
	assert_int_equal(files_watch(bank->files), 1);
	fixture_files_logged(bank, "what=missing");
	assert_int_equal(truncate(balance, 0), 0);
	assert_int_equal(files_watch(bank->files), 1);
	fixture_write(bank->directory, "balance.tmp", "eve 1 1\n");
	balance = fixture_path(bank->directory, "balance");
	rename(fixture_path(bank->directory, "balance.tmp"), balance);
	assert_int_equal(files_watch(bank->files), 1);
	fixture_files_logged(bank, "id=eve");
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 4);
	chmod(balance, 0640);
	unlink(balance);
	assert_int_equal(files_watch(bank->files), 1);
	assert_int_equal(files_watch(bank->files), 0);
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 4);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 1000");
	chmod(fixture_path(bank->directory, "balance"), 0644);
	overwrite(bank, "balance", 0, "garbage\n\n\n -1 x");
	assert_int_equal(files_watch(bank->files), 1);
	stat(fixture_path(bank->directory, "balance"), &status);
	assert_int_equal(status.st_mode & 0777, 0644);
	fixture_files_stop(bank);
}

static struct {
	int calls;
	ssize_t last;
} copied;

/* Instead of libc's. */
ssize_t
readv(int fd, const struct iovec *pieces, int count)
{
	copied.calls++;
	copied.last = syscall(SYS_readv, fd, pieces, count);
	return copied.last;
}

/* Its lines are copied into a mapping, which may have no pages any more. */
static void
test_a_file_cut_short(void **state)
{
	struct fixture_files *bank = *state;
	struct stat status;
	int fd;

	fixture_files_seeds(bank);
	copied.calls = 0;
	fixture_files_pay(bank, "chris", "fey");
	assert_int_equal(copied.calls, 1);
	assert_int_equal(copied.last, 2 * 80);
	fd = open(fixture_path(bank->directory, "balance"), O_RDWR);
	assert_int_equal(ftruncate(fd, 0), 0);
	fixture_files_pay(bank, "chris", "fey");
	assert_int_equal(copied.calls, 2);
	assert_int_equal(copied.last, -1);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_size, 2 * 80); /* where they belong */
	close(fd);
	assert_int_equal(files_watch(bank->files), 1);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 997");
	fixture_files_pay(bank, "chris", "fey");
	assert_int_equal(copied.calls, 3);
	assert_int_equal(copied.last, 2 * 80);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 995.50");
	assert_int_equal(files_watch(bank->files), 0);
	fixture_files_stop(bank);
}

static void
test_new_and_closed(void **state)
{
	struct fixture_files *bank = *state;
	const char *id = "nil";
	struct ledger_account *account;
	char name[8];
	int i;

	fixture_files_seeds(bank);
	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), i == 0 ? "nil" : "n%d", i);
		assert_int_equal(store_account_new(bank->store, name, "",
				     "$y$hash", NOW, &account),
		    0);
	}
	assert_int_equal(store_commit(bank->store), 0);
	/* In any order. */
	for (i = 22; i >= 3; i--)
		assert_int_equal(
		    files_update(bank->files,
			store_account_by_line(bank->store, (uint32_t)i),
			"$y$hash"),
		    0);
	assert_int_equal(files_flush(bank->files), 0);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 3), "nil 0 0");
	assert_string_equal(
	    fixture_files_line_of(bank, "password", 22), "n19 $y$hash");
	assert_int_equal(files_watch(bank->files), 0);
	store_begin(bank->store, &id, 1, &account);
	account->closed_ms = NOW;
	assert_int_equal(store_commit(bank->store), 0);
	assert_int_equal(
	    files_update(bank->files, store_account(bank->store, "nil"), NULL),
	    0);
	assert_int_equal(files_flush(bank->files), 0);
	assert_string_equal(fixture_files_line_of(bank, "balance", 3), "");
	assert_string_equal(fixture_files_line_of(bank, "password", 3), "");
	for (i = 0; i < LOOKS; i++)
		assert_int_equal(files_watch(bank->files), 0);
	fixture_files_stop(bank);
	fixture_files_begin(bank);
	assert_string_equal(bank->log, "");
}

enum { MANY = 5000 };

static void
write_many(struct fixture_files *bank)
{
	FILE *balance = fopen(fixture_path(bank->directory, "balance"), "w");
	FILE *password = fopen(fixture_path(bank->directory, "password"), "w");
	int i;

	for (i = 0; i < MANY; i++) {
		fprintf(balance, "u%d %d.05 %d\n", i, i, i % 7);
		fprintf(password,
		    "u%d !$2b$05$abcdefghijklmnopqrstuu"
		    "0123456789012345678901234567890\n",
		    MANY - 1 - i);
	}
	fclose(balance);
	fclose(password);
}

/* Thousands, over several batches, slices and buffers. */
static void
test_many(void **state)
{
	struct fixture_files *bank = *state;
	int i;

	write_many(bank);
	fixture_files_begin(bank);
	fixture_files_logged(bank, "taken_over customers=5000");
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 4321), "u4321 4321.05 2");
	fixture_files_stop(bank);
	fixture_files_begin(bank);
	assert_string_equal(bank->log, "");
	overwrite(bank, "balance", 80 * 4999 + 8, "7");
	fixture_files_pay(bank, "u3", "u4");
	for (i = 0; i < LOOKS; i++)
		if (files_watch(bank->files) == 1)
			break;
	assert_true(i < LOOKS);
	fixture_files_logged(bank, "id=u4999");
	fixture_files_stop(bank);
}

static struct {
	bool watched;                              /* not the journal's */
	unsigned char begun[MANY * 80 / 4096 + 1]; /* how often, of each page */
	size_t most;                               /* bytes of one call */
} out;

/* Instead of libc's. */
int
sync_file_range(int fd, off64_t from, off64_t length, unsigned flags)
{
	assert_true(fd >= 0);
	assert_int_equal(flags, SYNC_FILE_RANGE_WRITE);
	assert_int_equal(from % 4096, 0);
	if (!out.watched)
		return 0;
	if (length == 0)
		length = MANY * 80 - from;
	if (out.most < (size_t)length)
		out.most = (size_t)length;
	for (off64_t at = from; at < from + length; at += 4096)
		out.begun[at / 4096]++;
	return 0;
}

/* Each page once in 20 s, a few at a time, whenever that begins. */
static void
test_written_out_evenly(void **state)
{
	struct fixture_files *bank = *state;
	uint64_t ms = NOW + 12345;

	write_many(bank);
	fixture_files_begin(bank);
	files_write_out(bank->files, ms);
	memset(&out, 0, sizeof(out));
	out.watched = true;
	for (int i = 0; i < 200; i++)
		files_write_out(bank->files, ms += 100);
	out.watched = false;
	for (size_t i = 0; i < NELEM(out.begun); i++)
		assert_int_equal(out.begun[i], 1);
	assert_true(out.most <= 2 * 4096);
	fixture_files_stop(bank);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_FILES_TEST(test_a_line_that_differs),
		FIXTURE_FILES_TEST(test_edits_while_running),
		FIXTURE_FILES_TEST(test_a_file_cut_short),
		FIXTURE_FILES_TEST(test_new_and_closed),
		FIXTURE_FILES_TEST(test_many),
		FIXTURE_FILES_TEST(test_written_out_evenly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
