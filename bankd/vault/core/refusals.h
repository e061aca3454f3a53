/* SPDX-License-Identifier: ISC */
/*
 * The transactions that a session was refused: a refusal leaves no trace in
 * the store, but on its session it is that txid's outcome.  Bounded, and none
 * is ever forgotten: a session whose refusals are full takes no new
 * transaction any more, so that nothing that it was refused is carried out.
 */
#ifndef BANKD_REFUSALS_H
#define BANKD_REFUSALS_H

#include "request.h"

#define REFUSALS_MAX 128

struct refusal;

/* Of one session; zeroed, there are none. */
struct refusals {
	struct refusal *kept; /* REFUSALS_MAX places, or NULL for none */
	unsigned count;
	bool lost; /* one could not be kept, for want of memory */
};

/* Whether the session takes no new transaction: 429 `refused`. */
bool refusals_full(const struct refusals *refusals);
/*
 * The answer to this request by what the session was refused: the same one
 * where it is the same (then *limit is set too), WIRE_TXID_USED where the
 * txid was used for something else, WIRE_REPLY_COUNT where it is new.
 */
enum wire_reply refusals_find(const struct refusals *refusals,
    const struct request *request, const char **limit);
/*
 * Keeps a refusal; `to_account` is where it would have landed, `limit` is
 * static or NULL.  False where it isn't kept: they are full, or memory is
 * lacking, and then they are full from now on.
 */
bool refusals_add(struct refusals *refusals, const struct request *request,
    enum wire_account to_account, enum wire_reply reply, const char *limit);
/* Takes the newest back. */
void refusals_undo(struct refusals *refusals);
void refusals_free(struct refusals *refusals);

#endif
