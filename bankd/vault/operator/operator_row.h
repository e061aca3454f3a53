/* SPDX-License-Identifier: ISC */
/*
 * The tables of operators' commands.
 */
#ifndef BANKD_OPERATOR_ROW_H
#define BANKD_OPERATOR_ROW_H

#include <stdbool.h>

#include "operator.h"

struct store_reader;

/*
 * A command passes these in order, those that are NULL left out; the first
 * to set a code ends it.
 */
struct operator_row {
	const char *name;
	int least, most;   /* arguments */
	unsigned roles;    /* any of them may; 0: any at all */
	bool has_secret;   /* hashed by a worker after start() */
	bool makes_secret; /* has_secret; the bank chooses it */
	bool wants_reason; /* where bankd.ini requires one */
	bool is_audited;   /* by the account or kiosk of its first argument */
	bool is_note;      /* its record is all that is left to do; of no one */
	int details;       /* arguments behind it that the record tells */
	int reason_at;     /* the argument that is the reason, or 0 */
	/* For a second person, and what its first argument is. */
	enum { WAITS_NEVER, WAITS_OF_ONE, WAITS_OF_ENTRY } waits;
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
    operator_kiosks[], operator_questions[], operator_approvals[],
    operator_cash[], operator_notes[];

#endif
