/* SPDX-License-Identifier: ISC */
/*
 * The two files over a real store (bankd/files.h): first start, hand edits
 * while stopped, broken ends, edits while running.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <crypt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../bankd/files.h"
#include "../../shared/error.h"
#include "../../shared/log.h"
#include "../../shared/util.h"
#include "../lib/store_fixture.h"

#define NOW FIXTURE_NOW
#define LOOKS 55 /* of files_watch(): all of both files is seen */

struct bank {
	char *directory;
	struct store *store;
	struct files *files;
	struct files_options options;
	char error[512];
	char log[16384];
};

static void
note_line(void *context, int priority, const char *line)
{
	struct bank *bank = context;
	size_t used = strlen(bank->log);

	(void)priority;
	snprintf(bank->log + used, sizeof(bank->log) - used, "%s\n", line);
}

static int
setup(void **state)
{
	struct bank *bank = calloc(1, sizeof(*bank));

	bank->directory = fixture_directory();
	bank->options = (struct files_options) {
		.directory = bank->directory,
		.hash_prefix = "$y$",
		.hash_cost = 1,
	};
	log_open(note_line, bank, LOG_DEBUG);
	*state = bank;
	return 0;
}

static void
end(struct bank *bank)
{
	files_close(bank->files);
	store_close(bank->store);
	bank->files = NULL;
	bank->store = NULL;
}

static int
teardown(void **state)
{
	struct bank *bank = *state;

	end(bank);
	fixture_remove(bank->directory);
	free(bank);
	return 0;
}

static int
try_start(struct bank *bank)
{
	enum store_end how;

	bank->store = fixture_open(bank->directory, &how);
	bank->log[0] = '\0';
	return files_start(&bank->files, bank->store, how, &bank->options, NOW,
	    bank->error, sizeof(bank->error));
}

static void
start(struct bank *bank)
{
	if (try_start(bank) != 0)
		fail_msg("%s", bank->error);
}

static void
stop(struct bank *bank)
{
	assert_int_equal(files_sync(bank->files), 0);
	assert_int_equal(store_mark_stopped(bank->store), 0);
	end(bank);
	fixture_verify(bank->directory);
}

/* A start must fail, say `word`, and leave everything as it is. */
static void
refused(struct bank *bank, int expected, const char *word)
{
	struct stat before[2], after[2];
	static const char *const names[] = { "balance", "password" };
	uint64_t seq;
	int i;

	for (i = 0; i < 2; i++)
		if (stat(fixture_path(bank->directory, names[i]), &before[i]) ==
		    -1)
			before[i].st_ino = 0;
	assert_int_equal(try_start(bank), expected);
	assert_null(bank->files);
	if (strstr(bank->error, word) == NULL)
		fail_msg("no `%s` in: %s", word, bank->error);
	for (i = 0; i < 2; i++) {
		if (stat(fixture_path(bank->directory, names[i]), &after[i]) ==
		    -1)
			after[i].st_ino = 0;
		assert_true(before[i].st_ino == after[i].st_ino);
		if (after[i].st_ino != 0)
			assert_true(before[i].st_mtim.tv_nsec ==
			    after[i].st_mtim.tv_nsec);
	}
	seq = store_last_seq(bank->store);
	end(bank);
	bank->store = fixture_open(bank->directory, NULL);
	assert_int_equal(store_last_seq(bank->store), seq);
	end(bank);
}

static void
write_files(struct bank *bank, const char *password, const char *balance)
{
	fixture_write(bank->directory, "password", password);
	fixture_write(bank->directory, "balance", balance);
}

static void
seeds(struct bank *bank)
{
	write_files(bank, "chris 1234\nfey 5678\njoe 9012\n",
	    "chris 10000 1000\nfey 10000 1000\njoe 10000 1000\n");
	start(bank);
}

/* Line n of a file, spaces at its end cut off, in a static buffer. */
static const char *
line_of(struct bank *bank, const char *name, size_t n)
{
	static char line[FILES_PASSWORD_WIDTH];
	size_t width = strcmp(name, "balance") == 0 ? FILES_BALANCE_WIDTH
						    : FILES_PASSWORD_WIDTH;
	size_t length, end_at = width - 1;
	char *data = fixture_read(bank->directory, name, &length);

	assert_non_null(data);
	assert_int_equal(length, (size_t)store_lines(bank->store) * width);
	memcpy(line, data + n * width, width);
	assert_int_equal(line[width - 1], '\n');
	while (end_at > 0 && line[end_at - 1] == ' ')
		end_at--;
	line[end_at] = '\0';
	free(data);
	return line;
}

