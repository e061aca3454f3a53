/* SPDX-License-Identifier: ISC */
/*
 * What the exports as XML share.
 */
#include "export_xml.h"

#include <stdlib.h>
#include <string.h>

#include "../../shared/base/array.h"
#include "../../shared/base/utf8.h"
#include "../../shared/base/util.h"

static const char *
entity_of(char byte)
{
	switch (byte) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	default:
		return NULL;
	}
}

/* U+FFFE and U+FFFF. */
static bool
is_no_character(const char *text, size_t length)
{
	return length == 3 && memcmp(text, "\xef\xbf", 2) == 0 &&
	    (unsigned char)text[2] >= 0xbe;
}

void
export_xml_text(FILE *out, const char *text, size_t most)
{
	size_t left = strlen(text), length;

	for (; left > 0 && most > 0; most--, text += length, left -= length) {
		length = utf8_length(text, left);
		if (length == 0 || is_no_character(text, length)) {
			length = length == 0 ? 1 : length;
			putc('?', out);
		} else if (entity_of(*text) != NULL)
			fputs(entity_of(*text), out);
		else
			fwrite(text, 1, length, out);
	}
}

const char *
export_xml_words(const struct ledger_entry *entry, char text[EXPORT_WORDS_SIZE])
{
	bool has_reason = entry->reason[0] != '\0';

	text[0] = '\0';
	if (entry->by[0] != '\0')
		snprintf(text, EXPORT_WORDS_SIZE, "%s%s%s, by %s",
		    entry->kind == LEDGER_ADJUST
			? "adjustment"
			: ledger_kind_name(entry->kind),
		    has_reason ? ": " : "", entry->reason, entry->by);
	return text;
}

/* Copies of one moment, because a reader gives one answer at a time. */
struct customers {
	const struct export *export;
	struct one {
		struct ledger_account account;
		char name[WIRE_NAME_SIZE];
	} * all;
	size_t count, size;
	int error;
};

static bool
keep(void *context, const struct ledger_account *account,
    const struct store_reader_holder *holder)
{
	struct customers *customers = context;
	struct one *one;

	if (ledger_is_own(account->id) ||
	    (customers->export->id != NULL &&
		strcmp(customers->export->id, account->id) != 0))
		return true;
	customers->error =
	    array_room(customers->all, customers->size, customers->count + 1);
	if (customers->error != 0)
		return false;
	one = &customers->all[customers->count++];
	one->account = *account;
	string_copy(one->name, holder->name, sizeof(one->name));
	return true;
}

int
export_xml_statements(const struct export *export, uint64_t now_ms,
    int (*each)(const struct export_statement *statement))
{
	struct customers customers = { .export = export };
	int error;

	error = store_reader_accounts(export->reader, keep, &customers);
	if (error == 0)
		error = customers.error;
	for (size_t i = 0; error == 0 && i < 2 * customers.count; i++) {
		const struct one *one = &customers.all[i / 2];
		const struct export_statement statement = { export,
			&one->account, one->name, (enum wire_account)(i % 2),
			now_ms };

		error = each(&statement);
	}
	free(customers.all);
	return error;
}

const struct ledger_posting *
export_xml_side(const struct export_statement *statement,
    const struct ledger_entry *entry, bool is_debit,
    const struct ledger_posting **other)
{
	const struct ledger_posting *own =
	    is_debit ? &entry->debit : &entry->credit;

	*other = is_debit ? &entry->credit : &entry->debit;
	return own->number == statement->customer->number &&
		own->account == statement->account
	    ? own
	    : NULL;
}
