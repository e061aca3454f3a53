/* SPDX-License-Identifier: ISC */
/*
 * Readers of the SQLite store: moments, and entries.  Any thread or process
 * that may open the files; writes nothing, blocks no writer.
 *
 * A WAL that a new vault has copied (sqlite_recover.c) has a new inode; a
 * connection that still has the old one open would read frames that aren't
 * there, so each moment begins by looking.
 *
 * No moment lasts while `each` of a caller runs, which may wait for a terminal
 * or a socket: the log of a bank that serves can't begin anew before its end.
 */
#include "sqlite_reader.h"

#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../shared/base/error.h"
#include "../store_files.h"
#include "../store_reader.h"

#define TRIES 5
#define CHUNK 256 /* rows that one moment reads before they are handed on */

bool
sqlite_reader_wal(const struct store_reader *reader, struct stat *status)
{
	char path[PATH_MAX];

	return (size_t)snprintf(path, sizeof(path), "%s/" STORE_WAL,
		   reader->directory) < sizeof(path) &&
	    stat(path, status) == 0;
}

/* Begins to read; the first row read is what fixes the moment. */
static int
begin(struct store_reader *reader)
{
	int error;

	error = sqlite_connection_error(&reader->connection,
	    sqlite_connection_run(&reader->connection, SQL_BEGIN_READ));
	if (error == 0)
		(void)sqlite_connection_meta_number(
		    &reader->connection, "schema", &error);
	return error;
}

void
sqlite_reader_end(struct store_reader *reader)
{
	(void)sqlite_connection_run(&reader->connection, SQL_ROLLBACK);
}

bool
sqlite_reader_is_current(const struct store_reader *reader)
{
	struct stat status;

	if (reader->still)
		return true;
	return sqlite_reader_wal(reader, &status) &&
	    status.st_ino == reader->wal_inode &&
	    status.st_dev == reader->wal_device;
}

/* The first moment of a connection is what opens the WAL. */
static int
reconnect(struct store_reader *reader)
{
	struct stat status = { 0 };
	int code, error;

	(void)sqlite_reader_wal(reader, &status);
	reader->wal_inode = status.st_ino;
	reader->wal_device = status.st_dev;
	sqlite_connection_close(&reader->connection);
	code = reader->still
	    ? sqlite_connection_open_still(
		  &reader->connection, reader->directory)
	    : sqlite_connection_open(&reader->connection, reader->directory);
	if (code == SQLITE_OK)
		code = sqlite3_exec(reader->connection.db,
		    "PRAGMA query_only = 1; PRAGMA cache_size = -8192;", NULL,
		    NULL, NULL);
	error = sqlite_connection_error(&reader->connection, code);
	if (error == 0)
		error = begin(reader);
	return error;
}

/*
 * What was read is of no moment where the WAL was another one by then, and
 * an error of it is none: the old WAL ends before the frames of the new one.
 */
int
sqlite_reader_begin(struct store_reader *reader)
{
	int try, error = 0;

	for (try = 0; try < TRIES; try++) {
		if (reader->connection.db != NULL &&
		    sqlite_reader_is_current(reader))
			error = begin(reader);
		else
			error = reconnect(reader);
		if (sqlite_reader_is_current(reader))
			return error;
		sqlite_reader_end(reader);
	}
	return error != 0 ? error : BANK_EAGAIN;
}

int
sqlite_reader_open(struct store_reader **result, const char *directory,
    bool still, char *error_text, size_t size)
{
	struct store_reader *reader = calloc(1, sizeof(*reader));
	int error = BANK_ENOMEM;

	*result = NULL;
	if (reader != NULL) {
		reader->still = still;
		reader->directory = strdup(directory);
	}
	if (reader != NULL && reader->directory != NULL)
		error = sqlite_reader_begin(reader);
	if (error == 0) {
		sqlite_reader_end(reader);
		*result = reader;
		return 0;
	}
	snprintf(error_text, size, "%s/" STORE_FILE ": %s", directory,
	    reader != NULL && reader->connection.db != NULL
		? sqlite3_errmsg(reader->connection.db)
		: bank_strerror(error));
	store_reader_close(reader);
	return error;
}

int
store_reader_open(struct store_reader **reader, const char *directory,
    char *error, size_t size)
{
	return sqlite_reader_open(reader, directory, false, error, size);
}

void
store_reader_close(struct store_reader *reader)
{
	if (reader == NULL)
		return;
	sqlite_connection_close(&reader->connection);
	free(reader->directory);
	free(reader);
}

int
sqlite_reader_next(struct store_reader *reader, sqlite3_stmt *row,
    struct ledger_entry *entry, store_id_of *id_of, void *context)
{
	int code, error;

	if (row == NULL)
		return BANK_EIO;
	code = sqlite3_step(row);
	if (code != SQLITE_ROW)
		return sqlite_connection_error(&reader->connection, code);
	error = sqlite_entry_read(row, entry, id_of, context);
	return error != 0 ? error : 1;
}

