/* SPDX-License-Identifier: ISC */
/*
 * A day told: on paper, to a spreadsheet, to a program.
 */
#include "day.h"

#include <inttypes.h>
#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"

#define HEAD_SIZE 96
#define RULE                                       \
	"----------------------------------------" \
	"----------------------------------------\n"

/* SEQ:HASH, as `verify --head` takes it; `-` before the first entry. */
static const char *
head_text(const struct day *day, char text[HEAD_SIZE])
{
	char chain[2 * CHAIN_SIZE + 1];

	hex_encode(day->chain, sizeof(day->chain), chain);
	if (day->last_seq == 0)
		return "-";
	snprintf(text, HEAD_SIZE, "%" PRIu64 ":%s", day->last_seq, chain);
	return text;
}

static bool
has_entries(const struct day *day)
{
	return day->first_seq <= day->last_seq;
}

static uint64_t
count(const struct day *day)
{
	return has_entries(day) ? day->last_seq - day->first_seq + 1 : 0;
}

static void
text_balance(FILE *out, const char *what, int64_t cents)
{
	char balance[MONEY_GROUPED_SIZE];

	fprintf(
	    out, "  %-20s%56s\n", what, money_format_grouped(cents, balance));
}

static void
text_account(FILE *out, const struct day_account *account)
{
	char in[MONEY_GROUPED_SIZE], money_out[MONEY_GROUPED_SIZE];

	fprintf(out, "\n%s\n", account->name);
	text_balance(out, "opening", account->opening);
	for (size_t i = 0; i < NELEM(account->sums); i++) {
		const struct day_sum *sum = &account->sums[i];

		if (sum->entries == 0)
			continue;
		fprintf(out, "  %-12s%8" PRIu64 "%19s%19s\n",
		    ledger_kind_name((enum ledger_kind)i), sum->entries,
		    money_format_grouped(sum->in, in),
		    money_format_grouped(sum->out, money_out));
	}
	text_balance(out, "closing", account->closing);
}

static void
day_text(const struct day *day, const char *bank, FILE *out)
{
	char date[ZONE_DAY_TEXT], from[ZONE_TIME_TEXT], until[ZONE_TIME_TEXT];
	char head[HEAD_SIZE];

	fprintf(out, "%s\nThe day %s%s\n\n", bank,
	    zone_day_text(day->from_ms, date),
	    day->over ? "" : ", which is not over");
	fprintf(out, "from     %s\nuntil    %s\n",
	    zone_text(day->from_ms, from), zone_text(day->until_ms, until));
	if (has_entries(day))
		fprintf(out,
		    "entries  %" PRIu64 ", from %" PRIu64 " to %" PRIu64 "\n",
		    count(day), day->first_seq, day->last_seq);
	else
		fputs("entries  none\n", out);
	fprintf(out, "head     %s\n\n  %-12s%8s%19s%19s%18s\n" RULE,
	    head_text(day, head), "", "entries", "in", "out", "balance");
	for (size_t i = 0; i < day->count; i++)
		text_account(out, &day->accounts[i]);
	fputs("\n" RULE "\nchecked by ______________________________   on "
	      "__________________\n",
	    out);
}

/* What each record of the CSV begins with. */
static void
csv_day(FILE *out, const struct day *day, const struct day_account *account,
    const char *what)
{
	char date[ZONE_DAY_TEXT], head[HEAD_SIZE];

	fprintf(out, "%s,%s,", zone_day_text(day->from_ms, date),
	    day->over ? "yes" : "no");
	if (has_entries(day))
		fprintf(out, "%" PRIu64 ",%" PRIu64 ",", day->first_seq,
		    day->last_seq);
	else
		fputs(",,", out);
	fprintf(out, "%s,%s,%s,",
	    day->last_seq != 0 ? head_text(day, head) : "", account->name,
	    what);
}

