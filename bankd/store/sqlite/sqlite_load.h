/* SPDX-License-Identifier: ISC */
/*
 * Everything that an open reads and proves of bank.db.
 */
#ifndef BANKD_SQLITE_LOAD_H
#define BANKD_SQLITE_LOAD_H

#include <stddef.h>

#include "../store_open.h"

int sqlite_load(
    struct store *store, enum store_end *end, char *error, size_t size);
/* After the lots: takes back the attempts that were never compared. */
int sqlite_load_attempts(struct store *store, char *error, size_t size);

#endif
