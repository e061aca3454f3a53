/* SPDX-License-Identifier: ISC */
/*
 * The requests of a session: the one table of verbs, and the order in which
 * every request is checked (atm-protocol(7)).
 */
#ifndef BANKD_VERBS_H
#define BANKD_VERBS_H

#include <stddef.h>

#include "../core/batch.h"
#include "../core/request.h"

/* The verbs of a session; behind them the frame V. */
enum request_id {
	REQUESTS_TRANSFER,
	REQUESTS_BALANCES,
	REQUESTS_EXIT,
	REQUESTS_DEPOSIT,
	REQUESTS_WITHDRAW,
	REQUESTS_REVERSE,
	REQUESTS_OUTCOME,
	REQUESTS_HISTORY,
	REQUESTS_DETAILS,
	REQUESTS_PASSWORD,
	REQUESTS_CLOSE,
	REQUESTS_NOTIFY,
	REQUESTS_PING,
	REQUESTS_COUNT,
	REQUESTS_REVERSAL = REQUESTS_COUNT
};

extern const struct request_verb verbs_table[REQUESTS_COUNT];
/* The frame V, as a request without a session. */
extern const struct request_verb verbs_reversal;

struct connection;
struct vault;

/*
 * Takes a request of a session: it goes into the batch, or waits behind one
 * that is answered later.  0, BANK_ENOMEM, or BANK_ENOSPC: too many wait.
 */
int verbs_input(struct vault *vault, struct connection *connection,
    const char *text, size_t length);
/* The same for a request that has nothing to wait for. */
void verbs_take(struct vault *vault, struct connection *connection,
    const char *text, size_t length);

/*
 * All the checks of step->request, in the protocol's order, then its
 * carry_out(); sets step->reply, and keeps a refusal of a new txid.
 */
void verbs_decide(struct books *books, struct step *step);
/* Writes the answer of step->reply into step->text; sets step->length. */
void verbs_write(struct books *books, struct step *step);

#endif
