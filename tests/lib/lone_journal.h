/* SPDX-License-Identifier: ISC */
/*
 * A journal alone in its directory, over a disk that never waits
 * (disk_calls.h): what the tests of a journal begin and end with.
 */
#ifndef TESTS_LONE_JOURNAL_H
#define TESTS_LONE_JOURNAL_H

#include "journal_script.h"

extern struct lone_journal {
	struct journal_history *history;
	char *directory;
	struct journal *journal; /* NULL: it is closed */
} lone;

/* cmocka's, of each test. */
int lone_setup(void **state);
int lone_teardown(void **state);

/*
 * Opens it where bank.db has `number`, and reads all behind that; the test
 * fails where that isn't all that was acknowledged.
 */
void lone_open(uint64_t number);
void lone_close(void);
/* One lot more, which must be taken in. */
void lone_propose(size_t bytes);

#endif
