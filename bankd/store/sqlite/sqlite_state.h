/* SPDX-License-Identifier: ISC */
/*
 * Inside the SQLite store: the one connection that writes, all accounts in
 * memory, the open batch and its lot.  Only the files of this folder include
 * it.
 *
 * Invariants, between any two calls:
 * 1. `head` is what COMMIT, or with a journal the newest lot, has made durable;
 *    `batch` equals it where no batch is open.
 * 2. A row's `copy` is not NULL only while a batch is open, and `account` then
 *    is as it was before it.
 * 3. Each entry after `head.mark` whose accounts' rows are older is in the
 *    database: a start replays at most those.
 * 4. An account with `changed` set is newer in memory than its row.
 * 5. No time above `head.lease_ms` has been given out.
 * 6. The sum of all balances, the bank's own accounts included, is 0.
 */
#ifndef BANKD_SQLITE_STATE_H
#define BANKD_SQLITE_STATE_H

#include "../../journal/lot.h"
#include "../store_hosts.h"
#include "../store_open.h"
#include "sqlite_accounts.h"
#include "sqlite_batch.h"
#include "sqlite_connection.h"
#include "sqlite_schema.h"

struct store {
	struct store_connection connection;
	struct store_locks *locks;
	struct store_checkpointer *checkpointer; /* while it serves, or NULL */
	int lock_fd;                             /* or less than 0 */
	char *directory;
	struct store_options options; /* as it was opened */
	uint8_t secret[STORE_SECRET_SIZE];
	bool failed;     /* BANK_EIO was returned: touch nothing */
	bool looking;    /* nothing may be written: store_look() */
	bool detached;   /* so it goes on in memory, with lots put on */
	bool writing;    /* the open batch's savepoint stands */
	bool carries;    /* BEGIN was executed, for it and lots before it */
	bool takes_over; /* lots of the journal are put on: none is noted */
	bool serving; /* rows may wait for store_publish(); no COMMIT syncs */
	bool threads; /* with it: the journal's own help */
	bool begins;  /* no lot was proposed ever: there may be no journal */
	bool hosts;   /* its lots are in a journal that many hosts share */
	bool is_own;  /* the lot that is put on is this host's */
	uint32_t lot_host; /* whose it is */
	bool reserve;      /* var/reserve is there */
	int batch_error;   /* the batch can't be committed any more */
	int full_errno;    /* of the newest BANK_ENOSPC */
	uint64_t noted_ms;
	struct store_head head, batch;
	struct sqlite_accounts accounts;
	struct ledger_account **copies; /* blocks of them, reused */
	uint32_t copies_blocks, copies_count;
	size_t copies_size;
	uint32_t *written; /* rows that this batch writes back */
	uint32_t written_count;
	size_t written_size;
	struct ledger_entry *waiting; /* the batch's, with no row yet */
	uint32_t waiting_count;
	size_t waiting_size;

	struct store_follower follower;
	struct journal *journal; /* NULL: none yet */
	struct lot lot;          /* of the open batch */
	uint8_t boot[LOT_BOOT];
	uint64_t lot_number; /* the newest that was taken in, and its digest */
	uint8_t lot_digest[LOT_DIGEST];
	uint64_t committed_lot; /* that bank.db has */
	uint32_t carried_lots;  /* since, that ride in its transaction */
	uint64_t carried_from;  /* newest entry when that was begun */
	int log_fd;             /* of the WAL, or less than 0 */
	int wal_pages, checkpoint_at;
};

#endif