static bool
password_is(struct bank *bank, const char *id, const char *password)
{
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE];
	struct crypt_data data = { 0 };
	const char *made;

	assert_int_equal(store_account_texts(bank->store,
			     store_account(bank->store, id), name, hash),
	    0);
	made = crypt_rn(password, hash, &data, sizeof(data));
	return made != NULL && strcmp(made, hash) == 0;
}

static size_t
set_aside(struct bank *bank, const char *name)
{
	char pattern[512];
	glob_t found = { 0 };
	size_t count;

	snprintf(
	    pattern, sizeof(pattern), "%s/%s.edited.*", bank->directory, name);
	count = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
	globfree(&found);
	return count;
}

static void
logged(const struct bank *bank, const char *word)
{
	if (strstr(bank->log, word) == NULL)
		fail_msg("no `%s` in the log: %s", word, bank->log);
}

/* A transfer of 1.50 in both files, as the vault does it. */
static void
pay(struct bank *bank, const char *from, const char *to)
{
	assert_int_equal(fixture_transfer(bank->store, from, to, 150,
			     store_newest_ms(bank->store), NULL, NULL),
	    0);
	assert_int_equal(store_commit(bank->store), 0);
	if (bank->files == NULL)
		return;
	assert_int_equal(
	    files_update(bank->files, store_account(bank->store, from), NULL),
	    0);
	assert_int_equal(
	    files_update(bank->files, store_account(bank->store, to), NULL), 0);
}

static void
test_first_start(void **state)
{
	struct bank *bank = *state;
	struct stat status;
	char *kept, *again;

	seeds(bank);
	assert_int_equal(store_last_seq(bank->store), 6);
	assert_string_equal(line_of(bank, "balance", 0), "chris 10000 1000");
	assert_string_equal(line_of(bank, "balance", 2), "joe 10000 1000");
	assert_memory_equal(line_of(bank, "password", 1), "fey $y$", 7);
	assert_true(password_is(bank, "fey", "5678"));
	assert_false(password_is(bank, "fey", "1234"));
	stat(fixture_path(bank->directory, "password"), &status);
	assert_int_equal(status.st_mode & 0777, 0600);
	pay(bank, "chris", "fey");
	assert_string_equal(line_of(bank, "balance", 0), "chris 10000 998.50");
	assert_string_equal(line_of(bank, "balance", 1), "fey 10000 1001.50");
	assert_int_equal(files_watch(bank->files), 0);
	stop(bank);
	/* Nothing is hashed or written twice. */
	kept = fixture_read(bank->directory, "password", NULL);
	start(bank);
	again = fixture_read(bank->directory, "password", NULL);
	assert_string_equal(kept, again);
	assert_int_equal(store_last_seq(bank->store), 7);
	free(kept);
	free(again);
}

static void
test_presence(void **state)
{
	struct bank *bank = *state;

	start(bank);
	assert_int_equal(store_lines(bank->store), 0);
	end(bank);
	fixture_remove(bank->directory);
	bank->options.directory = bank->directory = fixture_directory();
	fixture_write(bank->directory, "password", "chris 1\n");
	refused(bank, BANK_EINVAL, "balance: missing");
	fixture_write(bank->directory, "balance", "");
	start(bank);
	assert_string_equal(line_of(bank, "balance", 0), "chris 0 0");
	stop(bank);
	unlink(fixture_path(bank->directory, "password"));
	refused(bank, BANK_EINVAL, "password: it was taken away");
}

static void
test_alone_in_a_file(void **state)
{
	struct bank *bank = *state;

	write_files(bank, "chris 1234\nfey 5678\n", "chris 1 1\njoe 5 5\n");
	start(bank);
	assert_string_equal(line_of(bank, "balance", 0), "chris 1 1");
	assert_string_equal(line_of(bank, "balance", 1), "joe 5 5");
	assert_string_equal(line_of(bank, "balance", 2), "fey 0 0");
	assert_string_equal(line_of(bank, "password", 1), "");
	logged(bank, "joe");
	assert_null(strstr(bank->log, "chris"));
	assert_null(strstr(bank->log, "1234"));
	stop(bank);
	/* Again, and the line that is missing is none that was taken away. */
	fixture_write(
	    bank->directory, "balance", "chris 2 1\nfey 0 0\njoe 5 5");
	start(bank);
	assert_string_equal(line_of(bank, "balance", 0), "chris 2 1");
	assert_int_equal(set_aside(bank, "balance"), 0);
}

