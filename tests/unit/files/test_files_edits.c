/* SPDX-License-Identifier: ISC */
/*
 * Edits of the two files at their limits: many at once, lines that are only
 * behind after a crash, names that can't be had, sums that are too large,
 * and a start that takes long enough to be told of.
 */
/* Before any header: it has functions of its own for libc's. */
#include "../../lib/disk/disk_calls.c"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/rand.h>

#include "../../../bankd/files/files_state.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/files_fixture.h"

#define LINE_MAX_BYTES 256
#define MANY 1500
/* Of no password that anybody knows. */
#define HASH                               \
	"$5$rounds=1000$saltsaltsaltsalt$" \
	"0123456789012345678901234567890123456789012"

/* What libc and OpenSSL answer, where it isn't what they would. */
static int link_error, links_taken;
static bool no_random, fast_clock, no_room, no_reserve;
static long failing_write;

int
link(const char *from, const char *to)
{
	if (links_taken > 0 || link_error != 0) {
		errno = links_taken-- > 0 ? EEXIST : link_error;
		return -1;
	}
	return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
RAND_bytes(unsigned char *bytes, int count)
{
	return no_random ? 0 : RAND_priv_bytes(bytes, count);
}

/* Each look at it six seconds after the one before. */
int
clock_gettime(clockid_t which, struct timespec *time)
{
	static time_t passed;
	int result = (int)syscall(SYS_clock_gettime, which, time);

	if (fast_clock)
		time->tv_sec += passed += 6;
	return result;
}

static int
before(const struct disk_call *call)
{
	bool file = strncmp(call->path, "bank.db", 7) != 0;

	if (call->kind == DISK_SYNC)
		return DISK_DONE;
	if ((call->kind == DISK_WRITE || call->kind == DISK_ALLOCATE) &&
	    no_room)
		return ENOSPC;
	if (call->kind == DISK_WRITE && file && failing_write > 0 &&
	    --failing_write == 0)
		return EIO;
	if (call->kind == DISK_UNLINK && strcmp(call->path, "reserve") == 0) {
		if (no_reserve)
			return EIO;
		no_room = false;
	}
	return 0;
}

static int
setup(void **state)
{
	int result = fixture_files_setup(state);
	struct fixture_files *bank = *state;

	bank->options.hash_prefix = "$5$";
	disk_calls.directory = bank->directory;
	disk_calls.before = before;
	return result;
}

static int
teardown(void **state)
{
	disk_calls.directory = NULL;
	link_error = links_taken = 0;
	no_random = fast_clock = no_room = no_reserve = false;
	failing_write = 0;
	return fixture_files_teardown(state);
}

/* Both files, of so many customers with such balances. */
static void
write_many(struct fixture_files *bank, int count, const char *balances,
    const char *secret)
{
	char *balance = calloc((size_t)count + 1, LINE_MAX_BYTES);
	char *password = calloc((size_t)count + 1, LINE_MAX_BYTES);
	size_t b = 0, p = 0;

	assert_non_null(balance);
	assert_non_null(password);
	for (int i = 0; i < count; i++) {
		b += (size_t)sprintf(balance + b, "c%d %s\n", i, balances);
		if (secret != NULL)
			p += (size_t)sprintf(
			    password + p, "c%d %s\n", i, secret);
	}
	fixture_files_write(bank, password, balance);
	free(balance);
	free(password);
}

static void
crash(struct fixture_files *bank, int payments)
{
	struct files *files = bank->files;

	bank->files = NULL;
	for (int i = 0; i < payments; i++)
		fixture_files_pay(bank, "chris", "fey");
	bank->files = files;
	fixture_files_end(bank);
}

/* A line says what the account held a few entries ago: only behind. */
static void
test_lines_that_are_behind(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_seeds(bank);
	crash(bank, 3);
	fixture_files_begin(bank);
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 0);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 995.50");
	crash(bank, 80);
	fixture_files_begin(bank);
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 1);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 875.50");
	fixture_files_stop(bank);
}

/* Some of the bytes of the first line, after a crash: never behind. */
static void
change_line(struct fixture_files *bank, const char *text, size_t at)
{
	char *data = fixture_read(bank->directory, "balance", NULL);

	memcpy(data + at, text, strlen(text));
	fixture_write(bank->directory, "balance", data);
	free(data);
}

