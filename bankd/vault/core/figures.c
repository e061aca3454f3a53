/* SPDX-License-Identifier: ISC */
/*
 * Figures for monitoring: pure.
 */
#include "figures.h"

#include <string.h>

#include "../../../shared/base/util.h"

void
figures_count_answer(
    struct figures *figures, unsigned verb, enum wire_reply reply)
{
	if (verb < FIGURES_VERBS && reply < WIRE_REPLY_COUNT)
		figures->answers[verb][reply]++;
}

/* The kiosk of that name; one more where there is room; else the others. */
static struct figures_kiosk *
kiosk_of(struct figures *figures, const char *name)
{
	struct figures_kiosk *kiosk = figures->kiosks;
	struct figures_kiosk *end = kiosk + figures->kiosk_count;

	for (; kiosk < end; kiosk++) {
		if (strcmp(kiosk->name, name) == 0)
			return kiosk;
	}
	if (figures->kiosk_count == FIGURES_KIOSKS)
		name = FIGURES_OTHERS;
	else
		figures->kiosk_count++;
	string_copy(kiosk->name, name, sizeof(kiosk->name));
	return kiosk;
}

void
figures_count_entry(struct figures *figures, const struct ledger_entry *entry)
{
	struct figures_kiosk *kiosk;

	figures->entries[entry->kind]++;
	figures->cents[entry->kind] += entry->amount_cents;
	/* Of a kiosk, what customers do there. */
	if (entry->kiosk[0] == '\0' || entry->kind == LEDGER_CASH)
		return;
	kiosk = kiosk_of(figures, entry->kiosk);
	kiosk->entries++;
	if (ledger_is_cash(entry->debit.id))
		kiosk->in_cents += entry->amount_cents;
	if (ledger_is_cash(entry->credit.id))
		kiosk->out_cents += entry->amount_cents;
}
