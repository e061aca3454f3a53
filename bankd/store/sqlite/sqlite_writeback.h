/* SPDX-License-Identifier: ISC */
/*
 * Rows of accounts that are written back, a few with each batch.
 */
#ifndef BANKD_SQLITE_WRITEBACK_H
#define BANKD_SQLITE_WRITEBACK_H

#include <stdint.h>

struct store;

void sqlite_earn(struct store *store, uint64_t entries);
int sqlite_write_back(struct store *store, uint64_t entries);
void sqlite_written_back(struct store *store);

#endif
