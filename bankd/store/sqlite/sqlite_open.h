/* SPDX-License-Identifier: ISC */
/*
 * What helps against an error of the store, for its message.
 */
#ifndef BANKD_SQLITE_OPEN_H
#define BANKD_SQLITE_OPEN_H

struct store_connection;

/* "; ..." or "". */
const char *sqlite_help(const struct store_connection *connection, int error);
/* The same by the errno of what found no room. */
const char *sqlite_room_help(int number);

#endif
