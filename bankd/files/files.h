/* SPDX-License-Identifier: ISC */
/*
 * The two files of the customer's eye, `password` and `balance`: read with
 * forgiveness in form and none in meaning, written in lines of fixed width,
 * watched for edits (bankd-files(5)).  The vault's; they are a view of the
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
	 * Is told each hash that there is at a start, and then each that
	 * changes: "" for none.  0 or BANK_ENOMEM.  NULL: nobody asks.
	 */
	int (*on_hash)(void *context, uint32_t line, const char *hash);
	void *context;
};

/*
 * Takes both files over at a start, before the bank serves.  After a proper
 * stop (or a new store) hand edits become adjust entries, new customers, new
 * passwords, each logged; after a broken end files that differ from the
 * store are set aside.  Plain passwords are hashed, with progress in the log.
 * Then clears the marker, writes both files where they differ, and opens
 * them.  A wrong file: BANK_EINVAL with file, line and reason in error, and
 * nothing is changed.  BANK_ESYS, BANK_EIO, BANK_ENOSPC.
 *
 * At the first start one file without the other is an error: an empty one
 * says that it is meant.  Without both, the bank is empty.  After a broken
 * end a line of `balance` that holds what its account held a few entries ago
 * is only behind: it is brought up to date and nothing is set aside for it.
 */
int files_start(struct files **files, struct store *store, enum store_end end,
    const struct files_options *options, char *error, size_t size);

/*
 * What files_start() would refuse, of a store that was only looked at
 * (store_look()), and changes nothing.  As files_start().
 */
int files_check(struct store *store, enum store_end end,
    const struct files_options *options, char *error, size_t size);

/*
 * Brings the lines of one account up to date in place; the hash's line only
 * where `hash` is not NULL.  A closed account's lines become blank.  Call
 * it between store_commit() and the replies.  0 or BANK_EIO; a disk that is
 * full is no error: files_watch() writes the file anew when there is room.
 */
int files_update(struct files *files, const struct ledger_account *account,
    const char *hash);

/*
 * Looks whether somebody else wrote to either file (cheap: call it once a
 * second, and not within a batch); each call also compares a slice of the
 * content with the store, so that all of it is compared within a minute.  An
 * edited file is set aside as NAME.edited.TIME, the difference logged by
 * account, and written anew. Returns the number of files set aside, or
 * BANK_E....
 */
int files_watch(struct files *files);

/*
 * Compares all of both, writes anew what isn't ours or is behind, and syncs
 * both and their directory: before the marker of a proper stop, which there
 * must not be after BANK_ENOSPC or BANK_EIO.
 */
int files_sync(struct files *files);
void files_close(struct files *files);

#endif