static void
csv_account(FILE *out, const struct day *day, const struct day_account *account)
{
	char in[MONEY_TEXT_SIZE], money_out[MONEY_TEXT_SIZE];

	csv_day(out, day, account, "opening");
	fprintf(out, ",,,%s\r\n", money_format(account->opening, in));
	for (size_t i = 0; i < NELEM(account->sums); i++) {
		const struct day_sum *sum = &account->sums[i];

		if (sum->entries == 0)
			continue;
		csv_day(
		    out, day, account, ledger_kind_name((enum ledger_kind)i));
		fprintf(out, "%" PRIu64 ",%s,%s,\r\n", sum->entries,
		    money_format(sum->in, in),
		    money_format(sum->out, money_out));
	}
	csv_day(out, day, account, "closing");
	fprintf(out, ",,,%s\r\n", money_format(account->closing, in));
}

static void
day_csv(const struct day *day, const char *bank, FILE *out)
{
	(void)bank;
	fputs("day,over,first,last,head,account,kind,entries,in,out,balance"
	      "\r\n",
	    out);
	for (size_t i = 0; i < day->count; i++)
		csv_account(out, day, &day->accounts[i]);
}

/* A name of the bank is UTF-8 of one line (bankd.ini(5)). */
static void
json_text(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		if ((unsigned char)*text < 0x20)
			fprintf(out, "\\u%04x", (unsigned char)*text);
		else
			putc(*text, out);
	}
	putc('"', out);
}

static void
json_account(FILE *out, const struct day_account *account)
{
	char in[MONEY_TEXT_SIZE], money_out[MONEY_TEXT_SIZE];
	const char *before = "";

	fprintf(out,
	    "{\"account\": \"%s\", \"opening\": \"%s\", \"closing\": \"%s\", "
	    "\"kinds\": [",
	    account->name, money_format(account->opening, in),
	    money_format(account->closing, money_out));
	for (size_t i = 0; i < NELEM(account->sums); i++) {
		const struct day_sum *sum = &account->sums[i];

		if (sum->entries == 0)
			continue;
		fprintf(out,
		    "%s\n  {\"kind\": \"%s\", \"entries\": %" PRIu64
		    ", \"in\": \"%s\", \"out\": \"%s\"}",
		    before, ledger_kind_name((enum ledger_kind)i), sum->entries,
		    money_format(sum->in, in),
		    money_format(sum->out, money_out));
		before = ",";
	}
	fputs("]}", out);
}

static void
json_seq(FILE *out, const char *name, const struct day *day, uint64_t seq)
{
	if (has_entries(day))
		fprintf(out, "\"%s\": %" PRIu64 ", ", name, seq);
	else
		fprintf(out, "\"%s\": null, ", name);
}

static void
day_json(const struct day *day, const char *bank, FILE *out)
{
	char date[ZONE_DAY_TEXT], from[ZONE_TIME_TEXT], until[ZONE_TIME_TEXT];
	char head[HEAD_SIZE];

	fputs("[{\"bank\": ", out);
	json_text(out, bank);
	fprintf(out,
	    ", \"day\": \"%s\", \"from\": \"%s\", \"until\": \"%s\", "
	    "\"over\": %s,\n\"entries\": %" PRIu64 ", ",
	    zone_day_text(day->from_ms, date), zone_text(day->from_ms, from),
	    zone_text(day->until_ms, until), day->over ? "true" : "false",
	    count(day));
	json_seq(out, "first", day, day->first_seq);
	json_seq(out, "last", day, day->last_seq);
	if (day->last_seq != 0)
		fprintf(out, "\"head\": \"%s\",\n", head_text(day, head));
	else
		fputs("\"head\": null,\n", out);
	fputs("\"accounts\": [", out);
	for (size_t i = 0; i < day->count; i++) {
		fputs(i > 0 ? ",\n" : "", out);
		json_account(out, &day->accounts[i]);
	}
	fputs("]}]\n", out);
}

static const struct {
	const char *name, *ending;
	day_format *put;
} formats[] = {
	{ "text", "txt", day_text },
	{ "csv", "csv", day_csv },
	{ "json", "json", day_json },
};

day_format *
day_format_find(const char *name, const char **ending)
{
	for (size_t i = 0; i < NELEM(formats); i++) {
		if (strcmp(formats[i].name, name) != 0)
			continue;
		*ending = formats[i].ending;
		return formats[i].put;
	}
	return NULL;
}
