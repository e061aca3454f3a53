/* SPDX-License-Identifier: ISC */
/*
 * The open batch of the SQLite store.  Every number that a batch may change is
 * in struct store_head, of which there are two: `head` is what is committed,
 * `batch` what the open batch would make of it.  A commit copies one way, an
 * abort the other.
 *
 * The state of the open batch, by three fields:
 *
 *	writing   batch_error   what a batch may still do
 *	false     0             read; the first write executes BEGIN
 *	true      0             write; store_commit() or store_abort()
 *	any       not 0         store_abort() alone
 *	failed is true          nothing, for ever: the process must end
 */
#ifndef BANKD_SQLITE_BATCH_H
#define BANKD_SQLITE_BATCH_H

#include <stdint.h>

#include "../../ledger/chain.h"
#include "../../ledger/ledger.h"
#include "sqlite_accounts.h"

struct store;

struct store_head {
	uint64_t last_seq;
	uint8_t chain[CHAIN_SIZE];
	uint64_t newest_ms; /* newest time given out by then */
	uint64_t lease_ms;  /* as in meta: no time after it was given out */
	uint32_t accounts, lines, strangers, settled;
	uint64_t mark;      /* as in meta: entries up to it are in rows */
	uint64_t round_seq; /* newest entry when the present round began */
	uint32_t cursor;    /* next row of the round */
	uint64_t credit;    /* parts of rows that may be looked at */
	uint64_t audits;    /* number of the newest audit record; its link */
	uint8_t audit_chain[CHAIN_SIZE];
};

/* A code of SQLite in, 0 or BANK_E... out. */
int sqlite_fail(struct store *store, int code);
int sqlite_fail_checkpoint(struct store *store, int code);
/* After a write that failed: the batch can only be aborted.  `error`. */
int sqlite_spoil(struct store *store, int error);
/* Begins to write where that isn't done: every write of a batch is after it. */
int sqlite_write(struct store *store);
/* What was written rides on, for a later COMMIT. */
int sqlite_release(struct store *store);
/* COMMIT or nothing, with what rides in the transaction. */
int sqlite_end_write(struct store *store);
/* Of what isn't committed, all but the lots that ride there already. */
void sqlite_roll_back(struct store *store);
/* The open batch's copy of it. */
int sqlite_copy_row(struct store *store, struct sqlite_row *row);
int sqlite_put_row(struct store *store, const struct ledger_account *account);

#endif
