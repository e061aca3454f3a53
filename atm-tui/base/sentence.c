/* SPDX-License-Identifier: ISC */
/*
 * Sentences that are kept.  Part of atm-tui; asks nothing itself.
 */
#include "sentence.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/terminal/text.h"
#include "dates.h"
#include "intl.h"

char *
sentence_write(const struct sentence *sentence, const char *currency,
    char to[SENTENCE_SIZE])
{
	char money[TEXT_MONEY_SIZE], when[DATES_SIZE];
	const char *places[3] = { "", "", "" };
	size_t n = 0;

	if (sentence->has_amount)
		places[n++] = text_money(money, currency, sentence->cents);
	if (*sentence->time != '\0')
		places[n++] = dates_wire(when, sentence->time);
	places[n] = sentence->text;
	if (sentence->words == NULL)
		*to = '\0';
	else
		snprintf(to, SENTENCE_SIZE, _(sentence->words), places[0],
		    places[1], places[2]);
	return to;
}
