/* SPDX-License-Identifier: ISC */
/*
 * The journal: the sequence of lots that is the truth.  What is in it is on
 * stable storage, and only then may be answered; bank.db follows from it.
 *
 * A store proposes one lot at a time.  Others may propose too: hosts of the
 * same bank.  Which engine stands behind these calls is chosen where the store
 * is opened; what an engine promises is told on top of journal.c.  Nothing
 * above this header may assume a file.  One thread calls.
 *
 * Errors: BANK_EIO (a write or a sync failed: the process must end, and no
 * call may be repeated), BANK_EDAMAGED, BANK_ENOMEM, BANK_ECRYPTO.
 */
#ifndef BANKD_JOURNAL_H
#define BANKD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lot.h"

enum journal_answer {
	JOURNAL_NONE,   /* nothing is newer; or what was asked for is so */
	JOURNAL_LOT,    /* the next one is given */
	JOURNAL_MINE,   /* it is in the journal, on stable storage */
	JOURNAL_BEHIND, /* others were first: journal_next() has theirs */
	JOURNAL_FULL,   /* no room; nothing was written; errno tells why */
	JOURNAL_AWAY,   /* no answer yet: a proposed lot is in doubt */
	JOURNAL_FORK,   /* it isn't this bank's history; for ever */
};

/* What is told of it; figures of this moment. */
struct journal_status {
	uint64_t newest, oldest; /* lots that it holds */
	uint32_t segments;
	uint64_t bytes; /* of all segments, and of the spare */
	bool spare;
};

struct journal;
struct journal_options;
/* An engine: where to open one.  error[0..size) says what is wrong. */
typedef int journal_open(struct journal **journal,
    const struct journal_options *options, char *error, size_t size);

/*
 * Proposes a sealed lot, whose bytes stay as they are until journal_wait()
 * has returned MINE, BEHIND, FULL, FORK, or an error.  Meanwhile the caller
 * may do something else.  journal_begin() returns 0 or an error.  After AWAY
 * the lot is in doubt: only journal_wait() may be called, again and again,
 * until it knows, or journal_close().
 */
int journal_begin(struct journal *journal, const struct lot *lot);
int journal_wait(struct journal *journal);
/*
 * The next lot that the store doesn't have: LOT, valid until the next call of
 * any of these; NONE: when this was called there was none; AWAY; FORK.
 */
int journal_next(struct journal *journal, struct lot_view *view);
/* Whether NONE was said, or MINE, a short while ago (bankd.ini(5): stale). */
bool journal_fresh(const struct journal *journal);
/*
 * Makes sure that all that was given or said to be MINE survives what may
 * happen to one disk: NONE: it does; AWAY; FORK.
 */
int journal_firm(struct journal *journal);
/* From now on by threads of its own where that is faster.  0 or BANK_ESYS. */
int journal_serve(struct journal *journal);
/* The store has all up to this lot on stable storage elsewhere.  0, BANK_EIO.
 */
int journal_release(struct journal *journal, uint64_t number);
void journal_status(struct journal *journal, struct journal_status *status);
/* How often to ask for others' lots, 0: there are no others. */
unsigned journal_poll_ms(const struct journal *journal);
/* Of AWAY and FORK, why, in words for the log; else "". */
const char *journal_why(const struct journal *journal);
void journal_close(struct journal *journal);

#endif
