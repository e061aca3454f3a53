/* SPDX-License-Identifier: ISC */
/*
 * Exports as camt.053.001.08, the BankToCustomerStatement of ISO 20022: a
 * statement for each account of each customer, from its opening on, so that
 * the first balance is 0.  Codes are those of ISO's external code sets.
 */
#include "export_xml.h"

#include <inttypes.h>
#include <string.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/money.h"
#include "../../shared/base/zone.h"

/* Max140Text and Max500Text. */
#define NAME_CHARACTERS 140
#define MEMO_CHARACTERS 140
#define NOTE_CHARACTERS 500

/* ExternalCashAccountType1Code */
static const char *const account_types[] = {
	[WIRE_SAVINGS] = "SVGS", [WIRE_CHECKING] = "CACC"
};

/*
 * Family and subfamily below PMNT (ExternalBankTransactionFamily1Code and
 * ...SubFamily1Code) of what the account paid, and of what it received.  A
 * reversal has those of the withdrawal that it takes back.
 */
static const struct {
	const char *paid[2], *received[2];
} codes[LEDGER_KIND_COUNT] = {
	[LEDGER_TRANSFER] = { { "ICDT", "BOOK" }, { "RCDT", "BOOK" } },
	[LEDGER_DEPOSIT] = { { "CNTR", "CDPT" }, { "CNTR", "CDPT" } },
	[LEDGER_WITHDRAW] = { { "CNTR", "CWDL" }, { "CNTR", "CWDL" } },
	[LEDGER_ADJUST] = { { "MDOP", "ADJT" }, { "MCOP", "ADJT" } },
	[LEDGER_REVERSAL] = { { "CNTR", "CWDL" }, { "CNTR", "CWDL" } },
};

static void
put_element(FILE *out, const char *name, const char *text, size_t most)
{
	fprintf(out, "<%s>", name);
	export_xml_text(out, text, most);
	fprintf(out, "</%s>", name);
}

/* The customer on the other side, as debtor or creditor. */
static void
put_party(FILE *out, const char *role, const struct ledger_posting *party)
{
	fprintf(out,
	    "<%s><Pty><Nm>%s</Nm></Pty></%s><%sAcct><Id><Othr><Id>%s-%d"
	    "</Id></Othr></Id></%sAcct>",
	    role, party->id, role, role, party->id, (int)party->account + 1,
	    role);
}

static void
put_details(FILE *out, const struct ledger_entry *entry)
{
	static const uint8_t no_txid[WIRE_TXID_SIZE];
	char txid[WIRE_TXID_TEXT];

	fputs("<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId>",
	    out);
	wire_format_txid(entry->txid, txid);
	if (memcmp(entry->txid, no_txid, sizeof(no_txid)) != 0)
		fprintf(out, "<TxId>%s</TxId>", txid);
	fputs("</Refs>", out);
	if (entry->kind == LEDGER_TRANSFER) {
		fputs("<RltdPties>", out);
		put_party(out, "Dbtr", &entry->debit);
		put_party(out, "Cdtr", &entry->credit);
		fputs("</RltdPties>", out);
	}
	if (entry->memo[0] != '\0') {
		fputs("<RmtInf>", out);
		put_element(out, "Ustrd", entry->memo, MEMO_CHARACTERS);
		fputs("</RmtInf>", out);
	}
	if (entry->reason[0] != '\0')
		put_element(out, "AddtlTxInf", entry->reason, NOTE_CHARACTERS);
	fputs("</TxDtls></NtryDtls>", out);
}

