/* SPDX-License-Identifier: ISC */
/*
 * The customer at the kiosk: what belongs to one of them, and is wiped when the
 * welcome comes.
 */
#ifndef ATM_CUSTOMER_H
#define ATM_CUSTOMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/intl.h"
#include "../base/past.h"
#include "../bank/news.h"
#include "../machine/cash.h"
#include "../machine/receipt.h"

/* What may be asked anew after a refusal. */
enum another { ANOTHER_NOTHING, ANOTHER_AMOUNT, ANOTHER_ID };

/* What the customer is about to have done. */
struct order {
	const char *verb; /* 1, DEPOSIT, WITHDRAW */
	enum wire_account account;
	char recipient[WIRE_ID_SIZE];
	int64_t cents;
	char memo[WIRE_NAME_SIZE]; /* the word that goes with a transfer */
	char typed[24];            /* the amount, as it was typed */
	enum another again;        /* asked anew, after a refusal: what */
	bool no_receipt;           /* the customer has said so already */
};

/* What came of it, for the result screen. */
struct outcome {
	bool good;
	char text[INTL_REPLY_SIZE]; /* English, for _() */
	const char *detail;         /* likewise, or NULL */
	char seq[24];
	char time[WIRE_TIME_TEXT];
	int64_t cents; /* shown large; 0: not */
	bool moved;    /* the order was carried out, and kiosk->customer->now
	                * is what it left */
	enum another another;
	bool cash; /* the machine's notes came with it */
};

struct balances {
	bool known;
	int64_t cents[2]; /* by enum wire_account */
};

struct customer {
	char id[WIRE_ID_SIZE];
	char new_id[WIRE_ID_SIZE]; /* of the account opened just now */
	struct order order;
	struct outcome outcome;
	struct balances now; /* as the bank told them last */
	struct past past;
	enum cash_result cash_result; /* of the newest withdrawal */
	struct balances farewell;     /* the final ones */
	struct news news;
	struct sentence banner; /* the newest of them that is a notice */
	struct receipt receipt; /* of the newest transaction, if it has one */
	bool has_receipt;
	enum { RECEIPT_ASK, RECEIPT_YES, RECEIPT_NO } wish; /* this visit's */
	bool printing, took_receipt;
	bool closed; /* the account is */
};

#endif
