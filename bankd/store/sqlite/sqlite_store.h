/* SPDX-License-Identifier: ISC */
/*
 * Inside the SQLite store: the one connection that writes, with all accounts
 * in memory, and its readers.
 *
 * Accounts stand in blocks that never move.  Every number that a batch may
 * change is in struct store_head, of which there are two: `head` is what is
 * committed, `batch` what the open batch would make of it; a commit copies
 * one way, an abort the other.
 *
 * The state of the open batch, by three fields:
 *
 *	writing   batch_error   what a batch may still do
 *	false     0             read; the first write executes BEGIN
 *	true      0             write; store_commit() or store_abort()
 *	any       not 0         store_abort() alone
 *	failed is true          nothing, for ever: the process must end
 *
 * Invariants, between any two calls:
 * 1. `head` is what COMMIT has made durable; `batch` equals it where no batch
 *    is open.
 * 2. A row's `copy` is not NULL only while a batch is open, and `account` then
 *    is as it was before it.
 * 3. Each entry after `head.mark` whose accounts' rows are older is in the
 *    database: a start replays at most those.
 * 4. An account with `changed` set is newer in memory than its row.
 * 5. No time above `head.lease_ms` has been given out.
 * 6. The sum of all balances, the bank's own accounts included, is 0.
 */
#ifndef BANKD_SQLITE_STORE_H
#define BANKD_SQLITE_STORE_H

#include <sys/stat.h>
#include <sys/types.h>

#include "../../journal/journal.h"
#include "../../journal/segment.h"
#include "../id_index.h"
#include "../record.h"
#include "sqlite_connection.h"
#include "../store_reader.h"

#define STORE_SCHEMA 3
#define STORE_APPLICATION 0x62616e6b /* "bank" */
#define STORE_SECRET_SIZE 32
#define STORE_READERS_MS 250 /* that a whole checkpoint waits for readers */
#define STORE_BLOCK 1024     /* accounts, and copies, in a block of memory */

struct sqlite_row {
	struct ledger_account account; /* changed: its row on disk is older */
	struct ledger_account *copy;   /* the open batch's, or NULL */
};

struct store_head {
	uint64_t last_seq;
	uint8_t chain[CHAIN_SIZE];
	uint64_t newest_ms; /* newest time given out by then */
	uint64_t lease_ms;  /* as in meta: no time after it was given out */
	uint32_t accounts, lines, strangers, settled;
	uint64_t mark;      /* as in meta: entries up to it are in rows */
	uint64_t round_seq; /* newest entry when the present round began */
	uint32_t cursor;    /* next row of the round */
	uint64_t credit;    /* parts of rows that may be looked at */
};

struct store {
	struct store_connection connection;
	struct store_locks *locks;
	struct store_checkpointer *checkpointer; /* while it serves, or NULL */
	int lock_fd;                             /* or less than 0 */
	char *directory;
	uint8_t secret[STORE_SECRET_SIZE];
	bool failed;     /* BANK_EIO was returned: touch nothing */
	bool looking;    /* nothing may be written: store_look() */
	bool detached;   /* so it goes on in memory, with lots put on */
	bool writing;    /* the open batch's savepoint stands */
	bool carries;    /* BEGIN was executed, for it and lots before it */
	bool takes_over; /* lots of the journal are put on: none is noted */
	bool serving; /* rows may wait for store_publish(), and no COMMIT syncs
	               */
	bool threads; /* with it: the journal's own help */
	bool begins;  /* no lot was proposed ever: there may be no journal */
	bool reserve; /* var/reserve is there */
	int batch_error; /* the batch can't be committed any more */
	int full_errno;  /* of the newest BANK_ENOSPC */
	uint64_t noted_ms;
	struct store_head head, batch;

	struct sqlite_row **blocks; /* by number - 1 */
	uint32_t blocks_count;
	size_t blocks_size;
	uint32_t *line_numbers; /* by line */
	size_t line_numbers_size;
	struct id_index index;

	struct ledger_account **copies; /* blocks of them, reused */
	uint32_t copies_blocks, copies_count;
	size_t copies_size;
	uint32_t *written; /* rows that this batch writes back */
	uint32_t written_count;
	size_t written_size;
	struct ledger_entry *waiting; /* the batch's, with no row yet */
	uint32_t waiting_count;
	size_t waiting_size;

	struct journal *journal; /* NULL: none yet */
	struct lot lot;          /* of the open batch */
	uint8_t boot[LOT_BOOT];
	uint64_t lot_number; /* the newest that was taken in, and its digest */
	uint8_t lot_digest[LOT_DIGEST];
	uint64_t committed_lot; /* that bank.db has */
	uint32_t carried_lots;  /* since, that ride in its transaction */
	uint64_t carried_from;  /* newest entry when that was begun */
	int log_fd;             /* of the WAL, or less than 0 */

	int wal_pages, checkpoint_at;
};

/* sqlite_accounts.c: the accounts in memory. */
struct sqlite_row *sqlite_row(const struct store *store, uint32_t number);
/* A place for the account, in blocks, index and lines. */
int sqlite_rows_add(struct store *store, const struct ledger_account *account);
void sqlite_rows_drop_last(struct store *store);
void sqlite_rows_free(struct store *store);
store_id_of sqlite_id;

/* sqlite_load.c: everything that an open reads and proves of bank.db. */
int sqlite_load(
    struct store *store, enum store_end *end, char *error, size_t size);