int
sqlite_reader_entry(struct store_reader *reader, uint64_t seq,
    struct ledger_entry *entry, store_id_of *id_of, void *context)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&reader->connection, SQL_ENTRY_BY_SEQ);
	int found;

	sqlite3_bind_int64(row, 1, (int64_t)seq);
	found = sqlite_reader_next(reader, row, entry, id_of, context);
	sqlite3_reset(row);
	if (found == 0)
		return BANK_ENOTFOUND;
	return found < 0 ? found : 0;
}

/* Valid until the next call but one: an entry has two sides. */
struct id_reader {
	struct store_reader *reader;
	char ids[2][LEDGER_ID_SIZE];
	int next;
};

static const char *
read_id(void *context, uint32_t number)
{
	struct id_reader *ids = context;
	char *id = ids->ids[ids->next ^= 1];
	sqlite3_stmt *row = sqlite_connection_statement(
	    &ids->reader->connection, SQL_ACCOUNT_ID);
	bool found;

	sqlite3_bind_int64(row, 1, number);
	found = sqlite3_step(row) == SQLITE_ROW;
	if (found)
		snprintf(id, LEDGER_ID_SIZE, "%s",
		    (const char *)sqlite3_column_text(row, 0));
	sqlite3_reset(row);
	return found ? id : NULL;
}

/* The seq before `entry` of this account; BANK_EDAMAGED if it isn't in it. */
static int
previous(const struct ledger_entry *entry, uint32_t number, uint64_t *seq)
{
	if (entry->debit.number == number)
		*seq = entry->debit.previous_seq;
	else if (entry->credit.number == number)
		*seq = entry->credit.previous_seq;
	else
		return BANK_EDAMAGED;
	return *seq < entry->seq ? 0 : BANK_EDAMAGED;
}

/*
 * Where to begin so as to reach the account's entries before `before_seq`:
 * its next milestone (sqlite_open.c), or, where there is none, `newest`.
 */
static uint64_t
begin_near(struct store_reader *reader, const struct store_walk *walk)
{
	sqlite3_stmt *row = sqlite_connection_statement(
	    &reader->connection, SQL_ENTRY_MILESTONE);
	uint64_t seq = 0;

	if (row == NULL)
		return walk->newest;
	sqlite3_bind_int64(row, 1, walk->number);
	sqlite3_bind_int64(row, 2, (int64_t)walk->before_seq);
	if (sqlite3_step(row) == SQLITE_ROW)
		seq = (uint64_t)sqlite3_column_int64(row, 0);
	sqlite3_reset(row);
	return seq != 0 && seq < walk->newest ? seq : walk->newest;
}

/*
 * A page that follows another begins at once at its end; any other number
 * is looked for from near it.
 */
static uint64_t
find_start(struct store_reader *reader, struct id_reader *ids,
    const struct store_walk *walk)
{
	struct ledger_entry entry;
	uint64_t seq;

	if (walk->before_seq == 0 || walk->before_seq > walk->newest)
		return walk->newest;
	if (sqlite_reader_entry(
		reader, walk->before_seq, &entry, read_id, ids) == 0 &&
	    previous(&entry, walk->number, &seq) == 0)
		return seq;
	return begin_near(reader, walk);
}

/* In one moment; `each` is to stop it. */
static int
walk_on(struct store_reader *reader, const struct store_walk *walk,
    store_reader_entry *each, void *context)
{
	struct id_reader ids = { .reader = reader };
	struct ledger_entry entry;
	uint64_t seq = find_start(reader, &ids, walk);
	int error;

	while (seq != 0) {
		error = sqlite_reader_entry(reader, seq, &entry, read_id, &ids);
		if (error == 0)
			error = previous(&entry, walk->number, &seq);
		if (error != 0)
			return error == BANK_ENOTFOUND ? BANK_EDAMAGED : error;
		if (walk->before_seq != 0 && entry.seq >= walk->before_seq)
			continue;
		if (!each(context, &entry))
			break;
	}
	return 0;
}

/*
 * What one moment reads before it is handed on: who takes it may keep us
 * waiting, and a moment that lasts keeps the log from beginning anew.
 */
struct chunk {
	struct ledger_entry *entries;
	size_t count, size;
};

static int
chunk_init(struct chunk *chunk, size_t most)
{
	chunk->size = most < CHUNK ? most : CHUNK;
	chunk->count = 0;
	chunk->entries = calloc(chunk->size + 1, sizeof(*chunk->entries));
	return chunk->entries != NULL ? 0 : BANK_ENOMEM;
}

static bool
chunk_add(void *context, const struct ledger_entry *entry)
{
	struct chunk *chunk = context;

	chunk->entries[chunk->count++] = *entry;
	return chunk->count < chunk->size;
}

