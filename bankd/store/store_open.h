/* SPDX-License-Identifier: ISC */
/*
 * The life of a store: opened by the vault, or by bankctl on a bank that is
 * stopped, marked as running and as stopped, closed.
 */
#ifndef BANKD_STORE_OPEN_H
#define BANKD_STORE_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../journal/journal_engine.h"
#include "store.h"

/* How the run before ended, as found by store_open(). */
enum store_end { STORE_NEW, STORE_STOPPED, STORE_BROKEN };

struct store_options {
	const char *directory;
	journal_open *journal; /* NULL: its own, files of the directory */
	void *engine;          /* for that */
	uint32_t host;         /* likewise: its number there, from 1 */
	int log_pages; /* bank.db's log is long with so many; 0: 2,000 */
};

/*
 * Opens the truth in the directory, makes it where there is none, recovers it
 * after a broken end.  The caller holds the lock of the directory.  On
 * failure error[0..size) says what, where and what to do; BANK_EDAMAGED,
 * BANK_EIO, BANK_ENOSPC, BANK_ESYS, BANK_EINVAL (a newer schema), BANK_EBUSY
 * (another program is writing to it: try again).  Nobody else can write to it
 * until it is closed; anybody may read.
 */
int store_open(struct store **store, const struct store_options *options,
    enum store_end *end, char *error, size_t size);
/*
 * Reads and proves what store_open() would, of a state that nobody has open,
 * and changes nothing: no file is made, no lock taken.  What isn't there yet
 * is as before the first start.  Of this store only what is committed may be
 * asked, and no attempts.  On failure as store_open().
 */
int store_look(struct store **store, const struct store_options *options,
    enum store_end *end, char *error, size_t size);
/*
 * Makes of a copy of bank.db, which nobody has open, one that begins a journal
 * of its own: lots that followed the original don't fit it any more.
 */
int store_renew(const char *directory, char *error, size_t size);
/*
 * The same for a copy that goes on where its lots went on without it: once it
 * is opened, store_share() is to be called.
 */
int store_adopt(const char *directory, char *error, size_t size);
/* Closes without any mark: the next open finds a broken end. */
void store_close(struct store *store);
/* Closes with everything in the one file that a copy would begin with. */
int store_close_whole(struct store *store);

/* Durable before the first write to the two files. */
int store_mark_running(struct store *store);
/* Writes back every changed account, checkpoints, commits the marker. */
int store_mark_stopped(struct store *store);

/*
 * Gives up the room that is kept for a start on a full disk; it is made
 * again when there is room.  BANK_ENOTFOUND where nothing is kept.
 */
int store_make_room(struct store *store);
/* Makes that again, where it was given up and there is room; once a second. */
void store_keep_room(struct store *store);
/* What the newest BANK_ENOSPC was: the disk, a quota or a limit. */
const char *store_room_reason(const struct store *store);

#endif
