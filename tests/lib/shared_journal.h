/* SPDX-License-Identifier: ISC */
/*
 * The tests' engine of the journal: a file under a lock, shared by processes
 * and by several stores of one.  It keeps every promise of journal.c, and
 * loses answers, lets others be first, is full, away or forked at will.
 */
#ifndef TESTS_SHARED_JOURNAL_H
#define TESTS_SHARED_JOURNAL_H

#include "../../bankd/journal/journal_engine.h"

#define SHARED_STRANGER                                      \
	99 /* the host whose lots it makes up; they're empty \
	    */

/* What the engine asks before it does it. */
enum shared_call {
	SHARED_PROPOSE,
	SHARED_AGAIN, /* a lot that is in doubt */
	SHARED_NEXT,
	SHARED_FIRM,
	SHARED_CALLS
};

enum shared_fault {
	SHARED_WORKS,
	SHARED_OVERTAKEN, /* SHARED_STRANGER has put in a lot just before */
	SHARED_LOST,      /* AWAY, and the lot isn't in */
	SHARED_UNTOLD,    /* AWAY, and the lot is in */
	SHARED_FULL,
	SHARED_AWAY,
	SHARED_FORK,
	SHARED_SKIPS, /* next() leaves out a lot, against its promise */
	SHARED_FAULTS
};

/* What store_options.engine points to; outlives the journal. */
struct shared_options {
	const char *path;
	/* May do anything meanwhile, even end the process; NULL: no faults. */
	enum shared_fault (*fault)(void *context, enum shared_call call);
	/* Hears what was answered; `lot` is of MINE and LOT alone.  Or NULL. */
	void (*answered)(void *context, enum shared_call call, int answer,
	    const struct lot_head *lot);
	void *context;
	unsigned poll_ms;
	bool stale;      /* fresh() says no */
	bool till_asked; /* until next() has said NONE */
	unsigned calls[SHARED_CALLS];
	unsigned barriers; /* of firm(), where it wasn't known */
	unsigned behind;   /* proposals that weren't the first */
};

journal_open shared_journal_open;
/* How many lots the file has. */
uint64_t shared_journal_lots(const char *path);

/* A fault in `of` calls, drawn from a seed; for shared_options.fault. */
struct shared_chance {
	uint64_t state;
	unsigned of;
};
enum shared_fault shared_chance(void *context, enum shared_call call);

#endif