static bool
put_entry(void *context, const struct ledger_entry *entry)
{
	const struct export_statement *statement = context;
	FILE *out = statement->export->out;
	char amount[MONEY_TEXT_SIZE], time[ZONE_TIME_TEXT];
	char words[EXPORT_WORDS_SIZE];
	const struct ledger_posting *other;
	const char *note;

	for (int side = 0; side < 2; side++) {
		bool is_debit = side == 0;
		const char *const *code = is_debit
		    ? codes[entry->kind].paid
		    : codes[entry->kind].received;

		if (export_xml_side(statement, entry, is_debit, &other) == NULL)
			continue;
		zone_text(entry->time_ms, time);
		fprintf(out,
		    "<Ntry><NtryRef>%" PRIu64 "</NtryRef><Amt "
		    "Ccy=\"%s\">%s</Amt><CdtDbtInd>%s</CdtDbtInd>"
		    "%s<Sts><Cd>BOOK</Cd></Sts>"
		    "<BookgDt><DtTm>%s</DtTm></BookgDt><ValDt><Dt>%.10s</Dt>"
		    "</ValDt><AcctSvcrRef>%" PRIu64 "</AcctSvcrRef><BkTxCd>"
		    "<Domn><Cd>PMNT</Cd><Fmly><Cd>%s</Cd><SubFmlyCd>%s"
		    "</SubFmlyCd></Fmly></Domn></BkTxCd>",
		    entry->seq, statement->export->currency,
		    money_format(entry->amount_cents, amount),
		    is_debit ? "DBIT" : "CRDT",
		    /* Present only where an entry is one. */
		    entry->kind == LEDGER_REVERSAL ? "<RvslInd>true</RvslInd>"
						   : "",
		    time, time, entry->seq, code[0], code[1]);
		put_details(out, entry);
		note = export_xml_words(entry, words)[0] != '\0' ? words
								 : entry->kiosk;
		if (note[0] != '\0')
			put_element(out, "AddtlNtryInf", note, NOTE_CHARACTERS);
		fputs("</Ntry>\n", out);
	}
	return !ferror(out);
}

/* OPBD or CLBD (ExternalBalanceType1Code). */
static void
put_balance(const struct export *export, const char *type, int64_t cents,
    uint64_t time_ms)
{
	char amount[MONEY_TEXT_SIZE], day[ZONE_DAY_TEXT];

	fprintf(export->out,
	    "<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt "
	    "Ccy=\"%s\">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>%s"
	    "</Dt></Dt></Bal>\n",
	    type, export->currency, money_format(cents, amount),
	    zone_day_text(time_ms, day));
}

static void
put_account(FILE *out, const struct export_statement *statement)
{
	const struct ledger_account *customer = statement->customer;

	fprintf(out,
	    "<Acct><Id><Othr><Id>%s-%d</Id></Othr></Id><Tp><Cd>%s</Cd></Tp>"
	    "<Ccy>%s</Ccy><Ownr>",
	    customer->id, (int)statement->account + 1,
	    account_types[statement->account], statement->export->currency);
	put_element(out, "Nm",
	    statement->name[0] != '\0' ? statement->name : customer->id,
	    NAME_CHARACTERS);
	fputs("</Ownr><Svcr><FinInstnId>", out);
	put_element(out, "Nm", statement->export->bank, NAME_CHARACTERS);
	fputs("</FinInstnId></Svcr></Acct>\n", out);
}

static int
put_statement(const struct export_statement *statement)
{
	const struct ledger_account *customer = statement->customer;
	FILE *out = statement->export->out;
	char from[ZONE_TIME_TEXT], until[ZONE_TIME_TEXT];
	int error = 0;

	zone_text(customer->opened_ms, from);
	zone_text(statement->now_ms, until);
	fprintf(out,
	    "<Stmt><Id>%" PRIu64 "-%" PRIu32
	    "-%d</Id><CreDtTm>%s</CreDtTm><FrToDt><FrDtTm>%s"
	    "</FrDtTm><ToDtTm>%s</ToDtTm></FrToDt>\n",
	    statement->now_ms, customer->number, (int)statement->account + 1,
	    until, from, until);
	put_account(out, statement);
	put_balance(statement->export, "OPBD", 0, customer->opened_ms);
	put_balance(statement->export, "CLBD",
	    customer->cents[statement->account], statement->now_ms);
	if (customer->last_seq != 0)
		error = store_reader_walk(statement->export->reader,
		    &(struct store_walk) { .number = customer->number,
			.newest = customer->last_seq,
			.count = SIZE_MAX },
		    put_entry, (void *)(uintptr_t)statement);
	fputs("</Stmt>\n", out);
	return error;
}

int
export_camt(const struct export *export)
{
	uint64_t now_ms = clock_real_ms();
	char now[ZONE_TIME_TEXT];
	int error;

	fprintf(export->out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\""
	    "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n"
	    "<BkToCstmrStmt><GrpHdr><MsgId>%" PRIu64 "</MsgId><CreDtTm>%s"
	    "</CreDtTm></GrpHdr>\n",
	    now_ms, zone_text(now_ms, now));
	error = export_xml_statements(export, now_ms, put_statement);
	fputs("</BkToCstmrStmt>\n</Document>\n", export->out);
	return error;
}