static void
test_lines_that_are_not(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} edits[] = {
		{ "chris 10000 1001  ", 0 }, /* it never held that */
		{ "chris 0 1        ", 0 },
		{ "joe  ", 0 },                   /* another's */
		{ "\n", 20 },                     /* two of half the width */
		{ "x", FILES_BALANCE_WIDTH - 1 }, /* one of twice */
		{ "# a line ", 0 },
	};
	struct fixture_files *bank = *state;
	size_t i;

	fixture_files_seeds(bank);
	for (i = 0; i < NELEM(edits); i++) {
		crash(bank, 1);
		change_line(bank, edits[i].text, edits[i].at);
		fixture_files_begin(bank);
		assert_int_equal(
		    fixture_files_set_aside(bank, "balance"), i + 1);
	}
	fixture_files_stop(bank);
}

/* What an account held before its first entry is nothing. */
static void
test_a_line_from_the_beginning(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_seeds(bank);
	crash(bank, 1);
	change_line(bank, "chris 0 0       ", 0);
	fixture_files_begin(bank);
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 0);
	assert_string_equal(
	    fixture_files_line_of(bank, "balance", 0), "chris 10000 998.50");
	fixture_files_stop(bank);
}

/* A name that is a link is none of ours, whatever it leads to. */
static void
test_a_link(void **state)
{
	struct fixture_files *bank = *state;
	struct stat status;

	fixture_files_seeds(bank);
	fixture_files_stop(bank);
	assert_int_equal(rename(fixture_path(bank->directory, "balance"),
			     fixture_path(bank->directory, "elsewhere")),
	    0);
	assert_int_equal(
	    symlink("elsewhere", fixture_path(bank->directory, "balance")), 0);
	fixture_files_begin(bank);
	assert_int_equal(
	    lstat(fixture_path(bank->directory, "balance"), &status), 0);
	assert_true(S_ISREG(status.st_mode));
	fixture_files_stop(bank);
}

static void
test_many(void **state)
{
	struct fixture_files *bank = *state;

	write_many(bank, MANY, "1 1", HASH);
	/* More than is written at once: in the first part, in the last. */
	for (failing_write = 1; failing_write <= 3; failing_write++) {
		long nth = failing_write;

		assert_int_equal(fixture_files_try(bank), BANK_EIO);
		fixture_files_end(bank);
		failing_write = nth;
	}
	failing_write = 0;
	fixture_files_begin(bank);
	assert_int_equal(store_lines(bank->store), MANY);
	for (int i = 0; i < 60; i++)
		assert_int_equal(files_watch(bank->files), 0);
	write_many(bank, MANY, "2 1", HASH);
	assert_int_equal(files_watch(bank->files), 2);
	fixture_files_logged(bank, "more=1400");
	write_many(bank, MANY - 120, "1 1", HASH);
	assert_int_equal(files_watch(bank->files), 2);
	fixture_files_logged(bank, "missing");
	fixture_files_stop(bank);
}

/* One without a password is not missed in `password`, a closed one nowhere. */
static void
test_who_is_missed(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_write(bank, "chris 1\nfey 1\n", "chris 1 1\nfey 0 0\n");
	fixture_files_begin(bank);
	fixture_files_stop(bank);
	/* fey closes, joe comes without a password. */
	fixture_files_write(bank, "chris 2\n", "chris 1 1\njoe 1 0\n");
	fixture_files_begin(bank);
	assert_true(store_account(bank->store, "fey")->closed_ms != 0);
	bank->log[0] = '\0';
	fixture_files_write(bank, "fey 1\n", "fey 1 1\njoe 2 0\n");
	assert_int_equal(files_watch(bank->files), 2);
	fixture_files_logged(bank, "id=fey what=\"no such account\"");
	fixture_files_logged(bank, "id=chris what=missing");
	assert_null(strstr(bank->log, "id=fey what=missing"));
	assert_null(strstr(bank->log, "id=joe what=missing"));
	fixture_files_stop(bank);
	/* Nobody's line may be taken away who has money, in either account. */
	fixture_files_write(bank, "chris 2\n", "joe 1 0\n");
	fixture_files_refused(bank, BANK_EINVAL, "is not empty");
	fixture_files_write(bank, "", "chris 0 1\njoe 1 0\n");
	fixture_files_refused(bank, BANK_EINVAL, "is not empty");
}

static void
test_the_banks_own_has_no_line(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_seeds(bank);
	assert_int_equal(files_update(bank->files,
			     store_account(bank->store, ":adjust"), "hash"),
	    0);
	assert_int_equal(files_flush(bank->files), 0);
	assert_int_equal(files_watch(bank->files), 0);
	fixture_files_stop(bank);
}

static void
test_sums_too_large(void **state)
{
	struct fixture_files *bank = *state;

	write_many(bank, 4700, "9999999999999.99 9999999999999.99", NULL);
	fixture_files_refused(
	    bank, BANK_EINVAL, "the sum of all balances is too large");
}