static void
test_wrong_files(void **state)
{
	struct bank *bank = *state;

	write_files(bank, "a 1\nb 2\na 3\n", "a 1 1\n");
	refused(bank, BANK_EINVAL, "password:3: a stands in line 1 already");
	write_files(bank, "a 1\nb 2\n", "a 1 1\n\na 1 1\n");
	refused(bank, BANK_EINVAL, "balance:3: a stands in line 1 already");
	write_files(bank, "a 1\nb 2\n", "a 1 -1\n");
	refused(bank, BANK_EINVAL, "balance:1: the checking balance");
	assert_int_equal(set_aside(bank, "balance"), 0);
}

static void
test_edits(void **state)
{
	struct bank *bank = *state;
	struct ledger_entry entry;
	char text[1024], hash[FILES_PASSWORD_WIDTH];

	seeds(bank);
	string_copy(hash, line_of(bank, "password", 0) + 6, sizeof(hash));
	stop(bank);
	/* Order and form are no edits. */
	fixture_write(bank->directory, "balance",
	    "# x\r\njoe 10000\t1000.00\r\n\r\nfey 10000 1000\n"
	    "chris 12345.67 0\nann 7 8");
	snprintf(text, sizeof(text),
	    "joe 9012\nfey new\nchris !%s\nann secret\n", hash);
	fixture_write(bank->directory, "password", text);
	start(bank);
	assert_string_equal(line_of(bank, "balance", 0), "chris 12345.67 0");
	assert_string_equal(line_of(bank, "balance", 3), "ann 7 8");
	assert_int_equal(store_last_seq(bank->store), 10);
	assert_int_equal(store_find_seq(bank->store, 7, &entry), 0);
	assert_int_equal(entry.kind, LEDGER_ADJUST);
	assert_int_equal(entry.amount_cents, 234567);
	assert_string_equal(entry.debit.id, ":adjust");
	assert_true(password_is(bank, "fey", "new"));
	assert_true(password_is(bank, "ann", "secret"));
	assert_memory_equal(line_of(bank, "password", 0), "chris !$y$", 10);
	logged(bank, "id=chris what=savings old=10000.00 new=12345.67");
	logged(bank, "id=chris what=checking old=1000.00 new=0.00");
	logged(bank, "id=fey what=password");
	logged(bank, "id=ann what=opened");
	assert_null(strstr(bank->log, "secret"));
	assert_null(strstr(bank->log, hash));
	stop(bank);
	start(bank);
	assert_string_equal(bank->log, "");
}

static void
test_lines_taken_away(void **state)
{
	struct bank *bank = *state;

	write_files(
	    bank, "chris 1\nnil 2\nfey 3\n", "chris 5 0\nnil 0 0\nfey 0 0\n");
	start(bank);
	stop(bank);
	fixture_write(bank->directory, "balance", "nil 0 0\nfey 0 0\n");
	refused(bank, BANK_EINVAL, "chris");
	fixture_write(bank->directory, "balance", "chris 5 0\nfey 0 0\n");
	fixture_write(bank->directory, "password", "chris 1\nfey 3\n");
	start(bank);
	logged(bank, "id=nil what=closed");
	assert_int_not_equal(store_account(bank->store, "nil")->closed_ms, 0);
	assert_string_equal(line_of(bank, "balance", 1), "");
	assert_string_equal(line_of(bank, "password", 1), "");
	assert_string_equal(line_of(bank, "balance", 2), "fey 0 0");
	stop(bank);
	start(bank);
	assert_string_equal(bank->log, "");
	stop(bank);
	fixture_write(
	    bank->directory, "balance", "chris 5 0\nfey 0 0\nnil 0 0\n");
	refused(bank, BANK_EINVAL, "balance:3: the account nil was closed");
	/* Money goes first, in the same edit, then the line. */
	fixture_write(bank->directory, "balance", "chris 0 0\nfey 0 0\n");
	fixture_write(bank->directory, "password", "fey 3\n");
	start(bank);
	assert_int_not_equal(store_account(bank->store, "chris")->closed_ms, 0);
	stop(bank);
}

