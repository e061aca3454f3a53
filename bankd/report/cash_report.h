/* SPDX-License-Identifier: ISC */
/*
 * What a kiosk's machine should hold, by the books: what was loaded and counted
 * by hand, and customers' entries in between.  Runs on a
 * reader's moment.
 */
#ifndef BANKD_CASH_REPORT_H
#define BANKD_CASH_REPORT_H

#include "../store/store_reader.h"

struct cash_report {
	/* In: the kiosk, and its account `:cash/KIOSK`, 0 and 0 for none. */
	const char *kiosk;
	uint32_t number;
	uint64_t newest_seq;

	/* Since the last count, in cents; `counted` is what that count said. */
	bool was_counted;
	uint64_t counted_ms;
	int64_t counted, loaded, handed_out, taken_in, expected;
	/* What was counted less what was expected then. */
	int64_t difference;
	uint64_t request; /* number of a later count that waits, or 0 */
};

/* 0 or BANK_E.... */
int cash_report_make(struct cash_report *report, struct store_reader *reader);

#endif
