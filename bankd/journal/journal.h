/* SPDX-License-Identifier: ISC */
/*
 * The journal: the sequence of lots that is the truth.  What is in it is on
 * stable storage, and only then may be answered; bank.db follows from it.
 *
 * A store proposes one lot at a time.  Which engine stands behind these calls
 * is chosen where it is opened (journal_file.h); nothing above this header may
 * assume a file, or that nobody else proposes.  One thread calls.
 *
 * Errors: BANK_EIO (a write or a sync failed: the process must end, and no
 * call may be repeated), BANK_EDAMAGED, BANK_ENOMEM, BANK_ECRYPTO.
 */
#ifndef BANKD_JOURNAL_H
#define BANKD_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lot.h"

enum journal_answer {
	JOURNAL_MINE,   /* it is in the journal, on stable storage */
	JOURNAL_BEHIND, /* others were first: journal_next() has theirs */
	JOURNAL_FULL,   /* no room; nothing was written; errno tells why */
};

/* What is told of it; figures of this moment. */
struct journal_status {
	uint64_t newest, oldest; /* lots that it holds */
	uint32_t segments;
	uint64_t bytes; /* of all segments, and of the spare */
	bool spare;
};

struct journal;
struct journal_engine {
	int (*begin)(struct journal *journal, const struct lot *lot);
	int (*wait)(struct journal *journal);
	int (*next)(struct journal *journal, struct lot_view *view);
	int (*serve)(struct journal *journal);
	int (*release)(struct journal *journal, uint64_t number);
	void (*status)(struct journal *journal, struct journal_status *status);
	void (*close)(struct journal *journal);
};
/* First in what an engine keeps. */
struct journal {
	const struct journal_engine *engine;
};

/*
 * Proposes a sealed lot, whose bytes stay as they are until journal_wait()
 * has returned an enum journal_answer, or an error.  Meanwhile the caller may
 * do something else.  journal_begin() returns 0 or an error.
 */
int journal_begin(struct journal *journal, const struct lot *lot);
int journal_wait(struct journal *journal);
/*
 * The next lot that the store doesn't have: 1, valid until the next call of
 * any of these; 0 where there is none.
 */
int journal_next(struct journal *journal, struct lot_view *view);
/* From now on by threads of its own where that is faster.  0 or BANK_ESYS. */
int journal_serve(struct journal *journal);
/* The store has all up to this lot on stable storage elsewhere.  0, BANK_EIO.
 */
int journal_release(struct journal *journal, uint64_t number);
void journal_status(struct journal *journal, struct journal_status *status);
void journal_close(struct journal *journal);

#endif
