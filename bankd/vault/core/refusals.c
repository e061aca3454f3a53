/* SPDX-License-Identifier: ISC */
/*
 * Refused transactions of one session (the vault's): a bounded list.
 */
#include "refusals.h"

#include <stdlib.h>
#include <string.h>

/* What identifies a request, without its passwords. */
struct refusal {
	uint8_t txid[WIRE_TXID_SIZE];
	uint8_t withdrawal[WIRE_TXID_SIZE];
	const struct request_verb *verb;
	int64_t amount_cents;
	char recipient[WIRE_ID_SIZE];
	char memo[WIRE_MEMO_SIZE];
	uint8_t account, to_account; /* enum wire_account */
	enum wire_reply reply;
	const char *limit;
};

/* Compares the arguments; without a to-account any one matches. */
static bool
is_same(const struct refusal *refusal, const struct request *request)
{
	return refusal->verb == request->verb &&
	    refusal->account == request->account &&
	    refusal->amount_cents == request->amount_cents &&
	    strcmp(refusal->recipient, request->recipient) == 0 &&
	    strcmp(refusal->memo, request->memo) == 0 &&
	    memcmp(refusal->withdrawal, request->withdrawal, WIRE_TXID_SIZE) ==
	    0 &&
	    (!request->has_to_account ||
		request->to_account == refusal->to_account);
}

bool
refusals_full(const struct refusals *refusals)
{
	return refusals->lost || refusals->count == REFUSALS_MAX;
}

enum wire_reply
refusals_find(const struct refusals *refusals, const struct request *request,
    const char **limit)
{
	const struct refusal *refusal;

	for (unsigned i = 0; i < refusals->count; i++) {
		refusal = &refusals->kept[i];
		if (memcmp(refusal->txid, request->txid, WIRE_TXID_SIZE) != 0)
			continue;
		if (!is_same(refusal, request))
			return WIRE_TXID_USED;
		*limit = refusal->limit;
		return refusal->reply;
	}
	return WIRE_REPLY_COUNT;
}

bool
refusals_add(struct refusals *refusals, const struct request *request,
    enum wire_account to_account, enum wire_reply reply, const char *limit)
{
	struct refusal *refusal;

	if (refusals_full(refusals))
		return false;
	if (refusals->kept == NULL)
		refusals->kept = calloc(REFUSALS_MAX, sizeof(*refusal));
	refusals->lost = refusals->kept == NULL;
	if (refusals->lost)
		return false;
	refusal = &refusals->kept[refusals->count++];
	memcpy(refusal->txid, request->txid, WIRE_TXID_SIZE);
	memcpy(refusal->withdrawal, request->withdrawal, WIRE_TXID_SIZE);
	memcpy(refusal->recipient, request->recipient, WIRE_ID_SIZE);
	memcpy(refusal->memo, request->memo, WIRE_MEMO_SIZE);
	refusal->verb = request->verb;
	refusal->amount_cents = request->amount_cents;
	refusal->account = (uint8_t)request->account;
	refusal->to_account = (uint8_t)to_account;
	refusal->reply = reply;
	refusal->limit = limit;
	return true;
}

void
refusals_undo(struct refusals *refusals)
{
	if (refusals->count > 0)
		refusals->count--;
}

void
refusals_free(struct refusals *refusals)
{
	free(refusals->kept);
	*refusals = (struct refusals) { 0 };
}
