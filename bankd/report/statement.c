/* SPDX-License-Identifier: ISC */
/*
 * Statements.  The walk through an account's entries leads back, so their
 * numbers are noted first, and each is looked up again in order.
 */
#include "statement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/array.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "../../shared/base/utf8.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"

#define WORDS_WIDTH 72
#define WORDS_SIZE 512
#define RULE                                       \
	"----------------------------------------" \
	"----------------------------------------\n"

struct statement {
	struct store_reader *reader;
	struct search search;
	FILE *out;
	struct ledger_account account;
	char name[WIRE_NAME_SIZE];
	bool found;
	uint64_t *seqs; /* of its entries, the newest first */
	size_t count, size;
	int64_t opening[2], balance[2];
	enum wire_account section; /* the account that is being written */
	int error;
};

static bool
find_account(void *context, const struct ledger_account *account,
    const struct store_reader_holder *holder)
{
	struct statement *statement = context;

	if (ledger_is_own(account->id) ||
	    strcmp(account->id, statement->search.account) != 0)
		return true;
	statement->account = *account;
	string_copy(statement->name, holder->name, sizeof(statement->name));
	statement->search.number = account->number;
	statement->search.newest_seq = account->last_seq;
	statement->found = true;
	return false;
}

static bool
note_seq(void *context, const struct ledger_entry *entry)
{
	struct statement *statement = context;

	statement->error =
	    array_room(statement->seqs, statement->size, statement->count + 1);
	if (statement->error == 0)
		statement->seqs[statement->count++] = entry->seq;
	return statement->error == 0;
}

/* The newest before the first: its balances are what was there. */
static bool
note_opening(void *context, const struct ledger_entry *entry)
{
	struct statement *statement = context;
	const struct ledger_posting *own =
	    entry->debit.number == statement->account.number ? &entry->debit
							     : &entry->credit;

	memcpy(statement->opening, own->cents, sizeof(statement->opening));
	return false;
}

static int
read_entries(struct statement *statement)
{
	struct search before = statement->search;
	int error = 0;

	before.until_ms = before.since_ms;
	before.since_ms = 0;
	if (before.until_ms != 0)
		error = search_entries(
		    &before, statement->reader, note_opening, statement);
	if (error == 0)
		error = search_entries(
		    &statement->search, statement->reader, note_seq, statement);
	return error != 0 ? error : statement->error;
}

/* In lines of at most WORDS_WIDTH characters, broken at spaces. */
static void
put_words(FILE *out, const char *words)
{
	size_t length, fits, space, width;

	while (*words != '\0') {
		length = strlen(words);
		fits = space = width = 0;
		while (fits < length && width++ < WORDS_WIDTH) {
			fits += utf8_length(words + fits, length - fits);
			if (words[fits] == ' ' || words[fits] == '\0')
				space = fits;
		}
		if (space != 0)
			fits = space;
		fprintf(out, "        %.*s\n", (int)fits, words);
		words += fits + (words[fits] == ' ');
	}
}

/* What was done, as a bank says it. */
static void
name_entry(const struct ledger_entry *entry, bool is_debit,
    char words[WORDS_SIZE], size_t *length)
{
	const struct ledger_posting *other =
	    is_debit ? &entry->credit : &entry->debit;
	static const char *const names[] = { [LEDGER_TRANSFER] = "transfer",
		[LEDGER_DEPOSIT] = "deposit",
		[LEDGER_WITHDRAW] = "withdrawal",
		[LEDGER_ADJUST] = "adjustment",
		[LEDGER_REVERSAL] = "reversal" };
	const char *name = names[entry->kind];
	int n;

	if (entry->kind != LEDGER_TRANSFER)
		n = snprintf(words, WORDS_SIZE, "%s", name);
	else if (entry->debit.number == entry->credit.number)
		n = snprintf(words, WORDS_SIZE, "%s %s own %s", name,
		    is_debit ? "to" : "from",
		    ledger_account_name(other->account));
	else
		n = snprintf(words, WORDS_SIZE, "%s %s %s", name,
		    is_debit ? "to" : "from", other->id);
	if (entry->reverses != 0)
		n += snprintf(words + n, WORDS_SIZE - (size_t)n,
		    " of entry %" PRIu64, entry->reverses);
	if (entry->kiosk[0] != '\0' && entry->kind != LEDGER_TRANSFER)
		n += snprintf(
		    words + n, WORDS_SIZE - (size_t)n, " at %s", entry->kiosk);
	*length = (size_t)n;
}

