/* SPDX-License-Identifier: ISC */
/*
 * Refused transactions of one session (the vault's): a ring.
 */
#include "refusals.h"

#include <stdlib.h>
#include <string.h>

#include "../shared/error.h"

/* What of a request tells it from others; its passwords aren't kept. */
struct refusal {
	uint8_t txid[WIRE_TXID_SIZE];
	uint8_t withdrawal[WIRE_TXID_SIZE];
	const struct request_verb *verb;
	int64_t amount_cents;
	char recipient[WIRE_ID_SIZE];
	uint8_t account, to_account; /* enum wire_account */
	enum wire_reply reply;
	const char *limit;
};

struct refusals {
	uint64_t count; /* ever added, less those taken back */
	struct refusal ring[REFUSALS_MAX];
};

/* Arguments by value; without to-account wherever the first one landed. */
static bool
is_same(const struct refusal *refusal, const struct request *request)
{
	return refusal->verb == request->verb &&
	    refusal->account == request->account &&
	    refusal->amount_cents == request->amount_cents &&
	    strcmp(refusal->recipient, request->recipient) == 0 &&
	    memcmp(refusal->withdrawal, request->withdrawal, WIRE_TXID_SIZE) ==
	    0 &&
	    (!request->has_to_account ||
		request->to_account == refusal->to_account);
}

enum wire_reply
refusals_find(const struct refusals *refusals, const struct request *request,
    const char **limit)
{
	const struct refusal *refusal;
	uint64_t kept;

	if (refusals == NULL)
		return WIRE_REPLY_COUNT;
	kept = refusals->count < REFUSALS_MAX ? refusals->count : REFUSALS_MAX;
	for (uint64_t i = 1; i <= kept; i++) {
		refusal = &refusals->ring[(refusals->count - i) % REFUSALS_MAX];
		if (memcmp(refusal->txid, request->txid, WIRE_TXID_SIZE) != 0)
			continue;
		if (!is_same(refusal, request))
			return WIRE_TXID_USED;
		*limit = refusal->limit;
		return refusal->reply;
	}
	return WIRE_REPLY_COUNT;
}

int
refusals_add(struct refusals **made, const struct request *request,
    enum wire_account to_account, enum wire_reply reply, const char *limit)
{
	struct refusals *refusals = *made;
	struct refusal *refusal;

	if (refusals == NULL)
		refusals = *made = calloc(1, sizeof(*refusals));
	if (refusals == NULL)
		return BANK_ENOMEM;
	refusal = &refusals->ring[refusals->count++ % REFUSALS_MAX];
	memcpy(refusal->txid, request->txid, WIRE_TXID_SIZE);
	memcpy(refusal->withdrawal, request->withdrawal, WIRE_TXID_SIZE);
	memcpy(refusal->recipient, request->recipient, WIRE_ID_SIZE);
	refusal->verb = request->verb;
	refusal->amount_cents = request->amount_cents;
	refusal->account = (uint8_t)request->account;
	refusal->to_account = (uint8_t)to_account;
	refusal->reply = reply;
	refusal->limit = limit;
	return 0;
}

void
refusals_undo(struct refusals *refusals)
{
	if (refusals != NULL && refusals->count > 0)
		refusals->count--;
}
