/* SPDX-License-Identifier: ISC */
/*
 * What an open reads of the journal's files, and what it makes of their end:
 * a lot that was never whole, or damage.  Reads only.
 */
#ifndef BANKD_JOURNAL_SCAN_H
#define BANKD_JOURNAL_SCAN_H

#include "journal_file.h"
#include "segment.h"

struct journal_scan {
	const char *directory;      /* of the journal */
	struct journal_place place; /* where bank.db stands */
	struct chain *sha;
	char *error; /* what is wrong, at most `size` bytes */
	size_t size;

	struct segment *segments; /* malloc'd; from `begin` on they count */
	size_t count, begin, spare;
	uint64_t newest; /* last whole lot, or the place's */
	uint8_t digest[LOT_DIGEST];
	size_t at;      /* behind it, in the last segment */
	size_t last_at; /* where it begins there, if `at` is not 0 */
	uint8_t *bytes; /* of the last segment, malloc'd */
	size_t next_segment, next_at; /* of the lot after the place */
};

/*
 * 0; BANK_ENOTFOUND where there is no journal at all; BANK_EDAMAGED;
 * BANK_ESYS, BANK_ENOMEM, BANK_ECRYPTO.  To be freed in any case.
 */
int journal_scan(struct journal_scan *scan);
void journal_scan_free(struct journal_scan *scan);
/* The newest lot that may have been answered, as the file `newest` says; or 0.
 */
uint64_t journal_scan_answered(const char *directory);

#endif
