/* SPDX-License-Identifier: ISC */
/*
 * What an operator looks for in entries and accounts: the options of `bankctl
 * journal`, `history` and `accounts`, read, and asked of one entry or account.
 * Runs in the vault and in bankctl, after zone_use().
 */
#ifndef BANKD_SEARCH_H
#define BANKD_SEARCH_H

#include "../ledger/audit.h"
#include "../store/store_reader.h"

#define SEARCH_LIMIT_MAX 1000000 /* rows of one answer */

enum search_of {
	SEARCH_JOURNAL = 1,
	SEARCH_HISTORY = 2,
	SEARCH_ACCOUNTS = 4,
	SEARCH_AUDIT = 8,
	SEARCH_REQUESTS = 16,
	SEARCH_STATEMENT = 32
};

/* Texts point into the words that were read; NULL: any. */
struct search {
	uint64_t since_ms, until_ms; /* the first moment; the first too late */
	const char *account, *kiosk, *name, *memo, *by, *about;
	int kind;                        /* enum ledger_kind, or -1 */
	int64_t least_cents, most_cents; /* an amount, or both balances' sum */
	bool has_txid, locked, closed;
	uint8_t txid[WIRE_TXID_SIZE];
	uint64_t limit, before_seq; /* before_seq 0: from the newest on */
	/* Set by the caller where `account` isn't NULL, from the account. */
	uint32_t number;
	uint64_t newest_seq;
	/* Set by the caller for SEARCH_REQUESTS: for how long one waits. */
	uint64_t now_ms, request_ms;
};

/*
 * Reads the words behind the command.  0; or a code of sysexits(3) with the
 * reason in error[0..size).
 */
int search_parse(struct search *search, enum search_of of, int count,
    char *const words[], char *error, size_t size);

bool search_takes_account(const struct search *search,
    const struct ledger_account *account,
    const struct store_reader_holder *holder);
bool search_takes_audit(const struct search *search, const struct audit *audit);
/*
 * Calls `each` for the entries that are wanted, the newest first, without
 * regard to the limit, until it returns false.  Reads a page at a time: those
 * of an account or with a txid by what leads to them, others by looking at all
 * between the two times.  0 or BANK_E....
 */
int search_entries(const struct search *search, struct store_reader *reader,
    bool (*each)(void *context, const struct ledger_entry *entry),
    void *context);
/*
 * The number of the first entry that is not older than time_ms; one more than
 * the newest where all are.  0 or BANK_E....
 */
int search_first_seq(
    struct store_reader *reader, uint64_t time_ms, uint64_t *seq);

#endif
