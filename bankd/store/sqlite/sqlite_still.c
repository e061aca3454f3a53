/* SPDX-License-Identifier: ISC */
/*
 * Readers of a state that nobody has open and that may not be written to:
 * bank.db with what its log holds, and with the lots that only the journal
 * has.  Run by bankctl.
 */
#include <sys/stat.h>

#include "../store_reader.h"
#include "sqlite_reader.h"
#include "sqlite_state.h"

/* What the journal has and bank.db hasn't is read as well, in memory. */
static int
put_lots_on(struct store_reader *reader, char *error_text, size_t size)
{
	struct store_connection own = reader->connection;
	enum store_end end;
	struct store *store;
	int error = store_look(&store,
	    &(struct store_options) { .directory = reader->directory }, &end,
	    error_text, size);

	if (error != 0)
		return error;
	if (store->detached) {
		reader->connection = store->connection;
		store->connection = own;
	}
	store_close(store);
	return 0;
}

int
store_reader_open_still(struct store_reader **reader, const char *directory,
    bool *has_log, char *error, size_t size)
{
	struct stat status;
	int result = sqlite_reader_open(reader, directory, true, error, size);

	if (result == 0)
		result = put_lots_on(*reader, error, size);
	if (result != 0) {
		store_reader_close(*reader);
		*reader = NULL;
	}
	*has_log = result == 0 && sqlite_reader_wal(*reader, &status) &&
	    status.st_size > 0;
	return result;
}
