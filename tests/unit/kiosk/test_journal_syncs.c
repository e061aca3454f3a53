/* SPDX-License-Identifier: ISC */
/*
 * A kiosk's note is on stable storage when it is said to be, its name too,
 * and one that could not be written is none.
 */
#undef _FORTIFY_SOURCE
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../atm-tui/bank/bank_journal.h"
#include "../../../shared/base/error.h"

#define TXID "0123456789abcdef0123456789abcdef"

/* What was written, and what was renamed or made, since the last syncs. */
static bool bytes_unsynced, names_unsynced;
static int failing_syncs;

static char directory[] = "/tmp/test-journal-XXXXXX";
static struct bank_journal *journal;

ssize_t
pwrite64(int fd, const void *data, size_t length, off_t at)
{
	bytes_unsynced = true;
	return syscall(SYS_pwrite64, fd, data, length, at);
}

int
renameat(int from, const char *old, int to, const char *new)
{
	names_unsynced = true;
	return (int)syscall(SYS_renameat2, from, old, to, new, 0);
}

int
fsync(int fd)
{
	struct stat status;

	if (failing_syncs > 0) {
		failing_syncs--;
		errno = EIO;
		return -1;
	}
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
		names_unsynced = false;
	else
		bytes_unsynced = false;
	return (int)syscall(SYS_fsync, fd);
}

static struct bank_note *
add(void)
{
	struct bank_note *note = NULL;

	names_unsynced = true; /* the one that it makes */
	assert_int_equal(bank_journal_add(journal, TXID, "chris",
			     "WITHDRAW " TXID " 1 40", &note),
	    0);
	return note;
}

static size_t
left(void)
{
	struct bank_note *note;
	int count = bank_journal_left(journal, "chris", &note);

	assert_true(count == 0 || count == 1);
	if (count == 1)
		bank_note_leave(note);
	return (size_t)count;
}

static void
test_a_note(void **state)
{
	struct bank_note *note = add();

	(void)state;
	assert_false(bytes_unsynced);
	assert_false(names_unsynced);
	assert_int_equal(bank_note_step(note, NOTE_BOOKED, "7 now"), 0);
	assert_false(bytes_unsynced);
	bank_note_set_aside(note);
	assert_false(names_unsynced);
}

/* Neither its bytes nor its name could be synced: nothing may be sent. */
static void
test_a_note_that_is_none(void **state)
{
	struct bank_note *note = NULL;

	(void)state;
	for (int syncs = 1; syncs <= 2; syncs++) {
		failing_syncs = syncs;
		assert_int_equal(bank_journal_add(journal, TXID, "chris",
				     "1 " TXID " 1 fey 5", &note),
		    BANK_ESYS);
		failing_syncs = 0;
		assert_int_equal(left(), 0);
	}
	note = add();
	failing_syncs = 1;
	assert_int_equal(bank_note_step(note, NOTE_BOOKED, "7"), BANK_ESYS);
	failing_syncs = 0;
	/* What it was before is on stable storage again. */
	assert_false(bytes_unsynced);
	assert_int_equal(note->step, NOTE_ASKED);
	bank_note_leave(note);
	assert_int_equal(left(), 1);
}

static int
group_setup(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	return bank_journal_open(&journal, directory);
}

static int
remove_one(
    const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

static int
group_teardown(void **state)
{
	(void)state;
	bank_journal_close(journal);
	return nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_note),
		cmocka_unit_test(test_a_note_that_is_none),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
