/* SPDX-License-Identifier: ISC */
/*
 * The bank's limits and rules in words.  Runs in atm-tui; keeps nothing.
 */
#include "limits.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/base/number.h"
#include "../../shared/terminal/text.h"
#include "../../shared/base/util.h"
#include "intl.h"

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

struct limits
limits_read(const struct wire_reader *details, const char *what)
{
	char day[32];

	snprintf(day, sizeof(day), "%s-day", what);
	return (
	    struct limits) { left_of(details, what), left_of(details, day) };
}

char *
limits_words(
    const struct limits *limits, const char *currency, char to[LIMITS_SIZE])
{
	char once[TEXT_MONEY_SIZE], today[TEXT_MONEY_SIZE];

	text_money(once, currency, limits->once);
	text_money(today, currency, limits->today);
	*to = '\0';
	if (limits->once < MONEY_MAX_CENTS && limits->today < MONEY_MAX_CENTS)
		snprintf(to, LIMITS_SIZE,
		    _("At most %s at a time, %s left today"), once, today);
	else if (limits->once < MONEY_MAX_CENTS)
		snprintf(to, LIMITS_SIZE, _("At most %s at a time"), once);
	else if (limits->today < MONEY_MAX_CENTS)
		snprintf(to, LIMITS_SIZE, _("At most %s today"), today);
	return to;
}

int
limits_rate(const struct wire_reader *details)
{
	struct wire_token t[WIRE_MAX_TOKENS];
	uint64_t rate;

	if (!find(details, "rate", t) ||
	    number_parse_bytes(t[1].text, t[1].length, 1, INT_MAX, &rate) != 0)
		return 0;
	return (int)rate;
}

const char *
limits_refusal(const struct wire_reader *reply)
{
	static const struct {
		const char *key, *name, *words;
	} rows[] = {
		{ "limit", "transfer",
		    N_("It is over the limit for one transfer.") },
		{ "limit", "transfer-day",
		    N_("It is more than you can still transfer today.") },
		{ "limit", "withdraw",
		    N_("It is over the limit for one withdrawal.") },
		{ "limit", "withdraw-day",
		    N_("It is more than you can still withdraw today.") },
		{ "limit", "balance",
		    N_("The balance would become too large.") },
		{ "limit", "rate",
		    N_("Too many transactions in one minute. Please wait a "
		       "little.") },
		{ "limit", "outcome",
		    N_("Too many requests. Please log in again.") },
		{ "limit", "refused",
		    N_("Too many refused transactions. Please exit and log in "
		       "again.") },
		{ "rule", "length", N_("use at least 4 characters") },
		{ "rule", "easy", N_("too easy to guess") },
		{ "rule", "id", N_("don't use your ID") },
		{ "rule", "same", N_("use a new password") },
	};
	char name[32];

	for (size_t i = 0; i < NELEM(rows); i++)
		if (wire_find(reply, rows[i].key, name, sizeof(name)) == 0 &&
		    strcmp(rows[i].name, name) == 0)
			return rows[i].words;
	return NULL;
}

const char *
limits_of_text(const char *text)
{
	while (*text != '\0' && (*text & 0x80) == 0)
		text++;
	return *text == '\0' ? N_("Please use fewer characters. There is no "
				  "more room.")
			     : N_("Please use fewer characters. Letters with "
				  "accents take more room.");
}

bool
limits_is_of_amount(const struct wire_reader *reply)
{
	static const char *const names[] = { "transfer", "transfer-day",
		"withdraw", "withdraw-day", "balance" };
	char name[32];

	if (wire_find(reply, "limit", name, sizeof(name)) != 0)
		return false;
	for (size_t i = 0; i < NELEM(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}
