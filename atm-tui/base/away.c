/* SPDX-License-Identifier: ISC */
/*
 * What came in since the last visit.  Part of atm-tui; asks nothing itself.
 */
#include "away.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/terminal/text.h"
#include "../../shared/base/util.h"
#include "dates.h"
#include "history.h"
#include "intl.h"

#define ASKED 100 /* of VISIT_REQUEST */

/* Amount, date, and for a transfer from whom. */
static const struct {
	const char *kind, *words;
} kinds[] = {
	{ "transfer", N_("%2$s: you received %1$s from %3$s") },
	{ "adjust", N_("%2$s: the bank corrected your balance by %1$s") },
	{ "reversal", N_("%2$s: a withdrawal of %1$s was taken back") },
};

bool
away_is_known(const char *last_login)
{
	return strlen(last_login) > 1;
}

/* NULL where it is no news to this customer. */
static const char *
words_for(const struct history_entry *entry, const char *id)
{
	if (strcmp(entry->kind, "transfer") == 0 &&
	    (entry->amount < 0 || strcmp(entry->other, id) == 0))
		return NULL;
	for (size_t i = 0; i < NELEM(kinds); i++)
		if (strcmp(entry->kind, kinds[i].kind) == 0)
			return _(kinds[i].words);
	return NULL;
}

static void
add_line(struct visit *visit, const char *words,
    const struct history_entry *entry, const char *currency)
{
	char money[TEXT_MONEY_SIZE], when[DATES_SIZE];

	/* No place of the sentence may be left out. */
	snprintf(visit->lines[visit->count++], VISIT_LINE_SIZE, words,
	    text_money(money, currency, entry->amount),
	    dates_wire(when, entry->time), entry->other);
}

void
away_read(struct visit *visit, const struct wire_reader *history,
    const char *last_login, const char *id, const char *currency)
{
	struct history_entry entries[2 * ASKED];
	size_t count = history_read(history, entries, NELEM(entries));
	const char *words;
	size_t first = 0, found = 0;

	/* From the newest: as many as fit beside the line for the rest. */
	while (first < count && found < VISIT_LINES - 1 &&
	    strcmp(entries[first].time, last_login) > 0)
		found += words_for(&entries[first++], id) != NULL;
	visit->count = 0;
	if (first == count ? count >= ASKED
			   : strcmp(entries[first].time, last_login) > 0)
		string_copy(visit->lines[visit->count++],
		    _("There is more: please look at your statement"),
		    VISIT_LINE_SIZE);
	while (first-- > 0)
		if ((words = words_for(&entries[first], id)) != NULL)
			add_line(visit, words, &entries[first], currency);
}
