/* SPDX-License-Identifier: ISC */
/*
 * Copies of a store, made while the bank goes on.  What returns an int returns
 * 0 or BANK_E....
 */
#ifndef BANKD_STORE_COPY_H
#define BANKD_STORE_COPY_H

#include <stddef.h>
#include <stdint.h>

struct store_reader;

/*
 * A bank that serves is a little behind in bank.db.  Waits until that has all
 * that was answered before this call; BANK_ETIMEOUT after 30 s.  `lot`: the
 * newest of a bank whose lots are in no file here, or 0.
 */
int store_reader_catch_up(struct store_reader *reader, uint64_t lot);

/*
 * A copy of one moment into `path`, an empty file; not synced.  BANK_EAGAIN
 * where the state was opened anew meanwhile.  That moment lasts as long as
 * the copy: `progress`, if there is one, is called again and again while it
 * gets on, and ends it by returning something other than 0.
 */
void store_reader_watch(
    struct store_reader *reader, int (*progress)(void *context), void *context);
int store_reader_copy(
    struct store_reader *reader, const char *path, char *error, size_t size);

/* The bank's secret, as store_attempt_secret() has it.  0 or BANK_E... */
int store_reader_secret(struct store_reader *reader, uint8_t secret[32]);

#endif
