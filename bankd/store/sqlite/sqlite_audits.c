/* SPDX-License-Identifier: ISC */
/*
 * Audit records: written by the vault within its batches, read by it and by
 * readers.  What waits for an operator is a record that no later one settles.
 */
#include <stdlib.h>
#include <string.h>

#include "../../../shared/base/error.h"
#include "../store_audits.h"
#include "../store_find.h"
#include "../store_reader.h"
#include "sqlite_lots.h"
#include "sqlite_reader.h"
#include "sqlite_state.h"

#define CHUNK                                                          \
	256 /* records that one moment reads before they are handed on \
	     */

int
store_audit(struct store *store, struct audit *audit)
{
	struct store_connection *connection = &store->connection;
	struct record record = { .kind = RECORD_AUDIT };
	sqlite3_stmt *row;
	int error = sqlite_write(store);

	if (error != 0)
		return error;
	audit->number = store->batch.audits + 1;
	error = audit_next(
	    &connection->chain, store->batch.audit_chain, audit, audit->chain);
	record.audit = *audit;
	if (error == 0)
		error = sqlite_note(store, &record);
	if (error != 0)
		return sqlite_spoil(store, error);
	row = sqlite_connection_statement(connection, SQL_AUDIT_ADD);
	if (row == NULL)
		return sqlite_spoil(store, sqlite_fail(store, SQLITE_ERROR));
	sqlite_audit_bind(row, audit);
	error = sqlite_fail(
	    store, sqlite_connection_run(connection, SQL_AUDIT_ADD));
	if (error != 0)
		return sqlite_spoil(store, error);
	store->batch.audits = audit->number;
	memcpy(store->batch.audit_chain, audit->chain, CHAIN_SIZE);
	if (audit->time_ms > store->batch.newest_ms)
		store->batch.newest_ms = audit->time_ms;
	return 0;
}

/* The one record of a statement.  0, BANK_ENOTFOUND or another error. */
static int
read_one(struct store *store, sqlite3_stmt *row, struct audit *audit)
{
	int code = sqlite3_step(row), error = BANK_ENOTFOUND;

	/* Where there is none, *audit stays as it is. */
	if (code == SQLITE_ROW)
		error = sqlite_audit_read(row, audit);
	sqlite3_reset(row);
	return code == SQLITE_ROW || code == SQLITE_DONE
	    ? error
	    : sqlite_fail(store, code);
}

int
store_find_audit(struct store *store, uint64_t number, struct audit *audit)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_AUDIT_GET);

	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	sqlite3_bind_int64(row, 1, (int64_t)number);
	return read_one(store, row, audit);
}

int
store_find_settling(struct store *store, uint64_t number, struct audit *audit)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_AUDIT_OF);

	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	sqlite3_bind_int64(row, 1, (int64_t)number);
	return read_one(store, row, audit);
}

static int
find_same(struct store *store, enum store_sql which, const char *texts[2],
    struct audit *audit)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, which);

	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	sqlite3_bind_text(row, 1, texts[0], -1, SQLITE_STATIC);
	sqlite3_bind_text(row, 2, texts[1], -1, SQLITE_STATIC);
	return read_one(store, row, audit);
}

int
store_find_waiting(struct store *store, const char *about, const char *detail,
    struct audit *audit)
{
	return find_same(
	    store, SQL_AUDIT_SAME, (const char *[]) { about, detail }, audit);
}

int
store_find_case(struct store *store, const char *about, const char *detail,
    struct audit *audit)
{
	return find_same(
	    store, SQL_AUDIT_CASE, (const char *[]) { about, detail }, audit);
}

static int
find_of(struct store *store, enum store_sql which, const char *text,
    struct audit *audit)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, which);

	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	sqlite3_bind_text(row, 1, text, -1, SQLITE_STATIC);
	return read_one(store, row, audit);
}

int
store_find_count(struct store *store, const char *kiosk, struct audit *audit)
{
	return find_of(store, SQL_AUDIT_COUNT, kiosk, audit);
}

int
store_find_request(struct store *store, const char *txid, struct audit *audit)
{
	return find_of(store, SQL_AUDIT_REQUEST, txid, audit);
}

/* Audit records of one moment, at most CHUNK. */
static int
read_audits(struct store_reader *reader, enum store_sql which, uint64_t number,
    struct audit audits[CHUNK], size_t *count)
{
	sqlite3_stmt *row;
	int code = SQLITE_ERROR, error = sqlite_reader_begin(reader);

	*count = 0;
	if (error != 0)
		return error;
	row = sqlite_connection_statement(&reader->connection, which);
	sqlite3_bind_int64(row, 1, (int64_t)number);
	while (error == 0 && *count < CHUNK &&
	    (code = sqlite3_step(row)) == SQLITE_ROW)
		error = sqlite_audit_read(row, &audits[(*count)++]);
	sqlite3_reset(row);
	if (error == 0)
		error = sqlite_connection_error(&reader->connection, code);
	sqlite_reader_end(reader);
	return error;
}

static int
each_audit(struct store_reader *reader, enum store_sql which, uint64_t number,
    bool (*each)(void *context, const struct audit *audit), void *context)
{
	struct audit *audits = calloc(CHUNK, sizeof(*audits));
	size_t i, count = CHUNK;
	int error = audits != NULL ? 0 : BANK_ENOMEM;

	while (error == 0 && count == CHUNK) {
		error = read_audits(reader, which, number, audits, &count);
		for (i = 0; error == 0 && i < count; i++)
			if (!each(context, &audits[i]))
				goto out;
		if (count > 0)
			number = audits[count - 1].number;
	}
out:
	free(audits);
	return error;
}

int
store_reader_audits(struct store_reader *reader, uint64_t number,
    bool (*each)(void *context, const struct audit *audit), void *context)
{
	return each_audit(reader, SQL_AUDIT_AFTER, number, each, context);
}

int
store_reader_waiting(struct store_reader *reader,
    bool (*each)(void *context, const struct audit *audit), void *context)
{
	return each_audit(reader, SQL_AUDIT_WAITING, 0, each, context);
}
