/* SPDX-License-Identifier: ISC */
/*
 * The transactions that a session was refused: a refusal leaves no trace in
 * the store, but on its session it is that txid's outcome.  Bounded: the
 * oldest is forgotten first, long before an ATM could mean it.
 */
#ifndef BANKD_REFUSALS_H
#define BANKD_REFUSALS_H

#include "request.h"

#define REFUSALS_MAX 128

struct refusals;

/*
 * The answer to this request by what the session was refused: the same one
 * where it is the same (then *limit is set too), WIRE_TXID_USED where the
 * txid was used for something else, WIRE_REPLY_COUNT where it is new.
 */
enum wire_reply refusals_find(const struct refusals *refusals,
    const struct request *request, const char **limit);
/*
 * Keeps a refusal; made by the first, freed by free(3).  `to_account` is
 * where it would have landed; `limit` is static or NULL.  Without memory it
 * isn't kept: 0 or BANK_ENOMEM.
 */
int refusals_add(struct refusals **refusals, const struct request *request,
    enum wire_account to_account, enum wire_reply reply, const char *limit);
/* Takes the newest back. */
void refusals_undo(struct refusals *refusals);

#endif
