/* SPDX-License-Identifier: ISC */
/*
 * The bank's limits and rules in words.  Runs in atm-tui; keeps nothing.
 */
#include "limits.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/terminal/text.h"
#include "../../shared/base/util.h"
#include "intl.h"

#define RATE_DIGITS 9

/* The words of the line about the limit of this name; false: there is none. */
static bool
find(const struct wire_reader *reader, const char *name,
    struct wire_token t[WIRE_MAX_TOKENS])
{
	struct wire_line line;
	size_t offset = 0;

	while (wire_next_line(reader, &offset, &line)) {
		if (wire_token_is(&line.key, "limit") &&
		    wire_split(line.value.text, line.value.length, t) == 3 &&
		    wire_token_is(&t[0], name))
			return true;
	}
	return false;
}

/*
 * What is left under the limit of this name; MONEY_MAX_CENTS for none, which
 * is how the bank says that it sets none.
 */
static int64_t
left_of(const struct wire_reader *reader, const char *name)
{
	struct wire_token t[WIRE_MAX_TOKENS];
	int64_t all, left;

	if (!find(reader, name, t) ||
	    money_parse(t[1].text, t[1].length, &all) != 0 ||
	    money_parse(t[2].text, t[2].length, &left) != 0)
		return MONEY_MAX_CENTS;
	return all < MONEY_MAX_CENTS ? left : all;
}

char *
limits_words(const struct wire_reader *details, const char *what,
    const char *currency, char to[LIMITS_SIZE])
{
	char day[32], once_text[TEXT_MONEY_SIZE], today_text[TEXT_MONEY_SIZE];
	int64_t once = left_of(details, what), today;

	snprintf(day, sizeof(day), "%s-day", what);
	today = left_of(details, day);
	text_money(once_text, currency, once);
	text_money(today_text, currency, today);
	*to = '\0';
	if (once < MONEY_MAX_CENTS && today < MONEY_MAX_CENTS)
		snprintf(to, LIMITS_SIZE,
		    _("At most %s at once, %s left today"), once_text,
		    today_text);
	else if (once < MONEY_MAX_CENTS)
		snprintf(to, LIMITS_SIZE, _("At most %s at once"), once_text);
	else if (today < MONEY_MAX_CENTS)
		snprintf(to, LIMITS_SIZE, _("At most %s today"), today_text);
	return to;
}

char *
limits_rate(const struct wire_reader *details, char to[LIMITS_SIZE])
{
	struct wire_token t[WIRE_MAX_TOKENS];
	char number[RATE_DIGITS + 1] = "";
	size_t length;

	*to = '\0';
	if (!find(details, "rate", t))
		return to;
	length = t[1].length;
	if (length > RATE_DIGITS)
		return to;
	memcpy(number, t[1].text, length);
	if (strspn(number, "0123456789") == length)
		snprintf(to, LIMITS_SIZE, _("At most %s in a minute"), number);
	return to;
}

const char *
limits_refusal(const struct wire_reader *reply)
{
	static const struct {
		const char *key, *name, *words;
	} rows[] = {
		{ "limit", "transfer",
		    N_("It is more than one transfer may be") },
		{ "limit", "transfer-day",
		    N_("It is more than you may still transfer today") },
		{ "limit", "withdraw",
		    N_("It is more than one withdrawal may be") },
		{ "limit", "withdraw-day",
		    N_("It is more than you may still withdraw today") },
		{ "limit", "balance",
		    N_("The balance would become too large") },
		{ "limit", "rate",
		    N_("Too many in one minute: please wait a little") },
		{ "limit", "outcome",
		    N_("Too many questions: please log in again") },
		{ "limit", "refused",
		    N_("Too many were refused: please leave and log in "
		       "again") },
		{ "rule", "length", N_("at least 4 characters") },
		{ "rule", "easy", N_("too easy to guess") },
		{ "rule", "id", N_("not your ID, please") },
		{ "rule", "same", N_("not the old one, please") },
	};
	char name[32];

	for (size_t i = 0; i < NELEM(rows); i++)
		if (wire_find(reply, rows[i].key, name, sizeof(name)) == 0 &&
		    strcmp(rows[i].name, name) == 0)
			return rows[i].words;
	return NULL;
}