/* One side of an entry, and its words: the customer's, then the operator's. */
static void
put_side(struct statement *statement, const struct ledger_entry *entry,
    bool is_debit)
{
	const struct ledger_posting *own =
	    is_debit ? &entry->debit : &entry->credit;
	const char *const texts[] = { entry->memo, entry->reason };
	int64_t change = is_debit ? -entry->amount_cents : entry->amount_cents;
	int64_t *balance = &statement->balance[own->account];
	char time[ZONE_TIME_TEXT], amount[MONEY_GROUPED_SIZE];
	char after[MONEY_GROUPED_SIZE], words[WORDS_SIZE];
	size_t length;

	if (own->account != statement->section)
		return;
	*balance += change;
	if (*balance != own->cents[own->account])
		statement->error = BANK_EDAMAGED;
	zone_text(entry->time_ms, time);
	fprintf(statement->out, "  %.10s %.8s  entry %-12" PRIu64 "%18s%21s\n",
	    time, time + 11, entry->seq, money_format_grouped(change, amount),
	    money_format_grouped(*balance, after));
	name_entry(entry, is_debit, words, &length);
	for (size_t i = 0; i < NELEM(texts); i++)
		if (texts[i][0] != '\0')
			length += (size_t)snprintf(words + length,
			    sizeof(words) - length, ": %s", texts[i]);
	put_words(statement->out, words);
}

static bool
put_entry(void *context, const struct ledger_entry *entry)
{
	struct statement *statement = context;

	if (entry->debit.number == statement->account.number)
		put_side(statement, entry, true);
	if (entry->credit.number == statement->account.number)
		put_side(statement, entry, false);
	return false;
}

static int
put_section(struct statement *statement, enum wire_account section)
{
	char balance[MONEY_GROUPED_SIZE];
	int error = 0;

	statement->section = section;
	fprintf(statement->out, "\n%s\n  %-40s%38s\n",
	    section == WIRE_SAVINGS ? "Savings" : "Checking", "opening",
	    money_format_grouped(statement->opening[section], balance));
	for (size_t i = statement->count;
	     i-- > 0 && error == 0 && statement->error == 0;)
		error = store_reader_walk(statement->reader,
		    &(struct store_walk) { .number = statement->account.number,
			.newest = statement->seqs[i],
			.count = 1 },
		    put_entry, statement);
	fprintf(statement->out, "  %-40s%38s\n", "closing",
	    money_format_grouped(statement->balance[section], balance));
	return error != 0 ? error : statement->error;
}

static void
put_head(const struct statement *statement, const char *bank, uint64_t now_ms)
{
	const struct ledger_account *account = &statement->account;
	const struct search *search = &statement->search;
	char text[ZONE_TIME_TEXT];
	uint64_t from_ms, until_ms;

	fprintf(statement->out, "%s\nStatement of account\n\n", bank);
	if (statement->name[0] != '\0')
		fprintf(statement->out, "holder   %s\n", statement->name);
	fprintf(statement->out, "account  %s\nopened   %s\n", account->id,
	    zone_text(account->opened_ms, text));
	if (account->closed_ms != 0)
		fprintf(statement->out, "closed   %s\n",
		    zone_text(account->closed_ms, text));
	/* One that ends before the account, or begins after now, is empty. */
	until_ms = search->until_ms < now_ms ? search->until_ms : now_ms;
	from_ms = search->since_ms > account->opened_ms ? search->since_ms
							: account->opened_ms;
	fprintf(statement->out, "from     %s\n",
	    zone_text(from_ms < until_ms ? from_ms : until_ms, text));
	fprintf(statement->out, "until    %s\n", zone_text(until_ms, text));
	fprintf(statement->out, "entries  %zu\n\n  %-40s%17s%21s\n" RULE,
	    statement->count, "", "amount", "balance");
}

int
statement_text(struct store_reader *reader, const struct search *search,
    const char *bank, FILE *out)
{
	struct statement statement = {
		.reader = reader, .search = *search, .out = out
	};
	uint64_t now_ms = clock_real_ms();
	int error;

	error = store_reader_accounts(reader, find_account, &statement);
	if (error == 0 && !statement.found)
		error = BANK_ENOTFOUND;
	if (error == 0)
		error = read_entries(&statement);
	if (error == 0) {
		put_head(&statement, bank, now_ms);
		memcpy(statement.balance, statement.opening,
		    sizeof(statement.balance));
		error = put_section(&statement, WIRE_SAVINGS);
	}
	if (error == 0)
		error = put_section(&statement, WIRE_CHECKING);
	if (error == 0)
		fputs("\n" RULE, out);
	free(statement.seqs);
	return error;
}
