/* SPDX-License-Identifier: ISC */
/*
 * What can be told of an entry by itself.  Pure.
 */
#include "ledger_entry.h"

static const char *const kind_names[LEDGER_KIND_COUNT] = {
	[LEDGER_TRANSFER] = "transfer",
	[LEDGER_DEPOSIT] = "deposit",
	[LEDGER_WITHDRAW] = "withdraw",
	[LEDGER_ADJUST] = "adjust",
	[LEDGER_REVERSAL] = "reversal",
	[LEDGER_CASH] = "cash",
};

const char *
ledger_kind_name(enum ledger_kind kind)
{
	return kind_names[kind];
}

const char *
ledger_account_name(enum wire_account account)
{
	return account == WIRE_SAVINGS ? "savings" : "checking";
}

bool
ledger_has_texts(const struct ledger_entry *entry)
{
	return entry->memo[0] != '\0' || entry->by[0] != '\0' ||
	    entry->reason[0] != '\0';
}

uint32_t
ledger_owner(const struct ledger_entry *entry)
{
	/* No customer can ask for these: the reversal has no kiosk. */
	if (entry->kind == LEDGER_ADJUST || entry->kind == LEDGER_CASH ||
	    (entry->kind == LEDGER_REVERSAL && entry->kiosk[0] == '\0'))
		return LEDGER_OPERATORS;
	if (entry->kind == LEDGER_DEPOSIT || entry->kind == LEDGER_REVERSAL)
		return entry->credit.number;
	return entry->debit.number;
}
