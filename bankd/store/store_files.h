/* SPDX-License-Identifier: ISC */
/*
 * The files of a store, for who moves or copies them as a whole.
 */
#ifndef BANKD_STORE_FILES_H
#define BANKD_STORE_FILES_H

#define STORE_FILE "bank.db"
#define STORE_WAL "bank.db-wal"
#define STORE_JOURNAL "journal" /* a directory */

#endif
