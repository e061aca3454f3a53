/* SPDX-License-Identifier: ISC */
/*
 * The statement in plain mode: a page, and older ones as long as they are
 * asked for; what was shown can be printed.  Part of atm-tui.
 */
#include "plain_statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/util.h"
#include "../../shared/terminal/text.h"
#include "../base/history.h"
#include "plain_bank.h"
#include "plain_io.h"
#include "plain_services.h"

#define PAGE 20

struct pages {
	struct history_entry entries[2 * PAGE];
	uint64_t last; /* seq of the oldest shown; 0: none yet */
	char *paper;   /* what was shown, where there is a printer */
};

static void
say_entry(const struct plain *plain, const struct history_entry *entry)
{
	char amount[TEXT_MONEY_SIZE], balance[TEXT_MONEY_SIZE];
	char when[DATES_SIZE], seq[TEXT_NUMBER_SIZE];

	plain_sayf("%s  %s %s  %s  %s  %s  %s%s%s",
	    plain_time(plain, when, entry->time), text_number(seq, entry->seq),
	    receipt_kind(entry->kind),
	    entry->account == WIRE_SAVINGS ? _("Savings") : _("Checking"),
	    plain_money(plain, amount, entry->amount),
	    plain_money(plain, balance, entry->balance), entry->other,
	    entry->memo[0] == '\0' ? "" : "  ", entry->memo);
}

/* One page older than the last; whether there may be more. */
static bool
say_page(struct plain *plain, struct pages *pages)
{
	const struct wire_reader *reader;
	char request[64];
	size_t count, transactions = 0;

	snprintf(request, sizeof(request),
	    pages->last == 0 ? "HISTORY %d" : "HISTORY %d %" PRIu64, PAGE,
	    pages->last);
	reader = plain_request(plain, request);
	if (reader == NULL)
		return false;
	if (reader->code != 200) {
		plain_say_reply(reader);
		return false;
	}
	if (plain->person && pages->last == 0)
		plain_say(_("time  number description  account  amount  "
			    "balance  other party"));
	count = history_read(reader, pages->entries, NELEM(pages->entries));
	for (size_t i = 0; i < count; i++) {
		say_entry(plain, &pages->entries[i]);
		transactions += pages->entries[i].seq != pages->last;
		pages->last = pages->entries[i].seq;
	}
	if (receipts_any(plain->receipts))
		receipt_add_entries(&pages->paper, plain->config,
		    plain->customer, pages->entries, count);
	if (transactions == 0)
		plain_say(_("no entries"));
	return transactions >= PAGE;
}

/* Whether older ones are wanted; prints when that is. */
static bool
go_on(struct plain *plain, struct pages *pages, bool more)
{
	static const char *const labels[] = { N_("Older entries"), N_("Print"),
		N_("Back") };
	int choice;

	if (pages->paper == NULL)
		return more &&
		    plain_confirm(plain, _("Older entries? (enter 1 or 2):"));
	for (;;) {
		choice = plain_choose(plain,
		    more ? _("What next? (enter 1 to 3):")
			 : _("What next? (enter 1 or 2):"),
		    more ? labels : labels + 1, more ? 3 : 2);
		if (choice >= 0 && !more)
			choice++;
		if (choice != 1)
			return choice == 0;
		plain_print(
		    plain, "statement", pages->paper, strlen(pages->paper));
	}
}

void
plain_statement(struct plain *plain, const char *argument)
{
	struct pages pages = { .last = 0 };

	(void)argument;
	while (go_on(plain, &pages, say_page(plain, &pages)))
		continue;
	free(pages.paper);
}
