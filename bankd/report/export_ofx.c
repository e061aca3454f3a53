/* SPDX-License-Identifier: ISC */
/*
 * Exports as OFX 2.1.1: a statement for each account of each customer.  A FITID
 * is the number of the entry and never changes, so that a program that reads a
 * statement again imports nothing twice.
 */
#include "export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"

#define TIME_SIZE 64
#define HOUR 3600
/* OFX requires a currency: ISO 4217 has this code for no currency. */
#define CURRENCY "XXX"

static const struct {
	const char *suffix, *type;
} accounts[] = {
	[WIRE_SAVINGS] = { "1", "SAVINGS" },
	[WIRE_CHECKING] = { "2", "CHECKING" },
};

struct statement {
	const struct export *export;
	const struct ledger_account *customer;
	enum wire_account account;
};

/* A name of letters only: some zones have only their offset as a name. */
static bool
has_name(const struct tm *tm)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";

	return tm->tm_zone[0] != '\0' &&
	    tm->tm_zone[strspn(tm->tm_zone, letters)] == '\0';
}

/*
 * The bank's time, with its offset in hours, `[-5:EST]` or `[+5.50]` (OFX
 * 2.1.1, 3.2.8).  OFX doesn't provide for the +13 and +14 of some islands, but
 * a program that uses only the day finds the right one.
 */
static const char *
ofx_time(uint64_t time_ms, char text[TIME_SIZE])
{
	struct tm tm;
	size_t length;

	zone_time(time_ms, &tm);
	length = strftime(text, TIME_SIZE, "%Y%m%d%H%M%S.000", &tm);
	if (tm.tm_gmtoff == 0)
		string_copy(text + length, "[0:GMT]", TIME_SIZE - length);
	else
		snprintf(text + length, TIME_SIZE - length, "[%+.*f%s%.20s]",
		    tm.tm_gmtoff % HOUR == 0 ? 0 : 2,
		    (double)tm.tm_gmtoff / HOUR, has_name(&tm) ? ":" : "",
		    has_name(&tm) ? tm.tm_zone : "");
	return text;
}

static void
put_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else
			fputc(*text, out);
	}
}

/* The other side as the customer sees it: where from, or where to. */
static const char *
type_of(const struct ledger_entry *entry, bool is_debit)
{
	static const char *const types[LEDGER_KIND_COUNT] = {
		[LEDGER_TRANSFER] = "XFER",
		[LEDGER_DEPOSIT] = "DEP",
		[LEDGER_WITHDRAW] = "CASH",
	};

	if (types[entry->kind] != NULL)
		return types[entry->kind];
	return is_debit ? "DEBIT" : "CREDIT";
}

static bool
put_transaction(void *context, const struct ledger_entry *entry)
{
	const struct statement *statement = context;
	FILE *out = statement->export->out;
	char posted[TIME_SIZE], amount[MONEY_TEXT_SIZE];

	for (int side = 0; side < 2; side++) {
		bool is_debit = side == 0;
		const struct ledger_posting *own =
		    is_debit ? &entry->debit : &entry->credit;
		const struct ledger_posting *other =
		    is_debit ? &entry->credit : &entry->debit;

		if (own->number != statement->customer->number ||
		    own->account != statement->account)
			continue;
		fprintf(out,
		    "<STMTTRN><TRNTYPE>%s</TRNTYPE><DTPOSTED>%s</DTPOSTED>"
		    "<TRNAMT>%s</TRNAMT><FITID>%" PRIu64 "</FITID><NAME>",
		    type_of(entry, is_debit), ofx_time(entry->time_ms, posted),
		    money_format(
			is_debit ? -entry->amount_cents : entry->amount_cents,
			amount),
		    entry->seq);
		put_text(out, other->id);
		fprintf(out, "</NAME><MEMO>%s</MEMO></STMTTRN>\n",
		    ledger_kind_name(entry->kind));
	}
	return !ferror(out);
}

