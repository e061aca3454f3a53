/* SPDX-License-Identifier: ISC */
/*
 * An operator's command on its way through the vault, and the answer to it.
 */
#ifndef BANKD_OPERATOR_H
#define BANKD_OPERATOR_H

#include <assert.h>

#include "../../control/control_codec.h"
#include "../../control/control_reason.h"
#include "../../control/control_who.h"
#include "../../report/search.h"
#include "../core/batch.h"
#include "../../store/store.h"
#include "../core/pool.h"

#define OPERATOR_WORDS 32
#define OPERATOR_SECRET_SIZE 16
#define OPERATOR_MESSAGE_SIZE 256

static_assert(CONTROL_REASON_SIZE == LEDGER_REASON_SIZE, "one length");

struct operator_row;

struct operator_command {
	struct job job;
	struct vault *vault; /* the loop's alone */
	const struct operator_row *row;
	struct control_who who;
	int fd;
	char *request; /* words and secret point into it; wiped */
	size_t request_length;
	char *words[OPERATOR_WORDS];
	int count;
	char **args; /* the words after the command's own */
	int arg_count;
	char *secret;                    /* the line after it, or NULL */
	const char *reason;              /* "" where none was given */
	char made[OPERATOR_SECRET_SIZE]; /* a secret of the bank's own */
	unsigned long cost;
	char hash[STORE_HASH_SIZE];   /* of the secret */
	struct search search;         /* of a question */
	struct ledger_entry entry;    /* that it made */
	struct ledger_entry moved[2]; /* that emptied an account */
	size_t moves;
	uint8_t txid[WIRE_TXID_SIZE]; /* of that entry */
	bool repeated;       /* it was made before, by the same command */
	struct audit audit;  /* of what it did, while it is applied */
	uint64_t of;         /* number of the record that it settles */
	int64_t stock_cents; /* by the notes that a kiosk last told */
	int64_t cash_cents;  /* in a kiosk, by the books, after its entry */
	bool approved;       /* it is carried out for a request */
	bool waits;          /* it became one */
	bool expired;        /* the request that it was to settle */
	bool unwritten;      /* there was no room for its record */
	struct control_text answer;
	int code; /* of sysexits(3) */
	char message[OPERATOR_MESSAGE_SIZE];
};

/* The answer: `=` the columns, `+` a row; values end with NULL. */
void operator_line(struct operator_command *command, int kind, size_t count,
    const char *const fields[]);
/* Ends the command with a code and a message, said in a sentence. */
void operator_fail(struct operator_command *command, int code,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* On the operator's thread: sends what there is, and the last line. */
void operator_flush(struct operator_command *command);
void operator_end(struct operator_command *command);

#endif
