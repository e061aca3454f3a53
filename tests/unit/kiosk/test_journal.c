/* SPDX-License-Identifier: ISC */
/*
 * The kiosk's notes of transactions under way, in real directories, with
 * real locks and processes that die.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../atm-tui/bank/bank_journal.h"
#include "../../../shared/base/error.h"

#define TXID_1 "0192a0b1c2d300000000000000000001"
#define TXID_2 "0192a0b1c2d400000000000000000000"
#define TXID_3 "0192a0b1c2d500000000000000000000"

struct place {
	char directory[64];
	char state[80];
	struct bank_journal *journal;
};

static int
place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->directory, "/tmp/test_journal.XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(
	    place->state, sizeof(place->state), "%s/state", place->directory);
	assert_int_equal(bank_journal_open(&place->journal, place->state), 0);
	*state = place;
	return 0;
}

static int
remove_one(
    const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static int
place_remove(void **state)
{
	struct place *place = *state;

	bank_journal_close(place->journal);
	nftw(place->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(place);
	return 0;
}

static char *
path_of(const struct place *place, const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", place->state, name);
	return path;
}

static bool
exists(const struct place *place, const char *name)
{
	struct stat status;

	return lstat(path_of(place, name), &status) == 0;
}

static void
put_file(const struct place *place, const char *name, const char *text)
{
	FILE *file = fopen(path_of(place, name), "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static struct bank_note *
add(struct place *place, const char *txid, const char *customer)
{
	struct bank_note *note = NULL;
	char request[64];

	snprintf(request, sizeof(request), "1 %s 1 fey 5", txid);
	assert_int_equal(
	    bank_journal_add(place->journal, txid, customer, request, &note),
	    0);
	return note;
}

static void
test_a_note_is_a_private_file(void **state)
{
	struct place *place = *state;
	struct bank_note *note = add(place, TXID_1, "chris");
	char text[200] = "";
	struct stat status;
	FILE *file;
	int fd;

	assert_int_equal(stat(place->state, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_int_equal(stat(path_of(place, TXID_1), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	file = fopen(path_of(place, TXID_1), "r");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_string_equal(
	    text, "customer chris\nrequest 1 " TXID_1 " 1 fey 5\nend\n");

	fd = open(path_of(place, TXID_1), O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	close(fd);

	bank_note_done(note);
	assert_false(exists(place, TXID_1));
}

static void
test_what_cannot_be_noted(void **state)
{
	struct place *place = *state;
	struct bank_note *note = add(place, TXID_1, "chris"), *other = NULL;
	char longest[BANK_REQUEST_SIZE + 1];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(
	    bank_journal_add(place->journal, TXID_1, "chris", "x", &other),
	    BANK_EEXIST);
	assert_true(exists(place, TXID_1));
	assert_int_equal(
	    bank_journal_add(place->journal, TXID_2, "chris", longest, &other),
	    BANK_EINVAL);
	assert_int_equal(
	    bank_journal_add(place->journal, TXID_2, "chris", "a\nend", &other),
	    BANK_EINVAL);
	assert_int_equal(
	    bank_journal_add(place->journal, TXID_2, "a b", "x", &other),
	    BANK_EINVAL);
	assert_int_equal(
	    bank_journal_add(place->journal, "../evil", "chris", "x", &other),
	    BANK_EINVAL);
	assert_false(exists(place, TXID_2));
	longest[BANK_REQUEST_SIZE - 1] = '\0';
	assert_int_equal(
	    bank_journal_add(place->journal, TXID_2, "chris", longest, &other),
	    0);
	bank_note_leave(other);
	assert_int_equal(bank_journal_left(place->journal, "chris", &other), 1);
	assert_string_equal(other->request, longest);
	bank_note_done(other);
	bank_note_done(note);
}

static void
test_left_over(void **state)
{
	struct place *place = *state;
	struct bank_note *list, *living;

	bank_note_leave(add(place, TXID_2, "chris"));
	bank_note_leave(add(place, TXID_1, "chris"));
	bank_note_leave(add(place, TXID_3, "fey"));
	living = add(place, "0192a0b1c2d600000000000000000000", "chris");

	assert_int_equal(bank_journal_left(place->journal, "chris", &list), 2);
	assert_string_equal(list->txid, TXID_1);
	assert_string_equal(list->customer, "chris");
	assert_string_equal(list->request, "1 " TXID_1 " 1 fey 5");
	assert_string_equal(list->next->txid, TXID_2);
	assert_null(list->next->next);

	/* Taken: nobody else gets them. */
	struct bank_note *again;
	assert_int_equal(bank_journal_left(place->journal, "chris", &again), 0);
	assert_null(again);

	bank_note_leave(list->next);
	bank_note_done(list);
	assert_int_equal(bank_journal_left(place->journal, "chris", &list), 1);
	assert_string_equal(list->txid, TXID_2);
	bank_note_done(list);
	bank_note_done(living);
	assert_int_equal(bank_journal_left(place->journal, "chris", &list), 0);
	assert_true(exists(place, TXID_3));
}