static void
test_refuse(void **state)
{
	struct bank *bank = *state;
	char *kept;

	bank->options.refuse_edits = true;
	seeds(bank);
	stop(bank);
	start(bank);
	stop(bank);
	kept = fixture_read(bank->directory, "balance", NULL);
	fixture_write(bank->directory, "balance",
	    "chris 10000 1000\nfey 10000 1000\njoe 1 1\n");
	refused(bank, BANK_EINVAL, "balance:3: joe: edited");
	fixture_write(bank->directory, "balance",
	    "chris 10000 1000\nfey 10000 1000\njoe 10000 1000\n");
	refused(bank, BANK_EINVAL, "hand_edits = refuse");
	fixture_write(bank->directory, "balance", kept);
	start(bank);
	free(kept);
}

/* A start that is cut off between its batches goes on at the next one. */
static void
test_half_taken_over(void **state)
{
	struct bank *bank = *state;
	struct ledger_account *account;

	seeds(bank);
	stop(bank);
	fixture_write(bank->directory, "balance",
	    "chris 10000 1000\nfey 1 1\njoe 2 2\nann 3 3\n");
	bank->store = fixture_open(bank->directory, NULL);
	assert_int_equal(
	    store_account_new(bank->store, "ann", "", "", NOW, &account), 0);
	assert_int_equal(store_commit(bank->store), 0);
	end(bank);
	start(bank);
	assert_string_equal(line_of(bank, "balance", 1), "fey 1 1");
	assert_string_equal(line_of(bank, "balance", 3), "ann 3 3");
	stop(bank);
}

static void
test_broken_end(void **state)
{
	struct bank *bank = *state;

	seeds(bank);
	pay(bank, "chris", "fey");
	end(bank);
	start(bank);
	assert_int_equal(set_aside(bank, "balance"), 0);
	/* Killed between commit and files: behind, and no edit. */
	files_close(bank->files);
	bank->files = NULL;
	pay(bank, "chris", "fey");
	pay(bank, "chris", "joe");
	end(bank);
	start(bank);
	assert_int_equal(set_aside(bank, "balance"), 0);
	assert_string_equal(line_of(bank, "balance", 0), "chris 10000 995.50");
	assert_string_equal(line_of(bank, "balance", 1), "fey 10000 1003");
	assert_string_equal(line_of(bank, "balance", 2), "joe 10000 1001.50");
	end(bank);
	/* An edit after a broken end never becomes money. */
	fixture_write(bank->directory, "balance", "chris 1 1\n");
	start(bank);
	assert_int_equal(set_aside(bank, "balance"), 1);
	assert_string_equal(line_of(bank, "balance", 0), "chris 10000 995.50");
	end(bank);
	unlink(fixture_path(bank->directory, "balance"));
	unlink(fixture_path(bank->directory, "password"));
	start(bank);
	assert_int_equal(set_aside(bank, "balance"), 1);
	assert_string_equal(line_of(bank, "balance", 0), "chris 10000 995.50");
	assert_true(password_is(bank, "chris", "1234"));
	stop(bank);
}

static void
overwrite(struct bank *bank, const char *name, long at, const char *text)
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
	struct bank *bank = *state;
	int i, found = 0;

	seeds(bank);
	overwrite(bank, "balance", 6, "99999");
	for (i = 0; i < LOOKS && found == 0; i++) {
		pay(bank, "fey", "joe");
		found = files_watch(bank->files);
	}
	assert_int_equal(found, 1);
	assert_int_equal(set_aside(bank, "balance"), 1);
	logged(bank, "id=chris what=savings truth=10000.00 edited=99999.00");
	assert_string_equal(line_of(bank, "balance", 0), "chris 10000 1000");
	assert_int_equal(files_watch(bank->files), 0);
	pay(bank, "chris", "fey");
	assert_string_equal(line_of(bank, "balance", 0), "chris 10000 998.50");

	overwrite(bank, "password", 192 + 50, "XXXX");
	for (i = 0, found = 0; i < LOOKS && found == 0; i++) {
		pay(bank, "fey", "joe");
		found = files_watch(bank->files);
	}
	assert_int_equal(found, 1);
	assert_int_equal(set_aside(bank, "password"), 1);
	logged(bank, "id=fey what=password");
	assert_true(password_is(bank, "fey", "5678"));
	assert_null(strstr(bank->log, "$y$"));
}

