/* SPDX-License-Identifier: ISC */
/*
 * What a batch may write (books.h) by the room that there is on the disk.
 */
#ifndef BANKD_ROOM_H
#define BANKD_ROOM_H

#include "books.h"

struct vault;

/* At first.  Free space is looked up only where the batch may write. */
enum vault_mode room_mode(const struct vault *vault, bool writes);
/*
 * After a full disk.  First transactions are refused; then the reserve is
 * given up, so that logins can still be recorded.  False where nothing is left
 * to try.
 */
bool room_next_mode(struct vault *vault);
/*
 * Why there was none for this batch, or NULL: the log hears when the refusals
 * begin and when they end.
 */
void room_tell(struct vault *vault, const char *no_room);

#endif
