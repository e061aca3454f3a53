/* SPDX-License-Identifier: ISC */
/*
 * The journal in a directory of this host's disk: segments, files whose
 * blocks exist before they are needed, filled with lots one behind the other.
 * The form of the files is told on top of segment.c and in bankd-files(5).
 */
#ifndef BANKD_JOURNAL_FILE_H
#define BANKD_JOURNAL_FILE_H

#include "journal_engine.h"

#define JOURNAL_DIRECTORY "journal" /* in the state directory */

/*
 * Opens the journal and proves every lot behind the place: numbers, digests,
 * the chain of digests.  What a broken end left half written at its end is
 * passed over.  BANK_EDAMAGED: lots are missing or damaged, or are of another
 * history; then error[0..size) names segment, place and lot, and nothing was
 * changed.  BANK_ENOSPC, BANK_ESYS, BANK_EIO, BANK_ENOMEM, BANK_ECRYPTO.
 */
journal_open journal_file_open;
/*
 * The place before the oldest lot that is still there: 0; BANK_ENOTFOUND where
 * there is none; BANK_ESYS, BANK_ENOMEM.
 */
int journal_file_oldest(const char *directory, struct journal_place *place);
/* The newest lot that may have been answered, as a file tells; 0: none. */
uint64_t journal_file_newest(const char *directory);

#endif
