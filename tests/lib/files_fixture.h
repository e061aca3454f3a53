/* SPDX-License-Identifier: ISC */
/*
 * A bank of the tests' own: a fresh directory, a real store, the two files,
 * and what was logged since its start.
 */
#ifndef TESTS_FILES_FIXTURE_H
#define TESTS_FILES_FIXTURE_H

#include "../../bankd/files/files.h"
#include "store_fixture.h"

struct fixture_files {
	char *directory;
	struct store *store;
	struct files *files;
	struct files_options options;
	char error[512];
	char log[16384];
};

/* For cmocka: the state is a struct fixture_files. */
int fixture_files_setup(void **state);
/* Closes all without a mark. */
void fixture_files_end(struct fixture_files *bank);
int fixture_files_teardown(void **state);
#define FIXTURE_FILES_TEST(name)         \
	cmocka_unit_test_setup_teardown( \
	    name, fixture_files_setup, fixture_files_teardown)
/* Opens the store and starts the files: what files_start() returns. */
int fixture_files_try(struct fixture_files *bank);
/* The same, which must succeed; and a proper stop, with a proof. */
void fixture_files_begin(struct fixture_files *bank);
void fixture_files_stop(struct fixture_files *bank);
/* A start must fail, say `word`, and leave everything as it is. */
void fixture_files_refused(
    struct fixture_files *bank, int expected, const char *word);
void fixture_files_write(
    struct fixture_files *bank, const char *password, const char *balance);
/* A first start with the customers chris, fey and joe. */
void fixture_files_seeds(struct fixture_files *bank);
/* Line n, spaces at its end cut off, in a static buffer. */
const char *fixture_files_line_of(
    struct fixture_files *bank, const char *name, size_t n);
bool fixture_files_password_is(
    struct fixture_files *bank, const char *id, const char *password);
/* How many NAME.edited.TIME there are. */
size_t fixture_files_set_aside(struct fixture_files *bank, const char *name);
void fixture_files_logged(const struct fixture_files *bank, const char *word);
/* A transfer of 1.50, in both files too if they are open. */
void fixture_files_pay(
    struct fixture_files *bank, const char *from, const char *to);

#endif