static void
test_progress_is_told(void **state)
{
	struct fixture_files *bank = *state;

	write_many(bank, 150, "1 1", "plain");
	fast_clock = true;
	fixture_files_begin(bank);
	fast_clock = false;
	fixture_files_logged(bank, "taking_over done=");
	assert_true(fixture_files_password_is(bank, "c149", "plain"));
	fixture_files_stop(bank);
}

static void
test_no_start(void **state)
{
	struct fixture_files *bank = *state;
	char path[PATH_MAX + 10];

	fixture_files_write(bank, "chris 1234\n", "chris 1 1\n");
	bank->options.hash_prefix = "$none$";
	assert_int_equal(fixture_files_try(bank), BANK_ECRYPTO);
	fixture_files_end(bank);
	bank->options.hash_prefix = "$5$";
	bank->store = fixture_open(bank->directory, NULL);
	no_random = true;
	assert_int_equal(files_start(&bank->files, bank->store, STORE_NEW,
			     &bank->options, bank->error, sizeof(bank->error)),
	    BANK_ECRYPTO);
	assert_non_null(strstr(bank->error, "cryptographic library failed"));
	no_random = false;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	bank->options.directory = path;
	assert_int_equal(files_start(&bank->files, bank->store, STORE_NEW,
			     &bank->options, bank->error, sizeof(bank->error)),
	    BANK_EINVAL);
	assert_non_null(strstr(bank->error, "bankd.ini: [bank] state"));
	assert_non_null(strstr(bank->error, "too long"));
	bank->options.directory = bank->directory;
	fixture_files_end(bank);
	fixture_files_begin(bank);
	fixture_files_stop(bank);
}

/* Names aside are taken, or can't be made. */
static void
test_names_aside(void **state)
{
	static const struct {
		int taken, error, expected;
	} rows[] = { { 3, 0, 1 }, { 1, ENOENT, 1 }, { 0, EMLINK, BANK_ESYS },
		{ 0, EIO, BANK_EIO }, { 0, EDQUOT, 0 },
		{ 2000, 0, BANK_ESYS } };
	struct fixture_files *bank = *state;

	fixture_files_seeds(bank);
	for (size_t i = 0; i < NELEM(rows); i++) {
		fixture_write(bank->directory, "balance", "chris 1 1\n");
		links_taken = rows[i].taken;
		link_error = rows[i].error;
		assert_int_equal(files_watch(bank->files), rows[i].expected);
		links_taken = link_error = 0;
		assert_int_equal(
		    files_watch(bank->files), rows[i].expected <= 0);
		assert_string_equal(fixture_files_line_of(bank, "balance", 0),
		    "chris 10000 1000");
	}
	fixture_files_stop(bank);
}

/* The reserve is given up for a start, and for a stop; or there is none. */
static void
test_the_reserve(void **state)
{
	struct fixture_files *bank = *state;

	for (int i = 0; i < 2; i++) {
		fixture_files_write(bank, "chris 1234\n",
		    i == 0 ? "chris 1 1\n" : "chris 2 2\n");
		no_reserve = true;
		bank->store = fixture_open(bank->directory, NULL);
		no_room = true;
		assert_int_equal(
		    files_start(&bank->files, bank->store,
			i == 0 ? STORE_NEW : STORE_STOPPED, &bank->options,
			bank->error, sizeof(bank->error)),
		    BANK_ENOSPC);
		no_room = no_reserve = false;
		fixture_files_end(bank);
		bank->store = fixture_open(bank->directory, NULL);
		no_room = true;
		assert_int_equal(
		    files_start(&bank->files, bank->store,
			i == 0 ? STORE_NEW : STORE_STOPPED, &bank->options,
			bank->error, sizeof(bank->error)),
		    0);
		assert_false(no_room);
		fixture_write(bank->directory, "balance", "chris 9 9\n");
		no_room = no_reserve = true;
		assert_int_equal(files_sync(bank->files), BANK_ENOSPC);
		no_room = no_reserve = false;
		fixture_files_stop(bank);
	}
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_lines_that_are_behind),
		TEST(test_lines_that_are_not),
		TEST(test_a_line_from_the_beginning),
		TEST(test_a_link),
		TEST(test_many),
		TEST(test_who_is_missed),
		TEST(test_the_banks_own_has_no_line),
		TEST(test_sums_too_large),
		TEST(test_progress_is_told),
		TEST(test_no_start),
		TEST(test_names_aside),
		TEST(test_the_reserve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
