/* SPDX-License-Identifier: ISC */
/*
 * The entries that a statement lists.  Part of atm-tui; asks nothing itself.
 */
#include "statement_list.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "../../shared/base/util.h"
#include "../base/intl.h"

#define SEARCHED 512

static const char *const accounts[STATEMENT_ACCOUNTS] = {
	[STATEMENT_BOTH] = N_("both accounts"),
	[STATEMENT_SAVINGS] = N_("savings"),
	[STATEMENT_CHECKING] = N_("checking"),
};

static const char *const kinds[STATEMENT_KINDS] = {
	[STATEMENT_ALL] = N_("everything"),
	[STATEMENT_TRANSFERS] = N_("transfers"),
	[STATEMENT_DEPOSITS] = N_("deposits"),
	[STATEMENT_WITHDRAWALS] = N_("withdrawals"),
	[STATEMENT_OTHERS] = N_("the bank's own entries"),
};

/* By HISTORY's name for a kind of entry. */
static const struct {
	const char *name;
	enum statement_kind kind;
	const char *words; /* NULL: it has another customer or account */
} entry_kinds[] = {
	{ "transfer", STATEMENT_TRANSFERS, NULL },
	{ "deposit", STATEMENT_DEPOSITS, N_("Deposited") },
	{ "withdraw", STATEMENT_WITHDRAWALS, N_("Withdrawn") },
	{ "adjust", STATEMENT_OTHERS, N_("Bank adjustment") },
	{ "reversal", STATEMENT_OTHERS, N_("Withdrawal reversed") },
};

const char *
statement_list_account(enum statement_account account)
{
	return _(accounts[account]);
}

const char *
statement_list_kind(enum statement_kind kind)
{
	return _(kinds[kind]);
}

static size_t
kind_of(const struct history_entry *entry)
{
	size_t i;

	for (i = 0; i < NELEM(entry_kinds); i++)
		if (strcmp(entry_kinds[i].name, entry->kind) == 0)
			break;
	return i;
}

/* Between the customer's own accounts it says which is the other one. */
static const char *
own_transfer(const struct history_entry *entry)
{
	if (entry->account == WIRE_SAVINGS)
		return entry->amount < 0 ? _("To checking")
					 : _("From checking");
	return entry->amount < 0 ? _("To savings") : _("From savings");
}

char *
statement_list_what(const struct history_entry *entry, const char *owner,
    char to[STATEMENT_WHAT_SIZE])
{
	size_t kind = kind_of(entry), length;

	if (kind == NELEM(entry_kinds))
		snprintf(to, STATEMENT_WHAT_SIZE, "%s", entry->kind);
	else if (entry_kinds[kind].words != NULL)
		snprintf(
		    to, STATEMENT_WHAT_SIZE, "%s", _(entry_kinds[kind].words));
	else if (strcmp(entry->other, owner) == 0)
		snprintf(to, STATEMENT_WHAT_SIZE, "%s", own_transfer(entry));
	else
		snprintf(to, STATEMENT_WHAT_SIZE,
		    entry->amount < 0 ? _("Sent to %s") : _("Received from %s"),
		    entry->other);
	if (*entry->memo != '\0') {
		length = strlen(to);
		snprintf(to + length, STATEMENT_WHAT_SIZE - length, ": %s",
		    entry->memo);
	}
	return to;
}

/* Without what not every keyboard has: case, accents, a digit's language. */
static wchar_t
plain_letter(wchar_t letter)
{
	static const wchar_t marked[] = L"áàâäãåéèêëíìîïóòôöõúùûüñçأإآىة",
			     plain[] = L"aaaaaaeeeeiiiiooooouuuuncااايه";
	const wchar_t *at;

	static_assert(sizeof(marked) == sizeof(plain), "each has its own");
	letter = (wchar_t)towlower((wint_t)text_latin_digit((int)letter));
	at = wcschr(marked, letter);
	return at == NULL ? letter : plain[at - marked];
}

static void
make_plain(wchar_t to[SEARCHED], const char *text)
{
	text_widen(text, to, SEARCHED, SEARCHED);
	for (; *to != L'\0'; to++)
		*to = plain_letter(*to);
}

static bool
has_words(const struct statement_list *list, const struct history_entry *entry)
{
	char text[SEARCHED], when[DATES_SIZE], what[STATEMENT_WHAT_SIZE],
	    amount[TEXT_MONEY_SIZE], balance[TEXT_MONEY_SIZE];
	wchar_t plain[SEARCHED], words[SEARCHED];

	if (*list->words == '\0')
		return true;
	snprintf(text, sizeof(text), "%s %s %s %s %s",
	    dates_wire(when, entry->time),
	    entry->account == WIRE_SAVINGS ? _("Savings") : _("Checking"),
	    statement_list_what(entry, list->owner, what),
	    text_money(amount, "", entry->amount),
	    text_money(balance, "", entry->balance));
	make_plain(plain, text);
	make_plain(words, list->words);
	return wcsstr(plain, words) != NULL;
}

static bool
is_wanted(const struct statement_list *list, const struct history_entry *entry)
{
	bool savings = entry->account == WIRE_SAVINGS;
	size_t kind = kind_of(entry);

	if (list->account != STATEMENT_BOTH &&
	    savings != (list->account == STATEMENT_SAVINGS))
		return false;
	if (list->kind != STATEMENT_ALL &&
	    (kind == NELEM(entry_kinds) ||
		entry_kinds[kind].kind != list->kind))
		return false;
	return has_words(list, entry);
}

void
statement_list_make(
    struct statement_list *list, const struct history_entry *entries, int count)
{
	list->count = 0;
	list->in = list->out = 0;
	for (int i = 0; i < count; i++) {
		if (!is_wanted(list, &entries[i]))
			continue;
		list->at[list->count++] = i;
		if (entries[i].amount > 0)
			list->in += entries[i].amount;
		else
			list->out -= entries[i].amount;
	}
}

void
statement_list_type(struct statement_list *list, int character)
{
	char bytes[MB_LEN_MAX];
	mbstate_t state = { 0 };
	size_t length = strlen(list->words);
	size_t n = wcrtomb(bytes, (wchar_t)character, &state);

	if (n == (size_t)-1 || length + n >= STATEMENT_WORDS)
		return;
	memcpy(list->words + length, bytes, n);
	list->words[length + n] = '\0';
}

void
statement_list_rub_out(struct statement_list *list)
{
	char *words = list->words;
	size_t length = strlen(words);

	while (length > 0 && ((unsigned char)words[--length] & 0xc0) == 0x80)
		continue;
	words[length] = '\0';
}