/* Ends by itself, without a word to the journal. */
static void
test_a_dead_process_leaves_its_notes(void **state)
{
	struct place *place = *state;
	struct bank_note *list;
	int status, ready[2], go[2];
	char byte = 0;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		add(place, TXID_1, "chris");
		if (write(ready[1], &byte, 1) != 1 ||
		    read(go[0], &byte, 1) != 1)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(bank_journal_left(place->journal, "chris", &list), 0);
	assert_int_equal(write(go[1], &byte, 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(bank_journal_left(place->journal, "chris", &list), 1);
	bank_note_done(list);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
}

static void
test_unfinished_files_were_never_sent(void **state)
{
	static const char whole[] = "customer chris\nrequest x\nend\n";
	struct place *place = *state;
	struct bank_note *list;
	char text[sizeof(whole)];

	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		memcpy(text, whole, length);
		text[length] = '\0';
		put_file(place, TXID_1, text);
		assert_int_equal(
		    bank_journal_left(place->journal, "chris", &list), 0);
		assert_false(exists(place, TXID_1));
	}
	put_file(place, TXID_1, whole);
	assert_int_equal(bank_journal_left(place->journal, "chris", &list), 1);
	bank_note_done(list);

	/* As a power cut leaves it: the size is there, the bytes are not. */
	put_file(place, TXID_1, "");
	assert_int_equal(truncate(path_of(place, TXID_1), 100), 0);
	assert_int_equal(bank_journal_left(place->journal, "chris", &list), 0);
	assert_false(exists(place, TXID_1));
}

static void
test_other_files_stay(void **state)
{
	struct place *place = *state;
	struct bank_note *list;

	put_file(place, "README", "customer chris\nrequest x\nend\n");
	put_file(place, "0192A0B1C2D300000000000000000001", "capital");
	assert_int_equal(mkdir(path_of(place, TXID_2), 0700), 0);
	put_file(place, "target", "nothing");
	assert_int_equal(symlink("target", path_of(place, TXID_3)), 0);
	assert_int_equal(bank_journal_left(place->journal, "chris", &list), 0);
	assert_true(exists(place, "README"));
	assert_true(exists(place, "0192A0B1C2D300000000000000000001"));
	assert_true(exists(place, TXID_2));
	assert_true(exists(place, TXID_3));
	assert_true(exists(place, "target"));
}

static void
test_directories_that_are_none(void **state)
{
	struct place *place = *state;
	struct bank_journal *journal = NULL;
	struct bank_note *note;

	put_file(place, "file", "");
	assert_int_equal(
	    bank_journal_open(&journal, path_of(place, "file")), BANK_ESYS);
	assert_int_equal(
	    bank_journal_open(&journal, path_of(place, "a/b")), BANK_ESYS);
	assert_int_equal(errno, ENOENT);
	assert_null(journal);

	/* Gone while the kiosk runs: nothing may be sent. */
	assert_int_equal(
	    bank_journal_open(&journal, path_of(place, "gone")), 0);
	assert_int_equal(rmdir(path_of(place, "gone")), 0);
	assert_int_equal(
	    bank_journal_add(journal, TXID_1, "chris", "x", &note), BANK_ESYS);
	bank_journal_close(journal);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, place_make, place_remove)
		TEST(test_a_note_is_a_private_file),
		TEST(test_what_cannot_be_noted),
		TEST(test_left_over),
		TEST(test_a_dead_process_leaves_its_notes),
		TEST(test_unfinished_files_were_never_sent),
		TEST(test_other_files_stay),
		TEST(test_directories_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
