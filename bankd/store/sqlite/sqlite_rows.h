/* SPDX-License-Identifier: ISC */
/*
 * Rows of bank.db turned into structs, and structs bound to statements.  What
 * reads returns BANK_EDAMAGED where a column can't be of such a row.
 */
#ifndef BANKD_SQLITE_ROWS_H
#define BANKD_SQLITE_ROWS_H

#include <sqlite3.h>

#include "../../ledger/audit.h"
#include "../../ledger/ledger.h"

/* The ID of an account by its number, or NULL. */
typedef const char *store_id_of(void *context, uint32_t number);
void sqlite_entry_bind(sqlite3_stmt *row, const struct ledger_entry *entry);
int sqlite_entry_read(sqlite3_stmt *row, struct ledger_entry *entry,
    store_id_of *id_of, void *context);
void sqlite_account_bind(
    sqlite3_stmt *row, const struct ledger_account *account);
int sqlite_account_read(sqlite3_stmt *row, struct ledger_account *account);
void sqlite_audit_bind(sqlite3_stmt *row, const struct audit *audit);
int sqlite_audit_read(sqlite3_stmt *row, struct audit *audit);

#endif
