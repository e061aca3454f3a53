/* SPDX-License-Identifier: ISC */
/*
 * The journal of lone_journal.h.
 */
#include "lone_journal.h"

#include <stdarg.h>
#include <setjmp.h>

#include <cmocka.h>

#include "disk_calls.h"
#include "store_fixture.h"

struct lone_journal lone;

int
lone_setup(void **state)
{
	(void)state;
	fixture_seed();
	lone.history = journal_history_new(1);
	lone.directory = fixture_directory();
	disk_calls = (struct disk_calls) { .directory = lone.directory,
		.before = disk_skip_sync };
	return 0;
}

void
lone_close(void)
{
	if (lone.journal != NULL)
		journal_close(lone.journal);
	lone.journal = NULL;
}

int
lone_teardown(void **state)
{
	(void)state;
	lone_close();
	disk_calls = (struct disk_calls) { 0 };
	fixture_remove(lone.directory);
	journal_history_free(lone.history);
	return 0;
}

void
lone_open(uint64_t number)
{
	const char *wrong;
	uint64_t newest = 0;
	int error;

	lone.journal =
	    journal_script_open(lone.directory, lone.history, number, &error);
	if (lone.journal == NULL)
		fail_msg("%s", journal_script_error);
	wrong =
	    journal_script_read(lone.journal, lone.history, number, &newest);
	if (wrong != NULL)
		fail_msg("%s", wrong);
	assert_true(newest == lone.history->promise.acknowledged);
}

void
lone_propose(size_t bytes)
{
	assert_int_equal(
	    journal_script_propose(lone.journal, lone.history, bytes),
	    JOURNAL_MINE);
}
