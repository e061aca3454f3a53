/* SPDX-License-Identifier: ISC */
/*
 * An operator's command on its way through the vault, and the answer to it:
 * what operator_control.c and the commands in operator_*.c share.
 */
#ifndef BANKD_OPERATOR_H
#define BANKD_OPERATOR_H

#include "../../control/control_codec.h"
#include "../core/batch.h"
#include "../../store/store.h"
#include "../core/pool.h"

#define OPERATOR_WORDS 8
#define OPERATOR_MESSAGE_SIZE 256

struct store_reader;

struct operator_command {
	struct job job;
	struct vault *vault; /* the loop's alone */
	const struct operator_row *row;
	int fd;
	char *request; /* words and secret point into it; wiped */
	size_t request_length;
	char *words[OPERATOR_WORDS];
	int count;
	char **args; /* the words after the command's own */
	int arg_count;
	char *secret; /* the line after it, or NULL */
	unsigned long cost;
	char hash[STORE_HASH_SIZE];   /* of the secret */
	uint32_t number;              /* the account's, for a question */
	uint64_t last_seq;            /* likewise */
	struct ledger_entry entry;    /* that it made */
	uint8_t txid[WIRE_TXID_SIZE]; /* of that entry */
	bool repeated; /* it was made before, by the same command */
	struct control_text answer;
	int code; /* of sysexits(3) */
	char message[OPERATOR_MESSAGE_SIZE];
};

/*
 * A command passes these in order, those that are NULL left out; the first
 * to set a code ends it.
 */
struct operator_row {
	const char *name;
	int least, most; /* arguments */
	bool has_secret; /* hashed by a worker after start() */
	/* On the loop: checks the words, names the account. */
	void (*start)(struct vault *, struct operator_command *);
	/* Within a batch, and after its commit. */
	void (*apply)(struct books *, struct step *);
	void (*after)(struct vault *, struct operator_command *);
	/* On the operator's thread. */
	void (*ask)(struct operator_command *, struct store_reader *);
};

/* Each table ends with an empty row. */
extern const struct operator_row operator_accounts[], operator_money[],
    operator_kiosks[], operator_questions[];

/* The answer: `=` the columns, `+` a row; values end with NULL. */
void operator_line(struct operator_command *command, int kind, ...)
    __attribute__((sentinel));
/* Ends the command with a code and a message, said in a sentence. */
void operator_fail(struct operator_command *command, int code,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* For apply(): the open account named by the step, or NULL and a refusal. */
struct ledger_account *operator_customer(
    struct books *books, struct step *step);
/* Whether entries may be made now; else a refusal. */
bool operator_has_room(struct books *books, struct operator_command *command);
/* On the operator's thread: sends what there is, and the last line. */
void operator_flush(struct operator_command *command);
void operator_end(struct operator_command *command);

#endif
