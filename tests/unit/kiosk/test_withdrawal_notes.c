/* SPDX-License-Identifier: ISC */
/*
 * A withdrawal's way through the kiosk's journal: each step, and what is
 * found of it by the next process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include "../../../atm-tui/bank/bank_journal.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"

#define TXID "0192a0b1c2d300000000000000000001"
#define OTHER "0192a0b1c2d400000000000000000002"

struct place {
	char directory[64];
	struct bank_journal *journal;
};

static int
make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->directory, "/tmp/test_steps.XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	assert_int_equal(
	    bank_journal_open(&place->journal, place->directory), 0);
	bank_journal_set_kiosk(place->journal, "kiosk-1");
	*state = place;
	return 0;
}

static int
clean(void **state)
{
	struct place *place = *state;
	DIR *directory = opendir(place->directory);
	struct dirent *entry;

	bank_journal_close(place->journal);
	while ((entry = readdir(directory)) != NULL)
		unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	assert_int_equal(rmdir(place->directory), 0);
	free(place);
	return 0;
}

static bool
exists(const struct place *place, const char *name)
{
	char path[160];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%s", place->directory, name);
	return stat(path, &status) == 0;
}

static void
append(const struct place *place, const char *name, const char *text)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", place->directory, name);
	file = fopen(path, "a");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static struct bank_note *
add(struct place *place, const char *txid)
{
	struct bank_note *note = NULL;
	char request[80];

	snprintf(request, sizeof(request), "WITHDRAW %s 2 40.00", txid);
	assert_int_equal(
	    bank_journal_add(place->journal, txid, "chris", request, &note), 0);
	return note;
}

/* The one withdrawal that is left over, or NULL. */
static struct bank_note *
left(struct place *place)
{
	struct bank_note *notes;
	int count = bank_journal_withdrawals(place->journal, &notes);

	assert_in_range(count, 0, 1);
	return count == 0 ? NULL : notes;
}

static void
test_steps(void **state)
{
	struct place *place = *state;
	struct bank_note *note = add(place, TXID);

	assert_true(bank_note_is_withdrawal(note));
	assert_int_equal(note->step, NOTE_ASKED);
	assert_int_equal(
	    bank_note_step(note, NOTE_BOOKED, "17 2026-11-21T07:00:00Z"), 0);
	assert_int_equal(bank_note_step(note, NOTE_RUNNING, "40.00 20x2"), 0);
	/* No way back, none twice, nothing that is no line. */
	assert_int_equal(bank_note_step(note, NOTE_BOOKED, ""), BANK_EINVAL);
	assert_int_equal(bank_note_step(note, NOTE_RUNNING, ""), BANK_EINVAL);
	assert_int_equal(
	    bank_note_step(note, NOTE_FAILED, "a\nb"), BANK_EINVAL);
	assert_null(left(place)); /* it is ours */
	bank_note_leave(note);
	note = left(place);
	assert_non_null(note);
	assert_int_equal(note->step, NOTE_RUNNING);
	assert_string_equal(note->kiosk, "kiosk-1");
	assert_string_equal(note->customer, "chris");
	assert_string_equal(note->txid, TXID);
	assert_string_equal(
	    note->details[NOTE_BOOKED], "17 2026-11-21T07:00:00Z");
	assert_string_equal(note->details[NOTE_RUNNING], "40.00 20x2");
	/* And on from there. */
	assert_int_equal(bank_note_step(note, NOTE_FAILED, ""), 0);
	bank_note_leave(note);
	note = left(place);
	assert_int_equal(note->step, NOTE_FAILED);
	bank_note_done(note);
	assert_false(exists(place, TXID));
}

/* A step whose line has no end was never acted on. */
static void
test_torn_steps(void **state)
{
	struct place *place = *state;
	struct bank_note *note = add(place, TXID);

	assert_int_equal(bank_note_step(note, NOTE_BOOKED, "17 x"), 0);
	bank_note_leave(note);
	append(place, TXID, "running 40.00 20x");
	note = left(place);
	assert_int_equal(note->step, NOTE_BOOKED);
	/* What is torn is written over. */
	assert_int_equal(bank_note_step(note, NOTE_FAILED, ""), 0);
	bank_note_leave(note);
	note = left(place);
	assert_int_equal(note->step, NOTE_FAILED);
	assert_string_equal(note->details[NOTE_RUNNING], "");
	bank_note_done(note);
}

