/* SPDX-License-Identifier: ISC */
/*
 * Receipts: what a transaction or a statement looks like on paper, in the
 * customer's language, and the way there: the standard input of `[receipt]
 * command`, a file in `[receipt] directory`, or both.  A receipt says what
 * Regulation E (12 CFR 1005.9) asks for: amount, date, kind, account, who it
 * is, at which machine, to whom; and the bank's name and a reference.
 */
#ifndef ATM_RECEIPT_H
#define ATM_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../shared/config/config.h"
#include "../../shared/wire/wire.h"
#include "../../shared/wire/wire_reader.h"
#include "../base/device.h"

#define RECEIPT_SIZE 2048

/* One transaction that the bank has booked. */
struct receipt {
	char kind[16]; /* as in HISTORY: transfer, deposit, withdraw */
	enum wire_account account;
	int64_t cents;
	char other[WIRE_ID_SIZE]; /* empty: nobody else */
	char seq[24], time[WIRE_TIME_TEXT];
	bool has_balance;
	int64_t balance;           /* cents of the account, after it */
	const char *remark;        /* English (N_()), or NULL */
	char memo[WIRE_NAME_SIZE]; /* a transfer's word, or empty */
};

/* Fills it from a request's verb and the bank's answer; false: no receipt. */
bool receipt_read(struct receipt *receipt, const char *verb,
    enum wire_account account, int64_t cents, const char *other,
    const struct wire_reader *reply);

/* `***is`: at most half of an ID, and no more than four characters. */
char *receipt_masked_id(const char *id, char out[WIRE_ID_SIZE]);

/* A kind's name in the customer's language; the kind itself if unknown. */
const char *receipt_kind(const char *kind);

/* The paper; returns its length.  `id` is the customer's. */
size_t receipt_write(const struct receipt *receipt, const struct config *config,
    const char *id, char out[RECEIPT_SIZE]);

/*
 * A statement's paper: entries are added to *text, which is malloc'd and the
 * caller's; the first time *text is NULL.  0 or BANK_ENOMEM.
 */
struct history_entry;
int receipt_add_entries(char **text, const struct config *config,
    const char *id, const struct history_entry *entries, size_t count);

struct receipts;

/* Called once, from the loop or from within receipts_print(). */
typedef void receipts_fn(void *context, bool printed);

/* NULL: no memory. */
struct receipts *receipts_new(
    struct devices *devices, const struct config *config);
void receipts_free(struct receipts *receipts);
/* Whether this kiosk has anything to print with. */
bool receipts_any(const struct receipts *receipts);
/*
 * Prints; `name` is how a file's begins.  One at a time: BANK_EBUSY, and
 * `done` is never called.
 */
int receipts_print(struct receipts *receipts, const char *name,
    const char *text, size_t length, receipts_fn *done, void *context);

#endif
