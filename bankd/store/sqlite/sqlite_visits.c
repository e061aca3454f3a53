/* SPDX-License-Identifier: ISC */
/*
 * When kiosks were last seen, from where, and with what: rows that are in no
 * lot, and ride in the transaction of those that are.  The vault's thread of
 * money.
 */
#include "../../../shared/base/util.h"
#include "../store_kiosks.h"
#include "sqlite_state.h"

static int
put(struct store *store, const struct store_visit *visit)
{
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_VISIT_PUT);

	if (row == NULL)
		return sqlite_fail(store, SQLITE_ERROR);
	sqlite3_bind_text(row, 1, visit->kiosk, -1, SQLITE_STATIC);
	sqlite3_bind_int64(row, 2, (int64_t)visit->time_ms);
	sqlite3_bind_text(row, 3, visit->address, -1, SQLITE_STATIC);
	sqlite3_bind_text(row, 4, visit->software, -1, SQLITE_STATIC);
	return sqlite_fail(
	    store, sqlite_connection_run(&store->connection, SQL_VISIT_PUT));
}

int
store_visit_put(struct store *store, const struct store_visit *visit)
{
	int error = sqlite_write(store);

	if (error == 0)
		error = put(store, visit);
	if (error == 0)
		error = sqlite_release(store);
	if (error != 0)
		store_abort(store);
	return error;
}

/* A database that an older bankd left has no such rows, and no table. */
int
store_visit_each(struct store *store,
    void (*each)(void *context, const struct store_visit *visit), void *context)
{
	struct store_visit visit;
	int code = SQLITE_DONE;
	sqlite3_stmt *row =
	    sqlite_connection_statement(&store->connection, SQL_VISIT_ALL);

	while (row != NULL && (code = sqlite3_step(row)) == SQLITE_ROW) {
		visit = (struct store_visit) { 0 };
		string_copy(visit.kiosk,
		    (const char *)sqlite3_column_text(row, 0),
		    sizeof(visit.kiosk));
		visit.time_ms = (uint64_t)sqlite3_column_int64(row, 1);
		string_copy(visit.address,
		    (const char *)sqlite3_column_text(row, 2),
		    sizeof(visit.address));
		string_copy(visit.software,
		    (const char *)sqlite3_column_text(row, 3),
		    sizeof(visit.software));
		each(context, &visit);
	}
	sqlite3_reset(row);
	return code == SQLITE_DONE ? 0 : sqlite_fail(store, code);
}
