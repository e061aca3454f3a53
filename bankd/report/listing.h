/* SPDX-License-Identifier: ISC */
/*
 * Lists of entries and accounts for operators, row by row.  Runs on the
 * vault's thread of operators, and in bankctl on a stopped bank.
 */
#ifndef BANKD_LISTING_H
#define BANKD_LISTING_H

#include "search.h"

/*
 * A row of an answer: its kind is '=' for the names of the columns, '+' for
 * values.  False: nothing more is wanted.
 */
typedef bool listing_row(
    void *context, int kind, size_t count, const char *const fields[]);

struct listing {
	struct store_reader *reader;
	const struct search *search;
	listing_row *row;
	void *context;
	uint64_t rows;
	/* The last entry that was told, and whether the limit ended it. */
	uint64_t last_seq;
	bool more;
};

/* Each returns 0 or BANK_E.... */
int listing_journal(struct listing *listing);
/* Of search->account, from its side. */
int listing_history(struct listing *listing);
int listing_accounts(struct listing *listing);
int listing_audit(struct listing *listing);
/* What waits for an operator: requests, also expired ones, and cases. */
int listing_requests(struct listing *listing);
/* How to ask for the rows that are left, where there are more. */
void listing_say_more(const struct listing *listing, char *text, size_t size);

#endif