/* After the lots: takes back the attempts that were never compared. */
int sqlite_load_attempts(struct store *store, char *error, size_t size);

/* sqlite_schema.c, codes of SQLite: the tables of an empty database. */
int sqlite_schema_make(struct store_connection *connection);
/* What an older one of the same schema may lack. */
int sqlite_schema_add(struct store_connection *connection);
/* SQL for the meta of a bank without a journal. */
extern const char sqlite_new_place[];

/* sqlite_open.c: what helps against an error, "; ..." or "". */
const char *sqlite_help(const struct store_connection *connection, int error);
/* The same by the errno of what found no room. */
const char *sqlite_room_help(int number);

/*
 * sqlite_migrate.c: a database of an older bankd made one of ours.  From
 * `version` on, each row of the table in its turn, up to the one with a NULL
 * `sql`, whose `from` is the schema reached; all in one transaction, after a
 * copy of the whole to bank.db.schemaN.TIME.
 */
struct store_migration {
	int from;
	const char *sql;
};
extern const struct store_migration sqlite_migrations[];
int sqlite_migrate(struct store_connection *connection, const char *directory,
    const struct store_migration *migrations, int64_t version, char *error,
    size_t size);

/*
 * store_lock.c.  Takes the lock for writing, and *fd with it, which is closed
 * after SQLite's connections; BANK_EBUSY where another program has it.
 */
int sqlite_lock_log(const char *directory, int *fd, char *error, size_t size);
/* Codes of SQLite.  From now on its locks are kept; before it is closed. */
int sqlite_locks_keep(struct store_locks **locks, sqlite3 *db);
/* For one more connection of the process that has them. */
int sqlite_locks_share(struct store_locks **locks, sqlite3 *db);
void sqlite_locks_give_back(struct store_locks *locks);

/* sqlite_recover.c: before the database is opened, and room for it. */
int sqlite_copy_wal(const char *directory, char *error, size_t size);
bool sqlite_give_up_reserve(const char *directory);
void sqlite_make_reserve(struct store *store);

/* store_batch.c.  Codes of SQLite in, 0 or BANK_E... out. */
int sqlite_fail(struct store *store, int code);
int sqlite_fail_checkpoint(struct store *store, int code);
/* Begins to write where that isn't done: every write of a batch is after it. */
int sqlite_write(struct store *store);
/* COMMIT or nothing, with what rides in the transaction. */
int sqlite_end_write(struct store *store);
/* Of what isn't committed, all but the lots that ride there already. */
void sqlite_roll_back(struct store *store);
/* The open batch's copy of it. */
int sqlite_copy_row(struct store *store, struct sqlite_row *row);
int sqlite_put_row(struct store *store, const struct ledger_account *account);

/* sqlite_lots.c: the store and its journal. */
struct lots_opening {
	const char *directory;
	char *error;
	size_t size;
};
/* Takes over what bank.db doesn't have; *end is then STORE_BROKEN. */
int sqlite_open_journal(struct store *store, enum store_end *end,
    const struct lots_opening *opening);
/* Into the open batch's lot; nothing while lots are taken over. */
int sqlite_note(struct store *store, struct record *record);
/*
 * The open batch's rows and its lot, on stable storage.  BANK_ENOSPC and
 * BANK_EAGAIN: the batch is to be aborted.
 */
int sqlite_propose(struct store *store);
/* After a batch was kept: its rows are committed now, or ride on. */
int sqlite_carry(struct store *store);
int sqlite_commit_carried(struct store *store);

/* sqlite_writeback.c: rows of accounts written back, and checkpoints. */
void sqlite_earn(struct store *store, uint64_t entries);
int sqlite_write_back(struct store *store, uint64_t entries);
void sqlite_written_back(struct store *store);

/* sqlite_room.c: 0 or BANK_ENOSPC, before a transaction, with `more` bytes. */
int sqlite_room_in_log(struct store *store, size_t more);
/* Before a lot that is larger than the room that there always is. */
int sqlite_room_for_lot(struct store *store);

/* sqlite_checkpoint.c */
int sqlite_after_commit(struct store *store);
int sqlite_checkpoint(struct store *store, int mode);
/* A thread that does it, between the two. */
int sqlite_checkpointer_start(struct store *store);
void sqlite_checkpointer_stop(struct store *store);

/* sqlite_reader.c: a moment of a reader's, between begin and end. */
struct store_reader {
	struct store_connection connection;
	char *directory;
	bool still;                     /* of a state that nobody has open */
	int (*progress)(void *context); /* sqlite_copy.c: while it gets on */
	void *context;
	dev_t wal_device; /* the WAL that the connection has open */
	ino_t wal_inode;
};
int sqlite_reader_open(struct store_reader **reader, const char *directory,
    bool still, char *error, size_t size);
/* Whether there is a WAL, and its status. */
bool sqlite_reader_wal(const struct store_reader *reader, struct stat *status);
bool sqlite_reader_is_current(const struct store_reader *reader);
int sqlite_reader_begin(struct store_reader *reader);
void sqlite_reader_end(struct store_reader *reader);
/* 1 and the entry in the statement's next row; 0; BANK_E.... */
int sqlite_reader_next(struct store_reader *reader, sqlite3_stmt *row,
    struct ledger_entry *entry, store_id_of *id_of, void *context);
int sqlite_reader_entry(struct store_reader *reader, uint64_t seq,
    struct ledger_entry *entry, store_id_of *id_of, void *context);

#endif