static void
test_unknown_lines(void **state)
{
	struct place *place = *state;
	struct bank_note *note = add(place, TXID);

	bank_note_leave(note);
	append(place, TXID, "bookedx\nbooked 5 now\n\nwhatever\n");
	note = left(place);
	assert_int_equal(note->step, NOTE_BOOKED);
	assert_string_equal(note->details[NOTE_BOOKED], "5 now");
	bank_note_leave(note);
}

/* One that was done goes by itself; one never finished was never sent. */
static void
test_nothing_left(void **state)
{
	struct place *place = *state;
	struct bank_note *note = add(place, TXID);

	assert_int_equal(bank_note_step(note, NOTE_BOOKED, "1 x"), 0);
	assert_int_equal(bank_note_step(note, NOTE_RUNNING, "x"), 0);
	assert_int_equal(bank_note_step(note, NOTE_DONE, ""), 0);
	bank_note_leave(note);
	append(place, OTHER,
	    "customer chris\nrequest WITHDRAW " OTHER " 2 40.00\n");
	assert_null(left(place));
	assert_false(exists(place, TXID));
	assert_false(exists(place, OTHER));
}

static void
test_other_requests(void **state)
{
	struct place *place = *state;
	struct bank_note *note, *all;

	assert_int_equal(bank_journal_add(place->journal, TXID, "chris",
			     "1 " TXID " 1 fey 5", &note),
	    0);
	assert_false(bank_note_is_withdrawal(note));
	bank_note_leave(note);
	assert_null(left(place));
	assert_int_equal(bank_journal_left(place->journal, "chris", &all), 1);
	bank_note_leave(all);
}

/* Set aside: nobody takes it any more, and it can be read for ever. */
static void
test_set_aside(void **state)
{
	struct place *place = *state;
	struct bank_note *note = add(place, TXID), *all;

	assert_int_equal(bank_note_step(note, NOTE_BOOKED, "1 x"), 0);
	assert_int_equal(bank_note_step(note, NOTE_RUNNING, "40.00"), 0);
	assert_int_equal(bank_note_step(note, NOTE_ASIDE, "a crash"), 0);
	bank_note_set_aside(note);
	assert_false(exists(place, TXID));
	assert_true(exists(place, BANK_NOTE_ASIDE TXID));
	assert_null(left(place));
	assert_int_equal(bank_journal_left(place->journal, "chris", &all), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(bank_journal_aside(place->journal, &all), 1);
		assert_string_equal(all->txid, TXID);
		assert_int_equal(all->step, NOTE_ASIDE);
		assert_string_equal(all->details[NOTE_ASIDE], "a crash");
		bank_note_leave(all);
	}
}

/* What an operator left half edited stays, and harms nothing. */
static void
test_aside_and_damaged(void **state)
{
	struct place *place = *state;
	struct bank_note *all;

	append(place, BANK_NOTE_ASIDE TXID, "looked at by Sam\n");
	assert_int_equal(bank_journal_aside(place->journal, &all), 0);
	assert_true(exists(place, BANK_NOTE_ASIDE TXID));
}

/* A step that doesn't fit on the disk isn't there, and the next one is. */
static void
test_a_step_that_fails(void **state)
{
	struct place *place = *state;
	struct bank_note *note = add(place, TXID);
	struct rlimit old, small;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = (rlim_t)note->length + 4;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(
	    bank_note_step(note, NOTE_BOOKED, "17 now"), BANK_ESYS);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(note->step, NOTE_ASKED);
	assert_int_equal(bank_note_step(note, NOTE_BOOKED, "17 now"), 0);
	bank_note_leave(note);
	note = left(place);
	assert_int_equal(note->step, NOTE_BOOKED);
	assert_string_equal(note->details[NOTE_BOOKED], "17 now");
	bank_note_leave(note);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_steps),
		TEST(test_torn_steps),
		TEST(test_unknown_lines),
		TEST(test_nothing_left),
		TEST(test_other_requests),
		TEST(test_set_aside),
		TEST(test_aside_and_damaged),
		TEST(test_a_step_that_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
