/* SPDX-License-Identifier: ISC */
/*
 * Entries of a customer's history, as HISTORY tells them, newest first.
 */
#ifndef ATM_HISTORY_H
#define ATM_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "../../shared/wire/wire.h"
#include "../../shared/wire/wire_reader.h"

/* The most lines that an answer has: two for a transfer to oneself. */
#define HISTORY_LINES 200
#define HISTORY_MEMO_SIZE 151

struct history_entry {
	uint64_t seq;
	char time[WIRE_TIME_TEXT];
	char kind[16];
	enum wire_account account;
	int64_t amount, balance; /* cents; negative: money that went */
	char other[WIRE_ID_SIZE];
	/* The word that went with it, or why the bank made it; or empty. */
	char memo[HISTORY_MEMO_SIZE];
};

/*
 * Reads the reply's `entry` lines into entries[0..size).  Returns how many;
 * lines of another form are left out.
 */
size_t history_read(const struct wire_reader *reader,
    struct history_entry *entries, size_t size);

#endif
