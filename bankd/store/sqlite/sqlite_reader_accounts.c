/* SPDX-License-Identifier: ISC */
/*
 * Readers of the SQLite store: all accounts of one moment.  Rows of accounts
 * are written back late, so the entries past the mark are replayed on them.
 */
#include <stdlib.h>
#include <string.h>

#include "../../../shared/base/array.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../store_reader.h"
#include "sqlite_connection.h"
#include "sqlite_reader.h"

#define CHUNK 256 /* rows that one moment reads before they are handed on */

struct account_list {
	struct ledger_account *accounts;
	uint32_t count;
	size_t size;
};

static int
add_account(struct account_list *list, sqlite3_stmt *row)
{
	size_t count = (size_t)list->count + 1;

	if (array_room(list->accounts, list->size, count) != 0)
		return BANK_ENOMEM;
	if (sqlite_account_read(row, &list->accounts[list->count]) != 0 ||
	    list->accounts[list->count].number != list->count + 1)
		return BANK_EDAMAGED;
	list->count++;
	return 0;
}

static const char *
list_id(void *context, uint32_t number)
{
	const struct account_list *list = context;

	return number <= list->count ? list->accounts[number - 1].id : NULL;
}

static void
replay_on(struct account_list *list, const struct ledger_entry *entry,
    const struct ledger_entry *withdrawal, const struct ledger_posting *posting)
{
	struct ledger_account *account = &list->accounts[posting->number - 1];

	if (account->last_seq < entry->seq)
		ledger_replay(account, entry, withdrawal);
}

static int
load_list(struct store_reader *reader, struct account_list *list)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&reader->connection, SQL_ACCOUNT_AFTER);
	struct ledger_entry entry, withdrawal;
	int code = SQLITE_ERROR, error = 0, found = 1;
	int64_t mark;

	sqlite3_bind_int64(row, 1, 0);
	while (error == 0 && (code = sqlite3_step(row)) == SQLITE_ROW)
		error = add_account(list, row);
	sqlite3_reset(row);
	if (error == 0)
		error = sqlite_connection_error(&reader->connection, code);
	if (error != 0)
		return error;
	mark =
	    sqlite_connection_meta_number(&reader->connection, "mark", &error);
	row = sqlite_connection_statement(&reader->connection, SQL_ENTRY_AFTER);
	sqlite3_bind_int64(row, 1, mark);
	sqlite3_bind_int64(row, 2, -1);
	while (error == 0 &&
	    (found = sqlite_reader_next(reader, row, &entry, list_id, list)) ==
		1) {
		if (entry.reverses != 0)
			error = sqlite_reader_entry(
			    reader, entry.reverses, &withdrawal, list_id, list);
		replay_on(list, &entry, NULL, &entry.debit);
		replay_on(list, &entry,
		    entry.reverses != 0 && error == 0 ? &withdrawal : NULL,
		    &entry.credit);
	}
	sqlite3_reset(row);
	return error != 0 ? error : found;
}

/* Those of the accounts behind number `after`, at most CHUNK. */
static int
read_holders(struct store_reader *reader, uint32_t after,
    struct store_reader_holder holders[CHUNK], uint32_t *count)
{
	sqlite3_stmt *row;
	const char *name, *hash;
	int error = sqlite_reader_begin(reader);

	*count = 0;
	if (error != 0)
		return error;
	row =
	    sqlite_connection_statement(&reader->connection, SQL_ACCOUNT_AFTER);
	sqlite3_bind_int64(row, 1, after);
	while (*count < CHUNK && sqlite3_step(row) == SQLITE_ROW) {
		struct store_reader_holder *holder = &holders[(*count)++];

		name = (const char *)sqlite3_column_text(row, 17);
		string_copy(holder->name, name != NULL ? name : "",
		    sizeof(holder->name));
		hash = (const char *)sqlite3_column_text(row, 18);
		holder->locked = hash != NULL && hash[0] == STORE_HASH_LOCKED;
	}
	sqlite3_reset(row);
	sqlite_reader_end(reader);
	return 0;
}

/* The balances are of one moment. */
static int
hand_on_accounts(struct store_reader *reader, const struct account_list *list,
    store_reader_account *each, void *context)
{
	struct store_reader_holder *holders = calloc(CHUNK, sizeof(*holders));
	uint32_t at, i, count = 0;
	int error = holders != NULL ? 0 : BANK_ENOMEM;

	for (at = 0; error == 0 && at < list->count; at += count) {
		error = read_holders(reader, at, holders, &count);
		if (error != 0 || count == 0)
			break;
		for (i = 0; i < count && at + i < list->count; i++)
			if (!each(
				context, &list->accounts[at + i], &holders[i]))
				goto out;
	}
out:
	free(holders);
	return error;
}

int
store_reader_name(
    struct store_reader *reader, uint32_t number, char name[WIRE_NAME_SIZE])
{
	sqlite3_stmt *row;
	int code, error = sqlite_reader_begin(reader);

	if (error != 0)
		return error;
	row =
	    sqlite_connection_statement(&reader->connection, SQL_ACCOUNT_TEXTS);
	sqlite3_bind_int64(row, 1, number);
	code = sqlite3_step(row);
	if (code == SQLITE_ROW)
		string_copy(name, (const char *)sqlite3_column_text(row, 0),
		    WIRE_NAME_SIZE);
	else
		*name = '\0';
	sqlite3_reset(row);
	error = sqlite_connection_error(&reader->connection, code);
	sqlite_reader_end(reader);
	return error;
}

int
store_reader_accounts(
    struct store_reader *reader, store_reader_account *each, void *context)
{
	struct account_list list = { 0 };
	int error = sqlite_reader_begin(reader);

	if (error != 0)
		return error;
	error = load_list(reader, &list);
	sqlite_reader_end(reader);
	if (error == 0)
		error = hand_on_accounts(reader, &list, each, context);
	free(list.accounts);
	return error;
}