static int
put_statement(struct statement *statement, uint64_t now_ms)
{
	const struct ledger_account *customer = statement->customer;
	FILE *out = statement->export->out;
	char from[TIME_SIZE], until[TIME_SIZE], balance[MONEY_TEXT_SIZE];
	int error = 0;

	fprintf(out,
	    "<STMTTRNRS><TRNUID>0</TRNUID><STATUS><CODE>0</CODE><SEVERITY>INFO"
	    "</SEVERITY></STATUS>\n<STMTRS><CURDEF>" CURRENCY
	    "</CURDEF><BANKACCTFROM><BANKID>0</BANKID><ACCTID>%s-%s</ACCTID>"
	    "<ACCTTYPE>%s</ACCTTYPE></BANKACCTFROM>\n"
	    "<BANKTRANLIST><DTSTART>%s</DTSTART><DTEND>%s</DTEND>\n",
	    customer->id, accounts[statement->account].suffix,
	    accounts[statement->account].type,
	    ofx_time(customer->opened_ms, from), ofx_time(now_ms, until));
	if (customer->last_seq != 0)
		error = store_reader_walk(statement->export->reader,
		    customer->number, customer->last_seq, 0, SIZE_MAX,
		    put_transaction, statement);
	fprintf(out,
	    "</BANKTRANLIST>\n<LEDGERBAL><BALAMT>%s</BALAMT><DTASOF>%s"
	    "</DTASOF></LEDGERBAL></STMTRS></STMTTRNRS>\n",
	    money_format(customer->cents[statement->account], balance), until);
	return error;
}

/* Copies of one moment, because a reader gives one answer at a time. */
struct customers {
	const struct export *export;
	struct ledger_account *accounts;
	size_t count, size;
	int error;
};

static bool
keep(void *context, const struct ledger_account *account, const char *name)
{
	struct customers *customers = context;
	struct ledger_account *more;

	(void)name;
	if (ledger_is_own(account->id) ||
	    (customers->export->id != NULL &&
		strcmp(customers->export->id, account->id) != 0))
		return true;
	if (customers->count == customers->size) {
		customers->size =
		    customers->size == 0 ? 64 : 2 * customers->size;
		more = reallocarray(
		    customers->accounts, customers->size, sizeof(*more));
		if (more == NULL) {
			customers->error = BANK_ENOMEM;
			return false;
		}
		customers->accounts = more;
	}
	customers->accounts[customers->count++] = *account;
	return true;
}

static int
put_all(const struct customers *customers, uint64_t now_ms)
{
	struct statement statement = { .export = customers->export };
	int error = 0;

	for (size_t i = 0; error == 0 && i < customers->count; i++) {
		statement.customer = &customers->accounts[i];
		statement.account = WIRE_SAVINGS;
		error = put_statement(&statement, now_ms);
		statement.account = WIRE_CHECKING;
		if (error == 0)
			error = put_statement(&statement, now_ms);
	}
	return error;
}

int
export_ofx(const struct export *export)
{
	struct customers customers = { .export = export };
	uint64_t now_ms = clock_real_ms();
	char now[TIME_SIZE];
	int error;

	error = store_reader_accounts(export->reader, keep, &customers);
	if (error == 0)
		error = customers.error;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
	      "<?OFX OFXHEADER=\"200\" VERSION=\"211\" SECURITY=\"NONE\" "
	      "OLDFILEUID=\"NONE\" NEWFILEUID=\"NONE\"?>\n"
	      "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE><SEVERITY>"
	      "INFO</SEVERITY></STATUS><DTSERVER>",
	    export->out);
	fputs(ofx_time(now_ms, now), export->out);
	fputs("</DTSERVER><LANGUAGE>ENG</LANGUAGE><FI><ORG>", export->out);
	put_text(export->out, export->bank);
	fputs("</ORG></FI></SONRS></SIGNONMSGSRSV1>\n<BANKMSGSRSV1>\n",
	    export->out);
	if (error == 0)
		error = put_all(&customers, now_ms);
	fputs("</BANKMSGSRSV1></OFX>\n", export->out);
	free(customers.accounts);
	return error;
}
