/* SPDX-License-Identifier: ISC */
/*
 * The sentences of what the bank tells unasked.  Part of atm-tui; what comes
 * as a notice is worded in notices.c.
 */
#include "news.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/base/util.h"
#include "../../shared/terminal/text.h"
#include "../base/dates.h"
#include "../base/intl.h"

void
news_add(struct news *news, const char *line, bool unread)
{
	if (news->count == NEWS_LINES) {
		memmove(news->lines[0], news->lines[1],
		    sizeof(news->lines) - sizeof(news->lines[0]));
		news->count--;
	}
	string_copy(news->lines[news->count++], line, NEWS_LINE_SIZE);
	if (unread && news->unread < NEWS_LINES)
		news->unread++;
}

/* What comes first must be seen: a banner cuts off the end. */
static const struct {
	const char *verb;
	int amount, recipient; /* their places in the request; 0: none */
	const char *done, *not_done;
} settled_words[] = {
	{ "1", 4, 3, N_("Carried out: your earlier transfer of %1$s to %2$s"),
	    N_("Not carried out: your earlier transfer of %1$s to %2$s") },
	{ "DEPOSIT", 3, 0, N_("Carried out: your earlier deposit of %1$s"),
	    N_("Not carried out: your earlier deposit of %1$s") },
	{ "WITHDRAW", 3, 0, N_("Carried out: your earlier withdrawal of %1$s"),
	    N_("Not carried out: your earlier withdrawal of %1$s") },
};

bool
news_settled(char to[NEWS_LINE_SIZE], const char *request, bool carried_out,
    const char *currency)
{
	struct wire_token tokens[WIRE_MAX_TOKENS];
	int count = wire_split(request, strlen(request), tokens);
	char money[TEXT_MONEY_SIZE], recipient[WIRE_ID_SIZE];
	int64_t cents;

	*to = '\0';
	for (size_t i = 0; i < NELEM(settled_words); i++) {
		const int amount = settled_words[i].amount;
		const struct wire_token *who =
		    &tokens[settled_words[i].recipient];

		if (count <= amount ||
		    !wire_token_is(&tokens[0], settled_words[i].verb) ||
		    wire_token_amount(&tokens[amount], &cents) != 0)
			continue;
		snprintf(recipient, sizeof(recipient), "%.*s", (int)who->length,
		    who->text);
		snprintf(to, NEWS_LINE_SIZE,
		    carried_out ? _(settled_words[i].done)
				: _(settled_words[i].not_done),
		    text_money(money, currency, cents), recipient);
		return true;
	}
	return false;
}

const char *
news_session_over(enum bank_outcome outcome)
{
	return outcome == BANK_LOST
	    ? _("Link lost: see your statement before you repeat anything")
	    : _("Your session has ended");
}

bool
news_is_early(const struct channel_validity *validity, time_t now)
{
	return now < validity->begins;
}

void
news_validity(char certificate[NEWS_LINE_SIZE], char clock[NEWS_LINE_SIZE],
    const struct channel_validity *validity, time_t now)
{
	const bool early = news_is_early(validity, now);
	char when[DATES_SIZE];

	dates_moment(when, early ? validity->begins : validity->ends);
	snprintf(certificate, NEWS_LINE_SIZE,
	    early ? _("The bank's certificate is valid from %s")
		  : _("The bank's certificate was valid until %s"),
	    when);
	snprintf(clock, NEWS_LINE_SIZE, _("This machine's clock says %s"),
	    dates_moment(when, now));
}
