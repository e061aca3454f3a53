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
 * and new passwords, each logged.  After an improper end, files that differ
 * from the store are set aside.  Plain passwords are hashed, with progress in
 * the log.  Then the marker is cleared, both files are written if they
 * differ, and opened.  A wrong file: BANK_EINVAL with file, line and reason in
 * error, and nothing is changed.  BANK_ESYS, BANK_EIO, BANK_ENOSPC.
 *
 * At the first start, one file without the other is an error; an empty file
 * is accepted.  Without both, the bank is empty.  After an improper end, a
 * line of `balance` that shows what its account held a few entries ago is only
 * behind: it is brought up to date, and the file is not set aside for it.
 */
int files_start(struct files **files, struct store *store, enum store_end end,
    const struct files_options *options, char *error, size_t size);

/*
 * Checks what files_start() would refuse, on a store opened by store_look(),
 * and changes nothing.  Returns as files_start() does.
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
 * Checks whether somebody else wrote to either file.  This is cheap: call it
 * once a second, and not within a batch.  Each call also compares a slice of
 * the content with the store, so that everything is compared within a minute.
 * An edited file is set aside as NAME.edited.TIME, the differences are logged
 * by account, and the file is rewritten.  Returns the number of files set
 * aside, or BANK_E....
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
