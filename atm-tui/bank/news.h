/* SPDX-License-Identifier: ISC */
/*
 * What the bank tells unasked, in the customer's language, and the list of
 * what was told.  Both faces of the kiosk say these sentences.  Pure.
 */
#ifndef ATM_NEWS_H
#define ATM_NEWS_H

#include "../../shared/crypt/channel.h"
#include "bank.h"

#define NEWS_LINES 40
#define NEWS_LINE_SIZE 256

/* The lines of one session; the newest `unread` of them are still to be read.
 */
struct news {
	char lines[NEWS_LINES][NEWS_LINE_SIZE]; /* the oldest first */
	size_t count, unread;
};

/* Adds a line, read or unread; the oldest gives way. */
void news_add(struct news *news, const char *line, bool unread);

/*
 * What became of an earlier transaction, whose `request` was `1 txid account
 * recipient amount ...` or `VERB txid account amount`; `currency` stands
 * before the amount.  False where it is neither: `to` is empty then.
 */
bool news_settled(char to[NEWS_LINE_SIZE], const char *request,
    bool carried_out, const char *currency);

/* Why a session is over that the customer did not end. */
const char *news_session_over(enum bank_outcome outcome);

/* Whether the certificate is not valid yet, at `now`; else it has ended. */
bool news_is_early(const struct channel_validity *validity, time_t now);
/* Two lines about such a certificate, since either time may be the wrong one.
 */
void news_validity(char certificate[NEWS_LINE_SIZE], char clock[NEWS_LINE_SIZE],
    const struct channel_validity *validity, time_t now);

#endif
