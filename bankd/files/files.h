/* SPDX-License-Identifier: ISC */
/*
 * The two text files `password` and `balance`: read with leniency about form
 * and none about meaning, written in lines of fixed width, and watched for
 * edits (bankd-files(5)).  Runs in the vault.  The files are a view of the
 * store, never the truth while bankd runs.
 */
#ifndef BANKD_FILES_H
#define BANKD_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files_options.h"
#include "files_parse.h"
#include "../store/store_open.h"

struct files;

/*
 * Takes both files over at a start, before the bank serves (files_takeover.c
 * tells by which rules), clears the marker, writes both files and opens them.
 * A wrong file: BANK_EINVAL with file, line and reason in error, and nothing
 * has changed.  BANK_ESYS, BANK_EIO, BANK_ENOSPC.
 */
int files_start(struct files **files, struct store *store, enum store_end end,
    const struct files_options *options, char *error, size_t size);

/*
 * What files_start() would refuse of a store that was only looked at.  It
 * changes nothing.  As files_start().
 */
int files_check(struct store *store, enum store_end end,
    const struct files_options *options, char *error, size_t size);

/*
 * Brings the lines of one account up to date in place; that of the hash only if
 * `hash` is not NULL.  A closed account's lines become blank.  Call it between
 * store_commit() and the replies, and files_flush() after the last account: the
 * lines of `balance` are written together.  Both return 0 or BANK_EIO.  A full
 * disk is not an error: files_watch() rewrites the file when there is room.
 */
int files_update(struct files *files, const struct ledger_account *account,
    const char *hash);
int files_flush(struct files *files);

/*
 * Has the kernel begin to write a part of `balance` to the disk: the whole file
 * within 20 s of calls, so that it never has a lot to write at once.  Waits for
 * no write.  Call it ten times a second while lines are updated.
 */
void files_write_out(struct files *files, uint64_t now_ms);

/*
 * Once a second, not within a batch: has somebody else written to either
 * file?  Each call also compares a slice with the store, all of it within a
 * minute.  An edited file is set aside as NAME.edited.TIME, the difference
 * logged by account, and written anew.  How many were, or BANK_E....
 */
int files_watch(struct files *files);

/*
 * Compares both files completely, rewrites what differs or is behind, and syncs
 * both files and their directory.  Call it before the marker of a proper stop;
 * after BANK_ENOSPC or BANK_EIO there must be no marker.
 */
int files_sync(struct files *files);
void files_close(struct files *files);

#endif
