/* SPDX-License-Identifier: ISC */
/*
 * Exports as OFX 2.1.1: a statement for each account of each customer.  A FITID
 * is the number of the entry and never changes, so that a program that reads a
 * statement again imports nothing twice.
 */
#include "export_xml.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "../../shared/base/money.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"

#define TIME_SIZE 64
#define HOUR 3600
/* What fields may have (OFX 2.1.1). */
#define ACCOUNT_MAX_CHARACTERS 22
#define NAME_MAX_CHARACTERS 32
#define ORG_MAX_CHARACTERS 32
#define MEMO_MAX_CHARACTERS 255

static const struct {
	const char *suffix, *type;
} accounts[] = {
	[WIRE_SAVINGS] = { "1", "SAVINGS" },
	[WIRE_CHECKING] = { "2", "CHECKING" },
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

/* The customer's own word, an operator's, or what kind it is. */
static const char *
memo_of(const struct ledger_entry *entry, char text[EXPORT_WORDS_SIZE])
{
	if (entry->memo[0] != '\0')
		return entry->memo;
	return export_xml_words(entry, text)[0] != '\0'
	    ? text
	    : ledger_kind_name(entry->kind);
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
	const struct export_statement *statement = context;
	FILE *out = statement->export->out;
	char posted[TIME_SIZE], amount[MONEY_TEXT_SIZE];
	char words[EXPORT_WORDS_SIZE];
	const struct ledger_posting *other;

	for (int side = 0; side < 2; side++) {
		bool is_debit = side == 0;

		if (export_xml_side(statement, entry, is_debit, &other) == NULL)
			continue;
		fprintf(out,
		    "<STMTTRN><TRNTYPE>%s</TRNTYPE><DTPOSTED>%s</DTPOSTED>"
		    "<TRNAMT>%s</TRNAMT><FITID>%" PRIu64 "</FITID><NAME>",
		    type_of(entry, is_debit), ofx_time(entry->time_ms, posted),
		    money_format(
			is_debit ? -entry->amount_cents : entry->amount_cents,
			amount),
		    entry->seq);
		export_xml_text(out, other->id, NAME_MAX_CHARACTERS);
		fputs("</NAME><MEMO>", out);
		export_xml_text(
		    out, memo_of(entry, words), MEMO_MAX_CHARACTERS);
		fputs("</MEMO></STMTTRN>\n", out);
	}
	return !ferror(out);
}

/*
 * An ACCTID has 22 characters.  A longer ID than fits is told by the account's
 * number, behind a colon, with which no ID begins.
 */
static void
put_account(FILE *out, const struct export_statement *statement)
{
	const struct ledger_account *customer = statement->customer;
	const char *suffix = accounts[statement->account].suffix;

	if (strlen(customer->id) + strlen("-1") <= ACCOUNT_MAX_CHARACTERS)
		fprintf(out, "<ACCTID>%s-%s</ACCTID>", customer->id, suffix);
	else
		fprintf(out, "<ACCTID>:%" PRIu32 "-%s</ACCTID>",
		    customer->number, suffix);
}

static int
put_statement(const struct export_statement *statement)
{
	const struct ledger_account *customer = statement->customer;
	FILE *out = statement->export->out;
	char from[TIME_SIZE], until[TIME_SIZE], balance[MONEY_TEXT_SIZE];
	int error = 0;

	fprintf(out,
	    "<STMTTRNRS><TRNUID>0</TRNUID><STATUS><CODE>0</CODE><SEVERITY>"
	    "INFO</SEVERITY></STATUS>\n<STMTRS><CURDEF>%s</CURDEF>"
	    "<BANKACCTFROM><BANKID>0</BANKID>",
	    statement->export->currency);
	put_account(out, statement);
	fprintf(out,
	    "<ACCTTYPE>%s</ACCTTYPE></BANKACCTFROM>\n"
	    "<BANKTRANLIST><DTSTART>%s</DTSTART><DTEND>%s</DTEND>\n",
	    accounts[statement->account].type,
	    ofx_time(customer->opened_ms, from),
	    ofx_time(statement->now_ms, until));
	if (customer->last_seq != 0)
		error = store_reader_walk(statement->export->reader,
		    &(struct store_walk) { .number = customer->number,
			.newest = customer->last_seq,
			.count = SIZE_MAX },
		    put_transaction, (void *)(uintptr_t)statement);
	fprintf(out,
	    "</BANKTRANLIST>\n<LEDGERBAL><BALAMT>%s</BALAMT><DTASOF>%s"
	    "</DTASOF></LEDGERBAL></STMTRS></STMTTRNRS>\n",
	    money_format(customer->cents[statement->account], balance), until);
	return error;
}

int
export_ofx(const struct export *export)
{
	uint64_t now_ms = clock_real_ms();
	char now[TIME_SIZE];
	int error;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
	      "<?OFX OFXHEADER=\"200\" VERSION=\"211\" SECURITY=\"NONE\" "
	      "OLDFILEUID=\"NONE\" NEWFILEUID=\"NONE\"?>\n"
	      "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE><SEVERITY>"
	      "INFO</SEVERITY></STATUS><DTSERVER>",
	    export->out);
	fputs(ofx_time(now_ms, now), export->out);
	fputs("</DTSERVER><LANGUAGE>ENG</LANGUAGE><FI><ORG>", export->out);
	export_xml_text(export->out, export->bank, ORG_MAX_CHARACTERS);
	fputs("</ORG></FI></SONRS></SIGNONMSGSRSV1>\n<BANKMSGSRSV1>\n",
	    export->out);
	error = export_xml_statements(export, now_ms, put_statement);
	fputs("</BANKMSGSRSV1></OFX>\n", export->out);
	return error;
}
