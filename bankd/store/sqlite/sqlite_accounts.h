/* SPDX-License-Identifier: ISC */
/*
 * The accounts of the SQLite store in memory, by number, line and ID.
 */
#ifndef BANKD_SQLITE_ACCOUNTS_H
#define BANKD_SQLITE_ACCOUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "../../ledger/ledger.h"
#include "../id_index.h"
#include "sqlite_rows.h"

struct store;

#define STORE_BLOCK 1024 /* accounts, and copies, in a block of memory */

struct sqlite_row {
	struct ledger_account account; /* changed: its row on disk is older */
	struct ledger_account *copy;   /* the open batch's, or NULL */
};

/* All accounts.  They stand in blocks that never move. */
struct sqlite_accounts {
	struct sqlite_row **blocks; /* by number - 1 */
	uint32_t blocks_count;
	size_t blocks_size;
	uint32_t *line_numbers; /* by line */
	size_t line_numbers_size;
	struct id_index index;
};

struct sqlite_row *sqlite_row(const struct store *store, uint32_t number);
/* A place for the account, in blocks, index and lines. */
int sqlite_rows_add(struct store *store, const struct ledger_account *account);
void sqlite_rows_drop_last(struct store *store);
void sqlite_rows_free(struct store *store);
/* A store_id_of of the store. */
store_id_of sqlite_id;

#endif
