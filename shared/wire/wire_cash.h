/* SPDX-License-Identifier: ISC */
/*
 * The text of a cash report, frame C: what a kiosk has, or a case that
 * somebody has to look at (atm-protocol(7)).  Bytes in, bytes out.
 */
#ifndef SHARED_WIRE_CASH_H
#define SHARED_WIRE_CASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define WIRE_CASH_NOTES 64  /* more than a text has room for */
#define WIRE_CASH_TEXT 256  /* of a report, with NUL */
#define WIRE_CASH_WORDS 151 /* of a case, with NUL */
#define WIRE_CASH_NOTE_MAX 999999

struct wire_cash {
	bool is_stock; /* `STOCK note:count ...`; else `RECONCILE ...` */
	size_t count;
	uint32_t notes[WIRE_CASH_NOTES], left[WIRE_CASH_NOTES];
	char id[WIRE_ID_SIZE];
	uint8_t txid[WIRE_TXID_SIZE];
	char words[WIRE_CASH_WORDS];
};

/* 0; BANK_EINVAL: the text[0..length) of no report, and *cash is zeros. */
int wire_cash_read(struct wire_cash *cash, const char *text, size_t length);
/* Its length, with a NUL behind it; BANK_ENOSPC: too much for a report. */
int wire_cash_write(const struct wire_cash *cash, char text[WIRE_CASH_TEXT]);

#endif
