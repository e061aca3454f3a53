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
#include "../../shared/base/util.h"
#include "../../shared/wire/wire_reply.h"
#include "../base/dates.h"
#include "../base/history.h"
#include "../base/intl.h"
#include "../base/options.h"

#define LINE 160

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

static void
put_pair(struct paper *paper, const char *label, const char *value)
{
	put(paper, "%s: %s\n", label, value);
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
	char when[DATES_SIZE], money[TEXT_MONEY_SIZE];

	put_head(&paper, config, id);
	put_pair(&paper, _("Date"), dates_wire(when, receipt->time));
	put_pair(&paper, _("Reference"), receipt->seq);
	put_pair(&paper, _("Kind"), receipt_kind(receipt->kind));
	put_pair(&paper, _("Account"), account_name(receipt->account));
	put_pair(
	    &paper, _("Amount"), text_money(money, currency, receipt->cents));
	if (receipt->other[0] != '\0')
		put_pair(&paper, _("To"), receipt->other);
	if (receipt->remark != NULL)
		put(&paper, "\n%s\n", _(receipt->remark));
	return paper.length;
}

static void
put_entry(struct paper *paper, const struct history_entry *entry)
{
	char when[DATES_SIZE], amount[TEXT_MONEY_SIZE];
	char balance[TEXT_MONEY_SIZE];

	put(paper, "%s  %llu %s  %s  %s  %s  %s\n",
	    dates_wire(when, entry->time), (unsigned long long)entry->seq,
	    receipt_kind(entry->kind), account_name(entry->account),
	    text_money(amount, "", entry->amount),
	    text_money(balance, "", entry->balance), entry->other);
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
	}
	*text = paper.text;
	for (size_t i = 0; i < count; i++)
		put_entry(&paper, &entries[i]);
	return 0;
}
