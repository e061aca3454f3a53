/* SPDX-License-Identifier: ISC */
/*
 * What a customer usually does.  Part of atm-tui; asks nothing itself.
 */
#include "past.h"

#include <string.h>

#include "../../shared/base/util.h"
#include "../../shared/terminal/text.h"

void
past_add_payee(struct past *past, const char *id)
{
	struct payee payee = { .name = "" };
	size_t at = 0;

	string_copy(payee.id, id, sizeof(payee.id));
	while (at < past->payee_count && strcmp(past->payees[at].id, id) != 0)
		at++;
	if (at < past->payee_count)
		payee = past->payees[at];
	if (at == PAST_PAYEES)
		at--;
	else if (at == past->payee_count)
		past->payee_count++;
	memmove(
	    &past->payees[1], &past->payees[0], at * sizeof(past->payees[0]));
	past->payees[0] = payee;
}

static struct payee *
find(struct past *past, const struct wire_token *id)
{
	for (size_t i = 0; i < past->payee_count; i++)
		if (wire_token_is(id, past->payees[i].id))
			return &past->payees[i];
	return NULL;
}

void
past_read_names(struct past *past, const struct wire_reader *reader)
{
	struct wire_line line;
	struct wire_token id;
	struct payee *payee;
	const char *space;
	size_t offset = 0;

	while (wire_next_line(reader, &offset, &line)) {
		space = memchr(line.value.text, ' ', line.value.length);
		if (!wire_token_is(&line.key, "payee") || space == NULL)
			continue;
		id = (struct wire_token) { line.value.text,
			(size_t)(space - line.value.text) };
		payee = find(past, &id);
		if (payee != NULL)
			text_clean(payee->name, sizeof(payee->name), space + 1,
			    line.value.length - id.length - 1);
	}
}

const char *
past_name(const struct past *past, const char *id)
{
	for (size_t i = 0; i < past->payee_count; i++)
		if (strcmp(past->payees[i].id, id) == 0)
			return past->payees[i].name;
	return "";
}

void
past_add_amount(struct past *past, int64_t cents)
{
	size_t at = 0;

	while (at < past->amount_count && past->cents[at] != cents)
		at++;
	if (at == PAST_AMOUNTS)
		at--;
	else if (at == past->amount_count)
		past->amount_count++;
	memmove(&past->cents[1], &past->cents[0], at * sizeof(past->cents[0]));
	past->cents[0] = cents;
}

void
past_read(struct past *past, const struct history_entry *entries, size_t count,
    const char *id)
{
	const struct history_entry *entry;

	while (count-- > 0) {
		entry = &entries[count];
		if (entry->amount >= 0)
			continue;
		if (strcmp(entry->kind, "withdraw") == 0)
			past_add_amount(past, -entry->amount);
		else if (strcmp(entry->kind, "transfer") == 0 &&
		    strcmp(entry->other, id) != 0)
			past_add_payee(past, entry->other);
	}
}
