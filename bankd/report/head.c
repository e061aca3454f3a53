/* SPDX-License-Identifier: ISC */
/*
 * Heads of the chain, for `bankctl verify --head`.  Runs in a thread of the
 * vault, or in bankctl.
 */
#include "head.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/number.h"
#include "../../shared/base/util.h"
#include "../store/store_verify.h"

int
head_parse(const char *text, struct head *head)
{
	size_t digits = number_prefix(text, strlen(text), &head->seq);
	const char *chain = text + digits + 1;

	if (digits == 0 || *text == '0' || head->seq > INT64_MAX ||
	    text[digits] != ':')
		return BANK_EINVAL;
	return hex_decode(
	    chain, strlen(chain), head->chain, sizeof(head->chain));
}

static bool
take(void *context, const struct ledger_entry *entry)
{
	struct head *found = context;

	found->seq = entry->seq;
	memcpy(found->chain, entry->chain, sizeof(found->chain));
	return false;
}

int
head_check(struct store_reader *reader, const struct head *head,
    char *error_text, size_t size)
{
	struct head found = { 0 };
	int error;

	error = store_reader_entries(reader, head->seq - 1, take, &found);
	if (error != 0) {
		snprintf(error_text, size, "%s", bank_strerror(error));
		return error;
	}
	if (found.seq != head->seq)
		snprintf(error_text, size,
		    "entry %" PRIu64 " of that head is missing", head->seq);
	else if (memcmp(found.chain, head->chain, sizeof(found.chain)) != 0)
		snprintf(error_text, size,
		    "entry %" PRIu64 " does not match that head", head->seq);
	else
		return 0;
	return BANK_EDAMAGED;
}

void
head_say_proven(const struct store_heads *heads, char *text, size_t size)
{
	snprintf(text, size,
	    "proven: %" PRIu64 " entries, all balances, and %" PRIu64
	    " audit record%s",
	    heads->seq, heads->audits, heads->audits == 1 ? "" : "s");
}
