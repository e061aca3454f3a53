/* SPDX-License-Identifier: ISC */
/*
 * The transactions that a session was refused.  A refusal leaves no trace in
 * the store; on its session it is the txid's outcome.  The list is bounded and
 * no refusal is ever forgotten: a session with a full list takes no new
 * transaction, so that none that was refused is carried out later.
 */
#ifndef BANKD_REFUSALS_H
#define BANKD_REFUSALS_H

#include "request.h"

#define REFUSALS_MAX 128

struct refusal;

/* Those of one session; zeroed, it is empty. */
struct refusals {
	struct refusal *kept; /* REFUSALS_MAX places, or NULL for none */
	unsigned count;
	bool lost; /* one could not be kept: no memory */
};

/* Whether the session takes no new transaction: 429, where `lost` 503. */
bool refusals_full(const struct refusals *refusals);
/*
 * What the refusals answer to this request: the first refusal where the
 * request is the same (*limit is set too), WIRE_TXID_USED where its txid was
 * used for another one, WIRE_REPLY_COUNT where the txid is new.
 */
enum wire_reply refusals_find(const struct refusals *refusals,
    const struct request *request, const char **limit);
/*
 * Keeps a refusal; `to_account` is where it would have landed, `limit` is
 * static or NULL.  False where the list is full.  Without memory the refusal is
 * lost, and the list is full from then on.
 */
bool refusals_add(struct refusals *refusals, const struct request *request,
    enum wire_account to_account, enum wire_reply reply, const char *limit);
/* Takes the newest back. */
void refusals_undo(struct refusals *refusals);
void refusals_free(struct refusals *refusals);

#endif
