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

#include "files_parse.h"
#include "../store/store.h"

struct files;

struct files_options {
	const char *directory;
	bool refuse_edits;       /* hand_edits = refuse */
	const char *hash_prefix; /* for crypt_gensalt: "$y$" */
	unsigned long hash_cost; /* 0: libcrypt's default */
	uint64_t now_ms;         /* the bank's time, for files_start() */
	/*
	 * Called for each hash at a start, and then for each change; "" means
	 * no hash.  Returns 0 or BANK_ENOMEM.  May be NULL.
	 */
	int (*on_hash)(void *context, uint32_t line, const char *hash);
	void *context;
};

/*
 * Takes both files over at a start, before the bank serves.  After a proper
 * stop, or with a new store, hand edits become adjust entries, new customers
 * and new passwords, each logged.  After a broken end a file that differs
 * from the store is set aside, unless its lines are only a few entries
 * behind.  Plain passwords are hashed, with progress in the log.  Then the
 * marker is cleared, and both files are written and opened.  A wrong file:
 * BANK_EINVAL with file, line and reason in error, and nothing has changed.
 * At the first start one file without the other is wrong; without both, the
 * bank is empty.  BANK_ESYS, BANK_EIO, BANK_ENOSPC.
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
 * store_commit() and the replies.  Returns 0 or BANK_EIO.  A full disk is not
 * an error: files_watch() rewrites the file when there is room.
 */
int files_update(struct files *files, const struct ledger_account *account,
    const char *hash);

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
