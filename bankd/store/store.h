/* SPDX-License-Identifier: ISC */
/*
 * The seam between the rules and the truth.  A batch begins by naming its
 * customers and gets copies of their state; the rules change the copies; a
 * commit puts entries and new states on stable storage, all or nothing.
 * Nothing above this header may assume a file, or that it is alone.
 *
 * sqlite_open.c and its siblings implement it over var/bank.db, SQLite
 * (bankd-files(5)); the tests have a second one in memory with faults on
 * demand.
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

#include "../../shared/crypt/kiosk_identity.h"
#include "../journal/journal.h"
#include "../ledger/ledger.h"

#define STORE_HASH_SIZE 256 /* a password hash of crypt(5), with NUL */
#define STORE_ATTEMPT_KEY 16
/*
 * Rows of attempts that are kept: of an ID at kiosks where it never succeeded,
 * at kiosks that are trusted, and of all IDs together that nobody has.
 */
#define STORE_ATTEMPTS_KIOSKS 8
#define STORE_ATTEMPTS_TRUSTED 8
#define STORE_STRANGERS_MAX 100000

struct store;

/* How the run before ended, as found by store_open(). */
enum store_end { STORE_NEW, STORE_STOPPED, STORE_BROKEN };

/*
 * Opens the truth in `directory`, makes it where there is none, recovers it
 * after a broken end.  The caller holds the lock of the directory.  On
 * failure error[0..size) says what, where and what to do; BANK_EDAMAGED,
 * BANK_EIO, BANK_ENOSPC, BANK_ESYS, BANK_EINVAL (a newer schema), BANK_EBUSY
 * (another program is writing to it: try again).  Nobody else can write to it
 * until it is closed; anybody may read.
 */
int store_open(struct store **store, const char *directory, enum store_end *end,
    char *error, size_t size);
/*
 * Reads and proves what store_open() would, of a state that nobody has open,
 * and changes nothing: no file is made, no lock taken.  What isn't there yet
 * is as before the first start.  Of this store only what is committed may be
 * asked, and no attempts.  On failure as store_open().
 */
int store_look(struct store **store, const char *directory, enum store_end *end,
    char *error, size_t size);
/*
 * Makes of a copy of bank.db, which nobody has open, one that begins a journal
 * of its own: lots that followed the original don't fit it any more.
 */
int store_renew(const char *directory, char *error, size_t size);
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

/*
 * Newest time given out, ms.  What was noted is on disk with the next commit,
 * 0.1 s ahead of it, so after a broken end the newest is no earlier than any
 * that was noted until 0.1 s after the last commit.  A commit of an otherwise
 * empty batch writes it too, where that is due (store_dirty() says no).
 */
void store_note_time(struct store *store, uint64_t now_ms);
/* With it: entries so far; hash over all of them (bytes: sqlite_rows.c). */
uint64_t store_newest_ms(const struct store *store);
uint64_t store_last_seq(const struct store *store);
const uint8_t *store_chain(const struct store *store);
/* How far bank.db has followed the journal. */
struct store_status {
	uint64_t lot, behind; /* the newest; lots that bank.db lacks */
	struct journal_status journal;
};
void store_status(const struct store *store, struct store_status *status);
/* Of the log, which begins anew unless a reader holds an old moment. */
uint64_t store_log_bytes(const struct store *store);
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
/*
 * From now on what is committed is in the journal, and on stable storage with
 * it, but not yet where readers see it.  store_publish() is for the caller to
 * call: before a reader is asked, when the store is far behind, and 0.1 s
 * after it fell behind.
 * With `threads` some work is done beside the caller.  0 or BANK_EIO.
 */
int store_serve(struct store *store, bool threads);
int store_publish(struct store *store);
enum store_behind { STORE_UP_TO_DATE, STORE_BEHIND, STORE_FAR_BEHIND };
enum store_behind store_behind(const struct store *store);
/* What the newest BANK_ENOSPC was: the disk, a quota or a limit. */
const char *store_room_reason(const struct store *store);
void store_abort(struct store *store);
/* Whether the open batch has anything to write. */
bool store_dirty(const struct store *store);

/* The committed state; NULL where there is none; valid until a commit. */
const struct ledger_account *store_account(
    const struct store *store, const char *id);
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

/*
 * The entry of this customer's txid (NULL: of this operator's), the open
 * batch included. 0; BANK_ENOTFOUND.  `settled` is set where OUTCOME or V
 * called it unknown.
 */
int store_find_txid(struct store *store, const struct ledger_account *owner,
    const uint8_t txid[WIRE_TXID_SIZE], struct ledger_entry *entry,
    bool *settled);
int store_find_seq(
    struct store *store, uint64_t seq, struct ledger_entry *entry);
/* The reversal of entry `seq`. 0 or BANK_ENOTFOUND. */
int store_find_reversal(
    struct store *store, uint64_t seq, struct ledger_entry *entry);
/* Within a batch. Rows older than `stale_ms` may be dropped. */
int store_settle(struct store *store, const struct ledger_account *owner,
    const uint8_t txid[WIRE_TXID_SIZE], uint64_t stale_ms);

/*
 * Failed logins in a row, by a keyed hash of ID and kiosk (or ID alone: the
 * total).  An attempt is recorded by count and pending, both one up, before
 * it is compared, and locks (locked_until_ms) only when it was found wrong.
 * What is pending at an open was never compared: one of it is taken off the
 * count, and pending is 0.
 *
 * An ID has so many rows at most, whoever guesses it from however many
 * addresses: the oldest that locks nobody goes first.  A row with a success
 * is trust: it stands beside the others and goes only before newer trust.
 * The total goes never, where the ID is an account's.  IDs that nobody has
 * are bounded by the ID in the same way, so that nothing tells them from the
 * others, and besides all together: there too the oldest that locks nobody
 * goes first.  An account takes over what its ID gathered before it was
 * opened.  A row with nothing in it isn't kept.
 */
struct store_attempt {
	uint32_t owner;                   /* an account's number, 0: none */
	uint8_t total[STORE_ATTEMPT_KEY]; /* key of the ID's total */
	uint8_t key[STORE_ATTEMPT_KEY];   /* the total's own: the same */
	uint32_t count;
	uint32_t pending;         /* recorded, not yet compared */
	uint64_t time_ms;         /* of the newest attempt */
	uint64_t locked_until_ms; /* 0: not locked */
	uint64_t success_ms;      /* newest success, 0 never: trust */
	bool stranger;            /* was found among those without an owner */
};
/* The secret of the keyed hash, made with the store. 32 bytes. */
const uint8_t *store_attempt_secret(const struct store *store);
/*
 * By owner, total and key, which the caller has set: sets the rest to what is
 * kept, or zeros.  0 or BANK_EIO.
 */
int store_attempt_get(struct store *store, struct store_attempt *attempt);
/* Within a batch; of what store_attempt_get() gave. */
int store_attempt_put(struct store *store, const struct store_attempt *attempt);

struct store_kiosk {
	char name[KIOSK_NAME_SIZE];
	uint8_t public_key[KIOSK_PUBLIC_SIZE];
	bool cash, revoked;
};
/* Within a batch; replaces a kiosk of the same name. */
int store_kiosk_put(struct store *store, const struct store_kiosk *kiosk);
/* Calls back for each, in order of name. */
int store_kiosk_each(struct store *store,
    void (*each)(void *context, const struct store_kiosk *kiosk),
    void *context);

#endif
