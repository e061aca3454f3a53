/* SPDX-License-Identifier: ISC */
/*
 * What the bank tells unasked, in the customer's language, and the list of
 * what was told.  Both faces of the kiosk say these sentences.  Pure.
 */
#ifndef ATM_NEWS_H
#define ATM_NEWS_H

#include "../../shared/crypt/channel.h"
#include "../base/sentence.h"
#include "bank.h"

#define NEWS_LINES 500
#define NEWS_LINE_SIZE 256

struct news_line {
	time_t when; /* it came; 0: it doesn't say */
	bool unread;
	bool title; /* of those that are older, and no notice */
	struct sentence what;
};

/* The lines of one session. */
struct news {
	struct news_line *lines; /* NEWS_LINES, the oldest first; or NULL */
	size_t count, unread;
	bool dropped; /* the oldest gave way to newer ones */
};

/*
 * Adds a line, read or unread; of more than NEWS_LINES the oldest gives way.
 * Without memory it is lost, which `dropped` tells too.
 */
void news_add(
    struct news *news, time_t when, const struct sentence *what, bool unread);
/* Adds the words that stand above all that was added before. */
void news_add_title(struct news *news, const struct sentence *what);
/* How many of the newest lines are notices. */
size_t news_notices(const struct news *news, size_t lines);
/* The customer has seen a line, counted from the oldest. */
void news_read(struct news *news, size_t line);
/* Wipes and frees the lines. */
void news_forget(struct news *news);

/*
 * What became of an earlier transaction, whose `request` was `1 txid account
 * recipient amount ...` or `VERB txid account amount`.  False where it is
 * neither: `to` is no sentence then.
 */
bool news_settled(struct sentence *to, const char *request, bool carried_out);

/* Why a session is over that the customer did not end; English, for _(). */
const char *news_session_over(enum bank_outcome outcome);

/* Whether the certificate is not valid yet, at `now`; else it has ended. */
bool news_is_early(const struct channel_validity *validity, time_t now);
/* Two lines about such a certificate, since either time may be the wrong one.
 */
void news_validity(char certificate[NEWS_LINE_SIZE], char clock[NEWS_LINE_SIZE],
    const struct channel_validity *validity, time_t now);

#endif
