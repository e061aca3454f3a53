/* SPDX-License-Identifier: ISC */
/*
 * Readers of the truth (store.h): a connection of their own, usable on
 * another thread than the store's or in another process.  Each call tells of
 * one consistent moment, and holds none while `each` runs, which may wait.
 * What returns an int returns 0 or BANK_E....
 */
#ifndef BANKD_STORE_READER_H
#define BANKD_STORE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../ledger/ledger.h"

/* The files of a store, for who moves them as a whole. */
#define STORE_FILE "bank.db"
#define STORE_WAL "bank.db-wal"
#define STORE_JOURNAL "journal" /* a directory */

struct store_reader;

int store_reader_open(struct store_reader **reader, const char *directory,
    char *error, size_t size);
/*
 * The same of a state that nobody has open and that may not be writable:
 * needs no right to write there, and leaves nothing.  What the log holds is
 * read as well; *has_log tells of it.  The caller sees to it that no bankd
 * comes.
 */
int store_reader_open_still(struct store_reader **reader, const char *directory,
    bool *has_log, char *error, size_t size);
void store_reader_close(struct store_reader *reader);
/*
 * Walks a customer's entries back from before_seq (0: the newest), at most
 * `count`; `each` returns false to stop.  Entries are found by number:
 * `newest` is the account's last_seq, and the walk follows previous_seq.
 * Whatever before_seq is, it takes some hundreds of steps to come there.
 */
int store_reader_walk(struct store_reader *reader, uint32_t number,
    uint64_t newest, uint64_t before_seq, size_t count,
    bool (*each)(void *context, const struct ledger_entry *entry),
    void *context);
/* All accounts, the bank's own too, in order of number, with names. */
int store_reader_accounts(struct store_reader *reader,
    bool (*each)(
	void *context, const struct ledger_account *account, const char *name),
    void *context);
/*
 * A bank that serves is a little behind in bank.db.  Waits until that has all
 * that was answered before this call; BANK_ETIMEOUT after 30 s.
 */
int store_reader_catch_up(struct store_reader *reader);
/* All entries after `seq`, in order; `each` returns false to stop. */
int store_reader_entries(struct store_reader *reader, uint64_t seq,
    bool (*each)(void *context, const struct ledger_entry *entry),
    void *context);
/*
 * store_copy.c.  A copy of one moment into `path`, an empty file; not synced.
 * BANK_EAGAIN where the state was opened anew meanwhile.  That moment lasts
 * as long as the copy: `progress`, if there is one, is called again and again
 * while it gets on, and ends it by returning something other than 0.
 */
void store_reader_watch(
    struct store_reader *reader, int (*progress)(void *context), void *context);
int store_reader_copy(
    struct store_reader *reader, const char *path, char *error, size_t size);

/*
 * Proves all of it: seq without gaps, chain, previous_seq, balances replayed
 * from 0, none negative, accounts equal, sum 0.  Returns 0, or BANK_EDAMAGED
 * with the first row that doesn't fit in error.  Sets *seq and chain to the
 * head reached.
 */
int store_reader_verify(struct store_reader *reader, uint64_t *seq,
    uint8_t chain[32], char *error, size_t size);

#endif
