/* SPDX-License-Identifier: ISC */
/*
 * Room on the disk, asked for before it is needed.  0 or BANK_ENOSPC.
 */
#ifndef BANKD_SQLITE_ROOM_H
#define BANKD_SQLITE_ROOM_H

#include <stddef.h>

struct store;

/* Before a transaction, with `more` bytes. */
int sqlite_room_in_log(struct store *store, size_t more);
/* Before a lot that is larger than the room that there always is. */
int sqlite_room_for_lot(struct store *store);

#endif
