/* SPDX-License-Identifier: ISC */
/*
 * What came in since the last visit.  Part of atm-tui; asks nothing itself.
 */
#include "away.h"

#include <string.h>

#include "../../shared/base/util.h"
#include "history.h"
#include "intl.h"

#define ASKED (HISTORY_LINES / 2) /* of VISIT_REQUEST */

/* Amount, date, and for a transfer from whom. */
static const struct {
	const char *kind, *words;
} kinds[] = {
	{ "transfer", N_("%2$s: you received %1$s from %3$s") },
	{ "adjust", N_("%2$s: the bank corrected your balance by %1$s") },
	{ "reversal", N_("%2$s: a withdrawal of %1$s was reversed") },
};

bool
away_is_known(const char *last_login)
{
	return strlen(last_login) > 1;
}

/* English; NULL where it is no news to this customer. */
static const char *
words_for(const struct history_entry *entry, const char *id)
{
	if (strcmp(entry->kind, "transfer") == 0 &&
	    (entry->amount < 0 || strcmp(entry->other, id) == 0))
		return NULL;
	for (size_t i = 0; i < NELEM(kinds); i++)
		if (strcmp(entry->kind, kinds[i].kind) == 0)
			return kinds[i].words;
	return NULL;
}

static void
add_line(
    struct visit *visit, const char *words, const struct history_entry *entry)
{
	struct sentence *line = &visit->lines[visit->count++];

	*line = (struct sentence) {
		.words = words, .has_amount = true, .cents = entry->amount
	};
	string_copy(line->time, entry->time, sizeof(line->time));
	string_copy(line->text, entry->other, sizeof(line->text));
}

void
away_read(struct visit *visit, const struct wire_reader *history,
    const char *last_login, const char *id)
{
	struct history_entry entries[HISTORY_LINES];
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
		visit->lines[visit->count++] = (struct sentence) {
			.words = N_(
			    "There is more. Please look at your statement.")
		};
	while (first-- > 0)
		if ((words = words_for(&entries[first], id)) != NULL)
			add_line(visit, words, &entries[first]);
}
