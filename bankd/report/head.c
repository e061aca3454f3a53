/* SPDX-License-Identifier: ISC */
/*
 * Heads of the chain, for `bankctl verify --head`.  Runs in a thread of the
 * vault, or in bankctl.
 */
#include "head.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

int
head_parse(const char *text, struct head *head)
{
	char *end;

	if (*text < '1' || *text > '9')
		return BANK_EINVAL;
	head->seq = strtoull(text, &end, 10);
	if (*end != ':' || head->seq > INT64_MAX)
		return BANK_EINVAL;
	return hex_decode(
	    end + 1, strlen(end + 1), head->chain, sizeof(head->chain));
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
