/* SPDX-License-Identifier: ISC */
/*
 * A reader's connection, and its moment, between begin and end.
 */
#ifndef BANKD_SQLITE_READER_H
#define BANKD_SQLITE_READER_H

#include <sys/stat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sqlite_connection.h"
#include "sqlite_rows.h"

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
