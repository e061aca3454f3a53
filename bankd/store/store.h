/* SPDX-License-Identifier: ISC */
/*
 * The seam between the rules and the truth.  A batch begins by naming its
 * customers and gets copies of their state; the rules change the copies; a
 * commit puts entries and new states on stable storage, all or nothing.
 * Nothing above this header may assume a file, or that it is alone.
 *
 * The files of store/sqlite implement it over var/bank.db, SQLite
 * (bankd-files(5)).  Each store_*.h beside this one is another part of the
 * seam.
 *
 *	         store_open()              store_begin()
 *	closed --------------> no batch -----------------> a batch is open
 *	  ^                     ^    ^                         |   |
 *	  |                     |    +-- store_abort(), or 0, -+   |
 *	  |                     |        BANK_ENOSPC or            |
 *	  +--- store_close() ---+        BANK_EAGAIN of            | BANK_EIO
 *	  |                              store_commit()            v
 *	  +--------------------- store_close() ----------------- failed
 *
 * Before the first batch store_mark_running() is called, after the last one
 * store_mark_stopped(): a store that is closed between the two is found as
 * STORE_BROKEN.
 *
 * Errors: BANK_ENOSPC (disk full or quota, found before a sync: the batch is
 * gone, everything is as before it) and BANK_EIO (a write or sync failed:
 * the process must end; nothing may be retried or answered).
 */
#ifndef BANKD_STORE_H
#define BANKD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../ledger/audit.h"

#define STORE_HASH_SIZE 256 /* a password hash of crypt(5), with NUL */
/* Before the hash of a customer whom an operator has locked. */
#define STORE_HASH_LOCKED '!'

struct store;

/*
 * Newest time given out, ms.  What was noted is on disk with the next commit,
 * 0.1 s ahead of it, so after a broken end the newest is no earlier than any
 * that was noted until 0.1 s after the last commit.  A commit of an otherwise
 * empty batch writes it too, where that is due (store_dirty() says no).
 */
void store_note_time(struct store *store, uint64_t now_ms);
/* With it: entries so far; hash over all of them (bytes: chain.c). */
uint64_t store_newest_ms(const struct store *store);
uint64_t store_last_seq(const struct store *store);
const uint8_t *store_chain(const struct store *store);
/* Customers, closed ones included: the two files have as many lines. */
uint32_t store_lines(const struct store *store);

/*
 * Begins a batch: accounts[i] is set to the batch's copy of the account
 * named ids[i], or NULL where there is none; the same pointer for the same
 * id.  May be called again within a batch to name more.  Copies are valid
 * until commit or abort.
 */
int store_begin(struct store *store, const char *const ids[], size_t count,
    struct ledger_account *accounts[]);
/*
 * Within a batch.  store_append() sets seq, previous_seq of both postings,
 * chain, and last_seq of both copies.
 */
int store_append(struct store *store, struct ledger_entry *entry,
    struct ledger_account *debit, struct ledger_account *credit);
/* Within a batch: sets number and chain. */
int store_audit(struct store *store, struct audit *audit);
/*
 * Opens an account: a customer (next line of the files), or the bank's own
 * where id begins with ':'.  BANK_EEXIST where the id was ever used.
 */
int store_account_new(struct store *store, const char *id, const char *name,
    const char *hash, uint64_t now_ms, struct ledger_account **account);
int store_set_hash(struct store *store, const struct ledger_account *account,
    const char *hash);
/*
 * All or nothing, on stable storage.  0, BANK_ENOSPC, BANK_EIO; BANK_EAGAIN:
 * others were first, and the batch is to be run again.
 */
int store_commit(struct store *store);
void store_abort(struct store *store);
/* Whether the open batch has anything to write. */
bool store_dirty(const struct store *store);

/* The committed state; NULL where there is none; valid until a commit. */
const struct ledger_account *store_account(
    const struct store *store, const char *id);
const struct ledger_account *store_account_by_number(
    const struct store *store, uint32_t number);
const struct ledger_account *store_account_by_line(
    const struct store *store, uint32_t line);
/* Name and hash, which are not kept in memory. 0 or BANK_ENOTFOUND. */
int store_account_texts(struct store *store,
    const struct ledger_account *account, char name[WIRE_NAME_SIZE],
    char hash[STORE_HASH_SIZE]);

/*
 * Calls back for each customer in order of line, closed ones included, with
 * the committed state; `each` returns 0 to go on.  Not within a batch.
 */
int store_texts_each(struct store *store,
    int (*each)(void *context, const struct ledger_account *account,
	const char *name, const char *hash),
    void *context);

/* Within a batch. Rows older than `stale_ms` may be dropped. */
int store_settle(struct store *store, const struct ledger_account *owner,
    const uint8_t txid[WIRE_TXID_SIZE], uint64_t stale_ms);

#endif
