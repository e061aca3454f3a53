/* SPDX-License-Identifier: ISC */
/*
 * Fixtures of the files' tests (files_fixture.h); they fail by cmocka's means.
 */
#include "files_fixture.h"

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

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"

#define NOW FIXTURE_NOW

static void
note_line(void *context, int priority, const char *line)
{
	struct fixture_files *bank = context;
	size_t used = strlen(bank->log);

	(void)priority;
	snprintf(bank->log + used, sizeof(bank->log) - used, "%s\n", line);
}

int
fixture_files_setup(void **state)
{
	struct fixture_files *bank = calloc(1, sizeof(*bank));

	bank->directory = fixture_directory();
	bank->options = (struct files_options) {
		.now_ms = NOW,
		.directory = bank->directory,
		.hash_prefix = "$y$",
		.hash_cost = 1,
	};
	log_open(note_line, bank, LOG_DEBUG);
	*state = bank;
	return 0;
}

void
fixture_files_end(struct fixture_files *bank)
{
	files_close(bank->files);
	store_close(bank->store);
	bank->files = NULL;
	bank->store = NULL;
}

int
fixture_files_teardown(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_end(bank);
	fixture_remove(bank->directory);
	free(bank);
	return 0;
}

int
fixture_files_try(struct fixture_files *bank)
{
	enum store_end how;

	bank->store = fixture_open(bank->directory, &how);
	bank->log[0] = '\0';
	return files_start(&bank->files, bank->store, how, &bank->options,
	    bank->error, sizeof(bank->error));
}

void
fixture_files_begin(struct fixture_files *bank)
{
	if (fixture_files_try(bank) != 0)
		fail_msg("%s", bank->error);
}

void
fixture_files_stop(struct fixture_files *bank)
{
	assert_int_equal(files_sync(bank->files), 0);
	assert_int_equal(store_mark_stopped(bank->store), 0);
	fixture_files_end(bank);
	fixture_verify(bank->directory);
}

/* A start must fail, say `word`, and leave everything as it is. */
void
fixture_files_refused(
    struct fixture_files *bank, int expected, const char *word)
{
	struct stat before[2], after[2];
	static const char *const names[] = { "balance", "password" };
	uint64_t seq;
	int i;

	for (i = 0; i < 2; i++)
		if (stat(fixture_path(bank->directory, names[i]), &before[i]) ==
		    -1)
			before[i].st_ino = 0;
	assert_int_equal(fixture_files_try(bank), expected);
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
	fixture_files_end(bank);
	bank->store = fixture_open(bank->directory, NULL);
	assert_int_equal(store_last_seq(bank->store), seq);
	fixture_files_end(bank);
}

void
fixture_files_write(
    struct fixture_files *bank, const char *password, const char *balance)
{
	fixture_write(bank->directory, "password", password);
	fixture_write(bank->directory, "balance", balance);
}

void
fixture_files_seeds(struct fixture_files *bank)
{
	fixture_files_write(bank, "chris 1234\nfey 5678\njoe 9012\n",
	    "chris 10000 1000\nfey 10000 1000\njoe 10000 1000\n");
	fixture_files_begin(bank);
}

/* Line n of a file, spaces at its end cut off, in a static buffer. */
const char *
fixture_files_line_of(struct fixture_files *bank, const char *name, size_t n)
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

bool
fixture_files_password_is(
    struct fixture_files *bank, const char *id, const char *password)
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

size_t
fixture_files_set_aside(struct fixture_files *bank, const char *name)
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

void
fixture_files_logged(const struct fixture_files *bank, const char *word)
{
	if (strstr(bank->log, word) == NULL)
		fail_msg("no `%s` in the log: %s", word, bank->log);
}

/* A transfer of 1.50 in both files, as the vault does it. */
void
fixture_files_pay(struct fixture_files *bank, const char *from, const char *to)
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
	assert_int_equal(files_flush(bank->files), 0);
}
