/* SPDX-License-Identifier: ISC */
/*
 * Exports as CSV (RFC 4180) and as a journal for hledger(1); OFX is in
 * export_ofx.c.  Amounts have no currency, and the signs of `bankctl accounts`:
 * the sum of all is 0.
 */
#include "export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"

static bool
is_wanted(const struct export *export, const struct ledger_entry *entry)
{
	return export->id == NULL || strcmp(export->id, entry->debit.id) == 0 ||
	    strcmp(export->id, entry->credit.id) == 0;
}

/*
 * By RFC 4180: in quotes, which are doubled, where it needs them.  What a
 * spreadsheet would take for a formula begins with an apostrophe: customers
 * write memos.
 */
static void
csv_text(FILE *out, const char *text)
{
	bool quoted = strpbrk(text, "\",\r\n") != NULL;

	putc(',', out);
	if (quoted)
		putc('"', out);
	if (*text != '\0' && strchr("=+-@", *text) != NULL)
		putc('\'', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	if (quoted)
		putc('"', out);
}

/* IDs and names of kiosks contain nothing that needs quotes. */
static bool
csv_row(void *context, const struct ledger_entry *entry)
{
	const struct export *export = context;
	char time[ZONE_TIME_TEXT], amount[MONEY_TEXT_SIZE], reverses[24] = "";

	if (!is_wanted(export, entry))
		return true;
	if (entry->reverses != 0)
		snprintf(
		    reverses, sizeof(reverses), "%" PRIu64, entry->reverses);
	fprintf(export->out, "%" PRIu64 ",%s,%s,%s,%s,%s,%s,%s,%s,%s",
	    entry->seq, zone_text(entry->time_ms, time),
	    ledger_kind_name(entry->kind), entry->debit.id,
	    ledger_account_name(entry->debit.account), entry->credit.id,
	    ledger_account_name(entry->credit.account),
	    money_format(entry->amount_cents, amount), entry->kiosk, reverses);
	csv_text(export->out, entry->memo);
	csv_text(export->out, entry->by);
	csv_text(export->out, entry->reason);
	fputs("\r\n", export->out);
	return !ferror(export->out);
}

static int
export_csv(const struct export *export)
{
	fputs("seq,time,kind,from,from_account,to,to_account,amount,kiosk,"
	      "reverses,memo,by,reason\r\n",
	    export->out);
	return store_reader_entries(
	    export->reader, 0, csv_row, (void *)(uintptr_t) export);
}

/*
 * A journal being written.  hledger's strict check requires each account and
 * the commodity to be declared.  An account is declared when it is first named,
 * so that one customer's journal names only the accounts of its entries.
 */
struct journal {
	const struct export *export;
	uint8_t *declared; /* two bits for the number of an account */
	size_t size;
	int error;
};

/* `customer:chris:savings`, `cash:kiosk-1`, `adjust`. */
static void
name_account(
    const struct ledger_posting *posting, char name[LEDGER_ID_SIZE + 32])
{
	if (!ledger_is_own(posting->id)) {
		snprintf(name, LEDGER_ID_SIZE + 32, "customer:%s:%s",
		    posting->id, ledger_account_name(posting->account));
		return;
	}
	string_copy(name, posting->id + 1, LEDGER_ID_SIZE + 32);
	/* The address of a kiosk that isn't enrolled. */
	for (char *p = name; (p = strpbrk(p, "/:")) != NULL; p++)
		*p = *p == '/' ? ':' : '.';
}

static void
declare(struct journal *journal, const struct ledger_posting *posting)
{
	size_t bit = 2 * (size_t)posting->number + posting->account;
	char name[LEDGER_ID_SIZE + 32];

	if (array_room_zeroed(journal->declared, journal->size, bit / 8 + 1) !=
	    0) {
		journal->error = BANK_ENOMEM;
		return;
	}
	if (journal->declared[bit / 8] & 1 << bit % 8)
		return;
	journal->declared[bit / 8] |= (uint8_t)(1 << bit % 8);
	name_account(posting, name);
	fprintf(journal->export->out, "account %s\n", name);
}

/*
 * Writes the balance, which hledger checks, after a posting if all entries of
 * the account are in the journal.  An entry has the balances after all of it.
 * It names no account twice, so they are right for each line.
 */
static void
put_posting(const struct export *export, const struct ledger_posting *posting,
    int64_t change)
{
	char amount[MONEY_TEXT_SIZE], balance[MONEY_TEXT_SIZE];
	char name[LEDGER_ID_SIZE + 32];

	name_account(posting, name);
	fprintf(
	    export->out, "    %-48s  %s", name, money_format(change, amount));
	if (export->id == NULL || strcmp(export->id, posting->id) == 0)
		fprintf(export->out, " = %s",
		    money_format(posting->cents[posting->account], balance));
	fputc('\n', export->out);
}

/* A comma would end a tag's value, and what is behind it could be a tag. */
static void
hledger_tag(FILE *out, const char *name, const char *value)
{
	fprintf(out, "    ; %s: ", name);
	for (; *value != '\0'; value++)
		putc(*value == ',' ? ';' : *value, out);
	putc('\n', out);
}

static void
hledger_tags(FILE *out, const struct ledger_entry *entry)
{
	const char *const tags[][2] = { { "memo", entry->memo },
		{ "by", entry->by }, { "reason", entry->reason } };

	for (size_t i = 0; i < NELEM(tags); i++) {
		if (tags[i][1][0] != '\0')
			hledger_tag(out, tags[i][0], tags[i][1]);
	}
}

static bool
hledger_row(void *context, const struct ledger_entry *entry)
{
	struct journal *journal = context;
	const struct export *export = journal->export;
	char time[ZONE_TIME_TEXT];

	if (!is_wanted(export, entry))
		return true;
	declare(journal, &entry->debit);
	declare(journal, &entry->credit);
	zone_text(entry->time_ms, time);
	fprintf(export->out, "%.10s (%" PRIu64 ") %s  ; time: %s%s%s\n", time,
	    entry->seq, ledger_kind_name(entry->kind), time,
	    entry->kiosk[0] != '\0' ? ", kiosk: " : "", entry->kiosk);
	hledger_tags(export->out, entry);
	put_posting(export, &entry->debit, -entry->amount_cents);
	put_posting(export, &entry->credit, entry->amount_cents);
	fputc('\n', export->out);
	return journal->error == 0 && !ferror(export->out);
}

static int
export_hledger(const struct export *export)
{
	struct journal journal = { .export = export };
	int error;

	/* The commodity is the one without a symbol. */
	fputs("decimal-mark .\ncommodity 1000.00\n\n", export->out);
	error = store_reader_entries(export->reader, 0, hledger_row, &journal);
	free(journal.declared);
	return error != 0 ? error : journal.error;
}

static const struct {
	const char *name;
	export_format *run;
} formats[] = {
	{ "camt053", export_camt },
	{ "csv", export_csv },
	{ "hledger", export_hledger },
	{ "ofx", export_ofx },
};

export_format *
export_find(const char *name)
{
	for (size_t i = 0; i < NELEM(formats); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].run;
	}
	return NULL;
}
