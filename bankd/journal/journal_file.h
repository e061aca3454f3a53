/* SPDX-License-Identifier: ISC */
/*
 * The journal in a directory of this host's disk: segments, files whose
 * blocks exist before they are needed, filled with lots one behind the other.
 * The form of the files is told on top of segment.c and in bankd-files(5).
 */
#ifndef BANKD_JOURNAL_FILE_H
#define BANKD_JOURNAL_FILE_H

#include <stddef.h>

#include "journal.h"

#define JOURNAL_DIRECTORY "journal" /* in the state directory */

/* Where bank.db stands, which the journal is opened beside. */
struct journal_place {
	uint64_t number;            /* newest lot that bank.db has, 0: none */
	uint8_t digest[LOT_DIGEST]; /* and its digest */
};

struct journal_file_options {
	const char *directory;      /* of the state */
	struct journal_place place; /* journal_next() gives what is after it */
	bool begins;  /* there is none yet: makes it, and refuses one */
	bool stopped; /* the run before ended properly */
	bool looking; /* changes nothing; only journal_next() may be called */
};

/*
 * Opens the journal and proves every lot behind the place: numbers, digests,
 * the chain of digests.  What a broken end left half written at its end is
 * passed over.  BANK_EDAMAGED: lots are missing or damaged, or are of another
 * history; then error[0..size) names segment, place and lot, and nothing was
 * changed.  BANK_ENOSPC, BANK_ESYS, BANK_EIO, BANK_ENOMEM, BANK_ECRYPTO.
 */
int journal_file_open(struct journal **journal,
    const struct journal_file_options *options, char *error, size_t size);
/* The newest lot that may have been answered, as a file tells; 0: none. */
uint64_t journal_file_newest(const char *directory);

#endif
