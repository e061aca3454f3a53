/* SPDX-License-Identifier: ISC */
/*
 * Reading a customer's history.  Part of atm-tui; asks nothing itself.
 */
#include "history.h"

#include <string.h>

#include "../../shared/terminal/text.h"
#include "../../shared/base/number.h"
#include "../../shared/wire/wire_memo.h"

static void
token_text(const struct wire_token *token, char *to, size_t size)
{
	text_clean(to, size, token->text, token->length);
}

static bool
token_cents(const struct wire_token *token, int64_t *cents)
{
	char text[32];

	token_text(token, text, sizeof(text));
	return text_cents(text, cents) == 0;
}

/* seq time kind account amount balance-after counterparty */
static bool
read_entry(const struct wire_token *line, struct history_entry *entry)
{
	struct wire_token t[WIRE_MAX_TOKENS];

	memset(entry, 0, sizeof(*entry));
	if (wire_split(line->text, line->length, t) != 7 ||
	    number_parse_bytes(
		t[0].text, t[0].length, 0, INT64_MAX, &entry->seq) != 0)
		return false;
	token_text(&t[1], entry->time, sizeof(entry->time));
	token_text(&t[2], entry->kind, sizeof(entry->kind));
	entry->account =
	    wire_token_is(&t[3], "1") ? WIRE_SAVINGS : WIRE_CHECKING;
	token_text(&t[6], entry->other, sizeof(entry->other));
	return token_cents(&t[4], &entry->amount) &&
	    token_cents(&t[5], &entry->balance);
}

/* `seq MEMO`, after the entries that it belongs to. */
static void
read_memo(
    const struct wire_token *line, struct history_entry *entries, size_t count)
{
	struct wire_token t[WIRE_MAX_TOKENS];
	char memo[WIRE_MEMO_SIZE];
	uint64_t seq;

	if (wire_split(line->text, line->length, t) != 2 ||
	    number_parse_bytes(t[0].text, t[0].length, 0, INT64_MAX, &seq) !=
		0 ||
	    wire_parse_memo(t[1].text, t[1].length, memo) != 0)
		return;
	while (count-- > 0 && entries[count].seq == seq)
		text_clean(entries[count].memo, sizeof(entries[count].memo),
		    memo, strlen(memo));
}

/* `seq WORDS`, likewise. */
static void
read_reason(
    const struct wire_token *line, struct history_entry *entries, size_t count)
{
	const char *space = memchr(line->text, ' ', line->length);
	size_t digits;
	uint64_t seq;

	if (space == NULL)
		return;
	digits = (size_t)(space - line->text);
	if (number_parse_bytes(line->text, digits, 0, INT64_MAX, &seq) != 0)
		return;
	while (count-- > 0 && entries[count].seq == seq)
		text_clean(entries[count].memo, sizeof(entries[count].memo),
		    space + 1, line->length - digits - 1);
}

size_t
history_read(const struct wire_reader *reader, struct history_entry *entries,
    size_t size)
{
	struct wire_line line;
	size_t offset = 0, count = 0;

	while (wire_next_line(reader, &offset, &line)) {
		if (wire_token_is(&line.key, "memo"))
			read_memo(&line.value, entries, count);
		else if (wire_token_is(&line.key, "reason"))
			read_reason(&line.value, entries, count);
		else if (wire_token_is(&line.key, "entry") && count < size &&
		    read_entry(&line.value, &entries[count]))
			count++;
	}
	return count;
}
