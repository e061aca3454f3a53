/* SPDX-License-Identifier: ISC */
/*
 * What is done before the database is opened, and the room that is kept for it.
 */
#ifndef BANKD_SQLITE_RECOVER_H
#define BANKD_SQLITE_RECOVER_H

#include <stdbool.h>
#include <stddef.h>

struct store;

int sqlite_copy_wal(const char *directory, char *error, size_t size);
bool sqlite_give_up_reserve(const char *directory);
void sqlite_make_reserve(struct store *store);

#endif
