/* SPDX-License-Identifier: ISC */
/*
 * The sentences of what the bank tells unasked.  Part of atm-tui; what comes
 * as a notice is worded in notices.c.
 */
#include "news.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/util.h"
#include "../base/dates.h"
#include "../base/intl.h"

static void
drop_oldest(struct news *news)
{
	news->dropped = true;
	news->unread -= news->lines[0].unread;
	memmove(&news->lines[0], &news->lines[1],
	    (news->count - 1) * sizeof(news->lines[0]));
	news->count--;
}

static void
add(struct news *news, const struct news_line *line)
{
	if (news->lines == NULL)
		news->lines = calloc(NEWS_LINES, sizeof(*news->lines));
	if (news->lines == NULL) {
		news->dropped = true;
		return;
	}
	if (news->count == NEWS_LINES)
		drop_oldest(news);
	news->lines[news->count++] = *line;
	news->unread += line->unread;
}

void
news_add(
    struct news *news, time_t when, const struct sentence *what, bool unread)
{
	add(news, &(struct news_line) { when, unread, false, *what });
}

void
news_add_title(struct news *news, const struct sentence *what)
{
	add(news, &(struct news_line) { 0, false, true, *what });
}

size_t
news_notices(const struct news *news, size_t lines)
{
	size_t count = 0;

	for (size_t i = 0; i < lines && i < news->count; i++)
		count += !news->lines[news->count - 1 - i].title;
	return count;
}

void
news_read(struct news *news, size_t line)
{
	news->unread -= news->lines[line].unread;
	news->lines[line].unread = false;
}

void
news_forget(struct news *news)
{
	if (news->lines != NULL)
		OPENSSL_cleanse(
		    news->lines, NEWS_LINES * sizeof(news->lines[0]));
	free(news->lines);
	memset(news, 0, sizeof(*news));
}

/* What comes first must be seen: a banner cuts off the end. */
static const struct {
	const char *verb;
	int amount, recipient; /* their places in the request; 0: none */
	const char *done, *not_done;
} settled_words[] = {
	{ "1", 4, 3, N_("Your earlier transfer of %1$s to %2$s was completed"),
	    N_("Your earlier transfer of %1$s to %2$s was not completed") },
	{ "DEPOSIT", 3, 0, N_("Your earlier deposit of %1$s was completed"),
	    N_("Your earlier deposit of %1$s was not completed") },
	{ "WITHDRAW", 3, 0, N_("Your earlier withdrawal of %1$s was completed"),
	    N_("Your earlier withdrawal of %1$s was not completed") },
};

bool
news_settled(struct sentence *to, const char *request, bool carried_out)
{
	struct wire_token tokens[WIRE_MAX_TOKENS];
	int count = wire_split(request, strlen(request), tokens);

	memset(to, 0, sizeof(*to));
	for (size_t i = 0; i < NELEM(settled_words); i++) {
		const int amount = settled_words[i].amount;
		const struct wire_token *who =
		    &tokens[settled_words[i].recipient];

		if (count <= amount ||
		    !wire_token_is(&tokens[0], settled_words[i].verb) ||
		    wire_token_amount(&tokens[amount], &to->cents) != 0)
			continue;
		to->words = carried_out ? settled_words[i].done
					: settled_words[i].not_done;
		to->has_amount = true;
		snprintf(to->text, sizeof(to->text), "%.*s", (int)who->length,
		    who->text);
		return true;
	}
	return false;
}

const char *
news_session_over(enum bank_outcome outcome)
{
	if (outcome == BANK_LOST)
		return N_("Connection lost. Check your statement before "
			  "trying again.");
	return outcome == BANK_UNDONE
	    ? N_("Your session has ended. Your request was not completed.")
	    : N_("Your session has ended");
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
