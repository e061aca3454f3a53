/* SPDX-License-Identifier: ISC */
/*
 * The records of a lot: what a batch has changed, as effects and never as
 * requests, so that whoever puts them on the state before has the state after.
 * Pure: structs and bytes.  The form is told on top of record.c and in
 * bankd-files(5).
 */
#ifndef BANKD_RECORD_H
#define BANKD_RECORD_H

#include "../journal/lot.h"
#include "store.h"
#include "store_attempts.h"
#include "store_kiosks.h"

#define RECORD_TEXT_SIZE 128

enum record_kind {
	RECORD_ENTRY = 1,
	RECORD_ACCOUNT, /* opened: number, line, id, opened_ms; name, hash */
	RECORD_HASH,    /* account.number, hash */
	RECORD_ROW,     /* account.number, its three times and own limits */
	RECORD_SETTLED, /* account.number, txid; older than time_ms go */
	RECORD_ATTEMPT,
	RECORD_KIOSK,
	RECORD_TIME,        /* time_ms: no later one was given out */
	RECORD_LEAP,        /* too much for a lot: bank.db has it, and had to */
	RECORD_ENTRY_TEXTS, /* entry, with memo, by or reason */
	RECORD_AUDIT,       /* without chain */
	RECORD_TELL,        /* account.number; text: its other sessions hear */
	RECORD_FLAGS,       /* account.number, must_change */
	RECORD_STOCK,
	RECORD_KINDS
};

/* Of each kind the members named above, and those of its name. */
struct record {
	enum record_kind kind;
	struct ledger_entry entry; /* without IDs and chain */
	struct ledger_account account;
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE];
	char text[RECORD_TEXT_SIZE]; /* of a notice */
	uint8_t txid[WIRE_TXID_SIZE];
	uint64_t time_ms;
	struct store_attempt attempt;
	struct store_kiosk kiosk;
	struct audit audit;
	struct store_stock stock;
};

/* 0 or BANK_ENOMEM. */
int record_add(struct lot *lot, struct record *record);
/*
 * 0; BANK_EINVAL: a kind that this bankd doesn't know, a newer one's;
 * BANK_EDAMAGED.
 */
int record_read(const struct lot_record *bytes, struct record *record);

#endif