/* Whether all of it was taken, and there may be more. */
static bool
chunk_hand_on(struct chunk *chunk, store_reader_entry *each, void *context)
{
	bool whole = chunk->count == chunk->size && chunk->count > 0;
	size_t i;

	for (i = 0; i < chunk->count; i++)
		if (!each(context, &chunk->entries[i]))
			return false;
	chunk->count = 0;
	return whole;
}

/* Entries never change, so a walk of some moments is as one of one. */
int
store_reader_walk(struct store_reader *reader, const struct store_walk *walk,
    store_reader_entry *each, void *context)
{
	struct store_walk left = *walk;
	struct chunk chunk;
	bool more = true;
	int error = chunk_init(&chunk, left.count);

	while (error == 0 && more && left.count > 0) {
		if (chunk.size > left.count)
			chunk.size = left.count;
		error = sqlite_reader_begin(reader);
		if (error != 0)
			break;
		error = walk_on(reader, &left, chunk_add, &chunk);
		sqlite_reader_end(reader);
		if (chunk.count == 0)
			break;
		left.before_seq = chunk.entries[chunk.count - 1].seq;
		left.count -= chunk.count;
		more = chunk_hand_on(&chunk, each, context);
	}
	free(chunk.entries);
	return error;
}

/* Entries in order, from beyond `seq` to `last`. */
struct span {
	enum store_sql statement; /* SQL_ENTRY_AFTER or SQL_ENTRY_BEFORE */
	uint64_t seq;
	uint64_t last; /* 0: the newest that the first moment has */
};

static int
read_chunk(struct store_reader *reader, struct span *span, struct chunk *chunk)
{
	struct id_reader ids = { .reader = reader };
	struct ledger_entry entry;
	sqlite3_stmt *row;
	int found, error = sqlite_reader_begin(reader);

	if (error != 0)
		return error;
	row = sqlite_connection_statement(&reader->connection, SQL_ENTRY_MAX);
	if (span->last == 0 && sqlite3_step(row) == SQLITE_ROW)
		span->last = (uint64_t)sqlite3_column_int64(row, 0);
	sqlite3_reset(row);
	row = sqlite_connection_statement(&reader->connection, span->statement);
	sqlite3_bind_int64(row, 1, (int64_t)span->seq);
	sqlite3_bind_int64(row, 2, CHUNK);
	while ((found = sqlite_reader_next(
		    reader, row, &entry, read_id, &ids)) == 1 &&
	    entry.seq <= span->last && chunk_add(chunk, &entry))
		continue;
	sqlite3_reset(row);
	sqlite_reader_end(reader);
	if (chunk->count > 0)
		span->seq = chunk->entries[chunk->count - 1].seq;
	return found < 0 ? found : 0;
}

static int
read_span(struct store_reader *reader, struct span span,
    store_reader_entry *each, void *context)
{
	struct chunk chunk;
	bool more = true;
	int error = chunk_init(&chunk, CHUNK);

	while (error == 0 && more) {
		error = read_chunk(reader, &span, &chunk);
		more = chunk_hand_on(&chunk, each, context);
	}
	free(chunk.entries);
	return error;
}

int
store_reader_entries(struct store_reader *reader, uint64_t seq,
    store_reader_entry *each, void *context)
{
	return read_span(
	    reader, (struct span) { SQL_ENTRY_AFTER, seq, 0 }, each, context);
}

int
store_reader_entries_to(struct store_reader *reader, uint64_t seq,
    uint64_t last, store_reader_entry *each, void *context)
{
	return read_span(reader, (struct span) { SQL_ENTRY_AFTER, seq, last },
	    each, context);
}

int
store_reader_entries_back(struct store_reader *reader, uint64_t seq,
    store_reader_entry *each, void *context)
{
	uint64_t before = seq > 0 && seq <= INT64_MAX ? seq : INT64_MAX;

	return read_span(reader, (struct span) { SQL_ENTRY_BEFORE, before, 0 },
	    each, context);
}

int
store_reader_txid(struct store_reader *reader,
    const uint8_t txid[WIRE_TXID_SIZE], store_reader_entry *each, void *context)
{
	struct id_reader ids = { .reader = reader };
	struct ledger_entry entry;
	struct chunk chunk;
	sqlite3_stmt *row;
	int found = 0, error = chunk_init(&chunk, CHUNK);

	if (error == 0)
		error = sqlite_reader_begin(reader);
	if (error == 0) {
		row = sqlite_connection_statement(
		    &reader->connection, SQL_ENTRY_BY_TXID);
		sqlite3_bind_blob(row, 1, txid, WIRE_TXID_SIZE, SQLITE_STATIC);
		while ((found = sqlite_reader_next(
			    reader, row, &entry, read_id, &ids)) == 1 &&
		    chunk_add(&chunk, &entry))
			continue;
		sqlite3_reset(row);
		sqlite_reader_end(reader);
		(void)chunk_hand_on(&chunk, each, context);
	}
	free(chunk.entries);
	return found < 0 ? found : error;
}
