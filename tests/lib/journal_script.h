/* SPDX-License-Identifier: ISC */
/*
 * A journal's life as a script: lots from one block to more than a segment,
 * released now and then, some of the lives with a proper stop.  A life that
 * was cut off anywhere goes on where the journal is.
 */
#ifndef TESTS_JOURNAL_SCRIPT_H
#define TESTS_JOURNAL_SCRIPT_H

#include "../../bankd/journal/journal_file.h"

#define JOURNAL_LIVES 4
#define JOURNAL_LOTS 12 /* of a life */
#define JOURNAL_LOTS_MAX 600

/* Of a moment. */
struct journal_promise {
	uint64_t begun, acknowledged; /* lots */
	uint64_t released;            /* bank.db has so many for good */
	bool stopped;                 /* the last life had a proper end */
};

/* In memory that outlives a process. */
struct journal_history {
	struct journal_promise promise;
	bool sync_failed; /* nothing may be acknowledged any more */
	const char *broken;
	uint8_t digest[JOURNAL_LOTS_MAX][LOT_DIGEST]; /* [0]: of no lot */
};

struct journal_history *journal_history_new(uint8_t bank);
void journal_history_free(struct journal_history *history);

/*
 * The next lot, which holds so many bytes of chance, is begun and waited for:
 * what journal_wait() said, or the first error.
 */
int journal_script_propose(
    struct journal *journal, struct journal_history *history, size_t bytes);
/* Beside a bank.db that has `number`; the journal, or NULL and the error. */
struct journal *journal_script_open(const char *directory,
    const struct journal_history *history, uint64_t number, int *error);
/* What the last journal_script_open() that was refused said. */
extern char journal_script_error[512];
/*
 * Reads all that the journal has behind `number`: NULL, or a text where that
 * isn't what was acknowledged, unchanged, and at most what was begun besides.
 */
const char *journal_script_read(struct journal *journal,
    const struct journal_history *history, uint64_t number, uint64_t *newest);
/*
 * One life, from the open on.  0, or the first error; `retries` times a full
 * disk is none.
 */
int journal_script_live(const char *directory, int life, int retries,
    struct journal_history *history);
/*
 * What is there, to a reader that changes nothing and to an owner, which goes
 * on with one lot more and is opened once again: NULL, or what is wrong.
 */
const char *journal_script_judge(
    const char *directory, const struct journal_history *history);

#endif
