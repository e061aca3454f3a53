/* SPDX-License-Identifier: ISC */
/*
 * Readers of the truth (store.h): a connection of their own, usable on
 * another thread than the store's or in another process.  Each call tells of
 * one consistent moment, and holds none while `each` runs, which may wait.
 * What returns an int returns 0 or BANK_E....
 */
#ifndef BANKD_STORE_READER_H
#define BANKD_STORE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../ledger/ledger.h"

struct store_reader;

int store_reader_open(struct store_reader **reader, const char *directory,
    char *error, size_t size);
/*
 * The same of a state that nobody has open and that may not be writable:
 * needs no right to write there, and leaves nothing.  What the log holds is
 * read as well; *has_log tells of it.  The caller sees to it that no bankd
 * comes.
 */
int store_reader_open_still(struct store_reader **reader, const char *directory,
    bool *has_log, char *error, size_t size);
void store_reader_close(struct store_reader *reader);
/* Returns false to stop. */
typedef bool store_reader_entry(
    void *context, const struct ledger_entry *entry);
/* A walk back over the entries of an account. */
struct store_walk {
	uint32_t number;     /* of the account */
	uint64_t newest;     /* its last_seq, where the walk begins */
	uint64_t before_seq; /* entries before this one alone; 0: all */
	size_t count;        /* so many at most */
};
/*
 * The newest entry comes first, and the walk follows previous_seq.  Whatever
 * before_seq is, it takes some hundreds of steps to come there.
 */
int store_reader_walk(struct store_reader *reader,
    const struct store_walk *walk, store_reader_entry *each, void *context);
/* Whose an account is; valid while `each` runs. */
struct store_reader_holder {
	char name[WIRE_NAME_SIZE];
	bool locked; /* by an operator */
};
typedef bool store_reader_account(void *context,
    const struct ledger_account *account,
    const struct store_reader_holder *holder);
/* An account's name, empty where it has none. */
int store_reader_name(
    struct store_reader *reader, uint32_t number, char name[WIRE_NAME_SIZE]);
/* All accounts, the bank's own too, in order of number. */
int store_reader_accounts(
    struct store_reader *reader, store_reader_account *each, void *context);
/* All entries after `seq`, in order. */
int store_reader_entries(struct store_reader *reader, uint64_t seq,
    store_reader_entry *each, void *context);
/* Those up to `last` alone, which bank.db may not have all of. */
int store_reader_entries_to(struct store_reader *reader, uint64_t seq,
    uint64_t last, store_reader_entry *each, void *context);
/* All entries before `seq` (0: all), the newest first. */
int store_reader_entries_back(struct store_reader *reader, uint64_t seq,
    store_reader_entry *each, void *context);
/* Those with this txid, in order: each owner may have used it once. */
int store_reader_txid(struct store_reader *reader,
    const uint8_t txid[WIRE_TXID_SIZE], store_reader_entry *each,
    void *context);

#endif
