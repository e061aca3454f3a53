/* SPDX-License-Identifier: ISC */
/*
 * A bank's life as a script: first start with the files of three customers,
 * 200 transactions in batches, some of the lives with a proper stop.  What
 * comes next depends on the newest seq alone, so that a life cut off
 * anywhere goes on where it was, and the chain at each seq is always the
 * same.  SEED=n is another script of the same length.
 */
#ifndef TESTS_SCRIPT_H
#define TESTS_SCRIPT_H

#include "../../bankd/files/files.h"

#define SCRIPT_LIVES 10
#define SCRIPT_ENTRIES 20 /* of a life */
#define SCRIPT_CUSTOMERS 3
#define SCRIPT_OPENING 6 /* entries of the first start */
#define SCRIPT_MAX (SCRIPT_OPENING + SCRIPT_LIVES * SCRIPT_ENTRIES)

/* What was promised, and what may be: in memory that outlives a process. */
struct script_promise {
	uint64_t acknowledged, begun; /* seq */
	uint32_t attempts;            /* acknowledged */
	bool stopped;                 /* the last that was said */
	bool sync_failed;             /* nothing may be promised any more */
	bool broken;                  /* and was, all the same */
};

/* What is right at each seq; filled by script_learn(). */
struct script_truth {
	uint8_t chain[SCRIPT_MAX + 1][32];
	int64_t cents[SCRIPT_MAX + 1][SCRIPT_CUSTOMERS][2];
};

/* Copies a directory's files into another. */
void script_copy(const char *from, const char *to);
/* Writes the two files that the first life begins with. */
void script_seed(const char *directory);
/*
 * One life, from store_open() on: until SCRIPT_ENTRIES more than `life` of
 * them have been written, with a proper stop where `life` is even.  0, or
 * the first error that isn't a full disk; after `retries` of those, that.
 */
int script_live(const char *directory, int life, int retries,
    struct script_promise *promise);
/*
 * All lives without a fault; what they come to.  lib/model.py agrees, and so
 * with every state whose chain is the same.
 */
void script_learn(const char *directory, struct script_truth *truth);
/*
 * Opens what is there: each promise kept, nothing more than was begun, both
 * files equal to the truth, all of it proved.  0, or a text of what isn't.
 */
const char *script_judge(const char *directory,
    const struct script_truth *truth, const struct script_promise *promise);

#endif
