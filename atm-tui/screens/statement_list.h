/* SPDX-License-Identifier: ISC */
/*
 * Which of a customer's entries a statement lists: filtered by account and
 * kind, searched by words, and what they come to.  Pure.
 */
#ifndef ATM_STATEMENT_LIST_H
#define ATM_STATEMENT_LIST_H

#include "../../shared/terminal/text.h"
#include "../base/dates.h"
#include "../base/history.h"

#define STATEMENT_ENTRIES 2000
#define STATEMENT_WORDS 64

enum statement_account {
	STATEMENT_BOTH,
	STATEMENT_SAVINGS,
	STATEMENT_CHECKING,
	STATEMENT_ACCOUNTS
};

enum statement_kind {
	STATEMENT_ALL,
	STATEMENT_TRANSFERS,
	STATEMENT_DEPOSITS,
	STATEMENT_WITHDRAWALS,
	STATEMENT_OTHERS, /* the bank's own: adjustments, reversals */
	STATEMENT_KINDS
};

struct statement_list {
	/* What is wanted; the caller's to set. */
	enum statement_account account;
	enum statement_kind kind;
	char words[STATEMENT_WORDS]; /* empty: all; else each has them */
	const char *owner;           /* the customer's ID */
	/* What there is; the newest first. */
	int count;
	int at[STATEMENT_ENTRIES]; /* indexes of entries */
	int64_t in, out;           /* cents, what came and what went */
};

void statement_list_make(struct statement_list *list,
    const struct history_entry *entries, int count);

/* Typing the words: a character at their end, if it fits; the last one gone. */
void statement_list_type(struct statement_list *list, int character);
void statement_list_rub_out(struct statement_list *list);

/* `Sent to fey`, `Received from fey`, `To checking`, `Deposited`. */
#define STATEMENT_WHAT_SIZE (WIRE_ID_SIZE + HISTORY_MEMO_SIZE + 48)
char *statement_list_what(const struct history_entry *entry, const char *owner,
    char to[STATEMENT_WHAT_SIZE]);

/* The names of what is wanted, translated. */
const char *statement_list_account(enum statement_account account);
const char *statement_list_kind(enum statement_kind kind);

#endif
