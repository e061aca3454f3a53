/* SPDX-License-Identifier: ISC */
/*
 * The bank's day: what was there at its beginning, what each kind of entries
 * added and took away, what was there at its end.  Made of entries alone, so
 * that a day that is over is told in the same words for ever.  Runs on the
 * vault's thread of operators and in bankctl, after zone_use().
 */
#ifndef BANKD_DAY_H
#define BANKD_DAY_H

#include <stdio.h>

#include "../ledger/chain.h"
#include "../store/store_reader.h"

#define DAY_BANK "bank"  /* what all customers have */
#define DAY_CASH ":cash" /* all kiosks together */

/*
 * One line of the day, in cents.  The bank's own accounts are told with the
 * other sign than the ledger's: what a kiosk holds is more than 0.  So the
 * bank's balance is that of its own accounts together.
 */
struct day_account {
	uint32_t number; /* 0: DAY_BANK, DAY_CASH */
	char name[LEDGER_ID_SIZE];
	uint64_t last_seq;
	int64_t opening, closing;
	struct day_sum {
		uint64_t entries;
		int64_t in, out;
	} sums[LEDGER_KIND_COUNT];
};

struct day {
	uint64_t from_ms, until_ms; /* its first moment; the next day's */
	uint64_t first_seq, last_seq;
	bool over;                    /* no entry can come any more */
	uint8_t chain[CHAIN_SIZE];    /* of the newest entry until then */
	struct day_account *accounts; /* the bank, cash, and the bank's own */
	size_t count, size;
};

/* Whether that midnight is past, and the last booking before it with it. */
bool day_is_over(uint64_t until_ms);

/*
 * Reads the day with the moment time_ms.  0; BANK_ENOMEM; BANK_EDAMAGED: the
 * entries don't make the balances; or what a reader returns.  day_free() in
 * any case.
 */
int day_read(struct day *day, struct store_reader *reader, uint64_t time_ms);
void day_free(struct day *day);

/* Tells the day.  The caller checks `out` for errors. */
typedef void day_format(const struct day *day, const char *bank, FILE *out);
/*
 * day_text.c: `text`, a page of 80 columns for paper; `csv` (RFC 4180); or
 * `json`; with the ending of its files.  Else NULL.
 */
day_format *day_format_find(const char *name, const char **ending);

#endif