/* A quiet bank sees it at once; so does any bank for size and name. */
static void
test_edits_while_running(void **state)
{
	struct bank *bank = *state;
	const char *balance;
	struct stat status;

	seeds(bank);
	balance = fixture_path(bank->directory, "balance");
	assert_int_equal(files_watch(bank->files), 0);
	overwrite(bank, "balance", 6, "99999");
	assert_int_equal(files_watch(bank->files), 1);
	balance = fixture_path(bank->directory, "balance");
	assert_int_equal(truncate(balance, 40), 0);
	assert_int_equal(files_watch(bank->files), 1);
	logged(bank, "what=missing");
	assert_int_equal(truncate(balance, 0), 0);
	assert_int_equal(files_watch(bank->files), 1);
	fixture_write(bank->directory, "balance.tmp", "eve 1 1\n");
	balance = fixture_path(bank->directory, "balance");
	rename(fixture_path(bank->directory, "balance.tmp"), balance);
	assert_int_equal(files_watch(bank->files), 1);
	logged(bank, "id=eve");
	assert_int_equal(set_aside(bank, "balance"), 4);
	chmod(balance, 0640);
	unlink(balance);
	assert_int_equal(files_watch(bank->files), 1);
	assert_int_equal(files_watch(bank->files), 0);
	assert_int_equal(set_aside(bank, "balance"), 4);
	assert_string_equal(line_of(bank, "balance", 0), "chris 10000 1000");
	chmod(fixture_path(bank->directory, "balance"), 0644);
	overwrite(bank, "balance", 0, "garbage\n\n\n -1 x");
	assert_int_equal(files_watch(bank->files), 1);
	stat(fixture_path(bank->directory, "balance"), &status);
	assert_int_equal(status.st_mode & 0777, 0644);
	stop(bank);
}

static void
test_new_and_closed(void **state)
{
	struct bank *bank = *state;
	const char *id = "nil";
	struct ledger_account *account;
	char name[8];
	int i;

	seeds(bank);
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
	assert_string_equal(line_of(bank, "balance", 3), "nil 0 0");
	assert_string_equal(line_of(bank, "password", 22), "n19 $y$hash");
	assert_int_equal(files_watch(bank->files), 0);
	store_begin(bank->store, &id, 1, &account);
	account->closed_ms = NOW;
	assert_int_equal(store_commit(bank->store), 0);
	assert_int_equal(
	    files_update(bank->files, store_account(bank->store, "nil"), NULL),
	    0);
	assert_string_equal(line_of(bank, "balance", 3), "");
	assert_string_equal(line_of(bank, "password", 3), "");
	for (i = 0; i < LOOKS; i++)
		assert_int_equal(files_watch(bank->files), 0);
	stop(bank);
	start(bank);
	assert_string_equal(bank->log, "");
}

/* Thousands, over several batches, slices and buffers. */
static void
test_many(void **state)
{
	enum { MANY = 5000 };
	struct bank *bank = *state;
	FILE *balance, *password;
	int i;

	balance = fopen(fixture_path(bank->directory, "balance"), "w");
	password = fopen(fixture_path(bank->directory, "password"), "w");
	for (i = 0; i < MANY; i++) {
		fprintf(balance, "u%d %d.05 %d\n", i, i, i % 7);
		fprintf(password,
		    "u%d !$2b$05$abcdefghijklmnopqrstuu"
		    "0123456789012345678901234567890\n",
		    MANY - 1 - i);
	}
	fclose(balance);
	fclose(password);
	start(bank);
	logged(bank, "taken_over customers=5000");
	assert_string_equal(line_of(bank, "balance", 4321), "u4321 4321.05 2");
	stop(bank);
	start(bank);
	assert_string_equal(bank->log, "");
	overwrite(bank, "balance", 80 * 4999 + 8, "7");
	pay(bank, "u3", "u4");
	for (i = 0; i < LOOKS; i++)
		if (files_watch(bank->files) == 1)
			break;
	assert_true(i < LOOKS);
	logged(bank, "id=u4999");
	stop(bank);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_first_start),
		TEST(test_presence),
		TEST(test_alone_in_a_file),
		TEST(test_wrong_files),
		TEST(test_edits),
		TEST(test_lines_taken_away),
		TEST(test_refuse),
		TEST(test_half_taken_over),
		TEST(test_broken_end),
		TEST(test_a_line_that_differs),
		TEST(test_edits_while_running),
		TEST(test_new_and_closed),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
