/* SPDX-License-Identifier: ISC */
/*
 * What stands on a receipt.  Part of atm-tui; pure.
 */
#include "receipt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/terminal/text.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire_reply.h"
#include "../base/dates.h"
#include "../base/history.h"
#include "../base/intl.h"
#include "../base/options.h"

#define LINE 480 /* bytes of an entry, isolates and all */

static const struct {
	const char *verb, *kind, *words;
} kinds[] = {
	{ "1", "transfer", N_("transfer") },
	{ "DEPOSIT", "deposit", N_("deposit") },
	{ "WITHDRAW", "withdraw", N_("withdrawal") },
	{ "-", "adjust", N_("adjustment") },
	{ "-", "reversal", N_("reversal") },
};

const char *
receipt_kind(const char *kind)
{
	for (size_t i = 0; i < NELEM(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return _(kinds[i].words);
	return kind;
}

bool
receipt_read(struct receipt *receipt, const char *verb,
    enum wire_account account, int64_t cents, const char *other,
    const struct wire_reader *reply)
{
	char balance[MONEY_TEXT_SIZE];

	memset(receipt, 0, sizeof(*receipt));
	if (reply->code != wire_reply_code(WIRE_DONE))
		return false;
	for (size_t i = 0; i < NELEM(kinds); i++)
		if (strcmp(kinds[i].verb, verb) == 0)
			string_copy(receipt->kind, kinds[i].kind,
			    sizeof(receipt->kind));
	receipt->account = account;
	receipt->cents = cents;
	string_copy(receipt->other, other, sizeof(receipt->other));
	text_value(reply, "seq", receipt->seq, sizeof(receipt->seq));
	text_value(reply, "time", receipt->time, sizeof(receipt->time));
	text_value(reply, account == WIRE_SAVINGS ? "savings" : "checking",
	    balance, sizeof(balance));
	receipt->has_balance = text_cents(balance, &receipt->balance) == 0;
	return receipt->seq[0] != '\0';
}

char *
receipt_masked_id(const char *id, char out[WIRE_ID_SIZE])
{
	size_t length = strlen(id), shown = length / 2;

	if (shown > 4)
		shown = 4;
	string_copy(out, id, WIRE_ID_SIZE);
	for (size_t i = 0; i + shown < length && out[i] != '\0'; i++)
		out[i] = '*';
	return out;
}

struct paper {
	char *text;
	size_t size, length;
};

static void __attribute__((format(printf, 2, 3)))
put(struct paper *paper, const char *format, ...)
{
	size_t room = paper->size - paper->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length =
	    vsnprintf(paper->text + paper->length, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		paper->length +=
		    (size_t)length < room ? (size_t)length : room - 1;
}

static const char *const labels[] = { N_("Kiosk"), N_("Customer"), N_("Date"),
	N_("Reference"), N_("Kind"), N_("Account"), N_("Amount"), N_("Balance"),
	N_("To"), N_("Message") };

enum cell { CELL_LEFT, CELL_RIGHT, CELL_MESSAGE };

/*
 * A cell of so many columns; amounts stand at its right end, where a cell of
 * Arabic begins.  An isolate (Unicode Annex 9), and a mark for a printer that
 * knows none, keep an amount, a date or an ID in its own order; a message is
 * in that of its first letter.
 */
static void
put_cell(struct paper *paper, const char *text, int columns, enum cell cell)
{
	bool arabic = intl_is_right_to_left();
	bool isolated = arabic && text_is_utf8();
	const char *isolate = cell == CELL_MESSAGE ? "\u2068" : "\u2066\u200e";
	int free = columns - text_width(text);
	int before = cell == CELL_RIGHT && !arabic && free > 0 ? free : 0;
	int after = before == 0 && free > 0 ? free : 0;

	put(paper, "%*s%s%s%s%*s", before, "", isolated ? isolate : "", text,
	    isolated ? "\u2069" : "", after, "");
}

/* Values stand below each other. */
static void
put_value(
    struct paper *paper, const char *label, const char *value, enum cell cell)
{
	int widest = 0, width;

	for (size_t i = 0; i < NELEM(labels); i++) {
		width = text_width(_(labels[i]));
		if (width > widest)
			widest = width;
	}
	put(paper, "%s:%*s", label, widest - text_width(label) + 1, "");
	put_cell(paper, value, 0, cell);
	put(paper, "\n");
}

static void
put_pair(struct paper *paper, const char *label, const char *value)
{
	put_value(paper, label, value, CELL_LEFT);
}

/* Who, and where: on every paper. */
static void
put_head(struct paper *paper, const struct config *config, const char *id)
{
	const char *kiosk = config_string(config, KIOSK_NAME);
	char masked[WIRE_ID_SIZE];

	put(paper, "%s\n\n", config_string(config, SCREEN_BANK_NAME));
	put_pair(paper, _("Kiosk"), *kiosk == '\0' ? "-" : kiosk);
	put_pair(paper, _("Customer"), receipt_masked_id(id, masked));
}

static const char *
account_name(enum wire_account account)
{
	return account == WIRE_SAVINGS ? _("Savings") : _("Checking");
}

size_t
receipt_write(const struct receipt *receipt, const struct config *config,
    const char *id, char out[RECEIPT_SIZE])
{
	struct paper paper = { out, RECEIPT_SIZE, 0 };
	const char *currency = config_string(config, SCREEN_CURRENCY);
	char when[DATES_SIZE], money[TEXT_MONEY_SIZE], seq[TEXT_NUMBER_SIZE];

	put_head(&paper, config, id);
	put_pair(&paper, _("Date"), dates_wire(when, receipt->time));
	string_copy(seq, receipt->seq, sizeof(seq));
	put_pair(&paper, _("Reference"), text_digits(seq, sizeof(seq)));
	put_pair(&paper, _("Kind"), receipt_kind(receipt->kind));
	put_pair(&paper, _("Account"), account_name(receipt->account));
	put_pair(
	    &paper, _("Amount"), text_money(money, currency, receipt->cents));
	if (receipt->has_balance)
		put_pair(&paper, _("Balance"),
		    text_money(money, currency, receipt->balance));
	if (receipt->other[0] != '\0')
		put_pair(&paper, _("To"), receipt->other);
	if (receipt->memo[0] != '\0')
		put_value(&paper, _("Message"), receipt->memo, CELL_MESSAGE);
	if (receipt->remark != NULL)
		put(&paper, "\n%s\n", _(receipt->remark));
	return paper.length;
}

/* The columns of a statement; a longer text moves what follows it. */
enum { WHEN, SEQ, KIND, ACCOUNT, AMOUNT, BALANCE, OTHER, MEMO, COLUMNS };

static const struct {
	const char *heading;
	int least; /* columns */
	enum cell cell;
} columns[COLUMNS] = {
	[WHEN] = { N_("Date"), 17, CELL_LEFT },
	[SEQ] = { N_("Reference"), 6, CELL_RIGHT },
	[KIND] = { N_("Kind"), 0, CELL_LEFT },
	[ACCOUNT] = { N_("Account"), 0, CELL_LEFT },
	[AMOUNT] = { N_("Amount"), 13, CELL_RIGHT },
	[BALANCE] = { N_("Balance"), 13, CELL_RIGHT },
	[OTHER] = { N_("Description"), 0, CELL_LEFT },
	[MEMO] = { "", 0, CELL_MESSAGE },
};

static int
wider(int width, const char *text)
{
	int other = text_width(text);

	return other > width ? other : width;
}

/* What may stand there decides, so that all pages have the same columns. */
static int
column_width(size_t column)
{
	int width = columns[column].least;

	if (column >= OTHER)
		return 0;
	width = wider(width, _(columns[column].heading));
	for (size_t i = 0; column == KIND && i < NELEM(kinds); i++)
		width = wider(width, _(kinds[i].words));
	if (column == ACCOUNT) {
		width = wider(width, account_name(WIRE_SAVINGS));
		width = wider(width, account_name(WIRE_CHECKING));
	}
	return width;
}

static void
put_row(struct paper *paper, const char *const cells[COLUMNS])
{
	for (size_t i = 0; i < COLUMNS && *cells[i] != '\0'; i++) {
		if (i > 0)
			put(paper, "  ");
		put_cell(paper, cells[i], column_width(i), columns[i].cell);
	}
	put(paper, "\n");
}

static void
put_headings(struct paper *paper)
{
	const char *cells[COLUMNS];

	for (size_t i = 0; i < COLUMNS; i++)
		cells[i] = i == MEMO ? "" : _(columns[i].heading);
	put_row(paper, cells);
}

static void
put_entry(struct paper *paper, const struct history_entry *entry)
{
	char when[DATES_SIZE], seq[TEXT_NUMBER_SIZE];
	char amount[TEXT_MONEY_SIZE], balance[TEXT_MONEY_SIZE];
	const char *const cells[COLUMNS] = {
		[WHEN] = dates_wire(when, entry->time),
		[SEQ] = text_number(seq, entry->seq),
		[KIND] = receipt_kind(entry->kind),
		[ACCOUNT] = account_name(entry->account),
		[AMOUNT] = text_money(amount, "", entry->amount),
		[BALANCE] = text_money(balance, "", entry->balance),
		[OTHER] = entry->other,
		[MEMO] = entry->memo,
	};

	put_row(paper, cells);
}

int
receipt_add_entries(char **text, const struct config *config, const char *id,
    const struct history_entry *entries, size_t count)
{
	size_t length = *text == NULL ? 0 : strlen(*text);
	size_t size = length + RECEIPT_SIZE + count * LINE;
	char now[WIRE_TIME_TEXT], when[DATES_SIZE];
	struct paper paper = { realloc(*text, size), size, length };

	if (paper.text == NULL)
		return BANK_ENOMEM;
	if (*text == NULL) {
		put_head(&paper, config, id);
		wire_format_time(clock_real_ms(), now);
		put_pair(&paper, _("Date"), dates_wire(when, now));
		put(&paper, "%s\n\n", _("Statement"));
		put_headings(&paper);
	}
	*text = paper.text;
	for (size_t i = 0; i < count; i++)
		put_entry(&paper, &entries[i]);
	return 0;
}
