/* SPDX-License-Identifier: ISC */
/*
 * Cash reports as text: `STOCK 20:37 50:12` and `RECONCILE id txid words`.
 */
#include "wire_cash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../base/error.h"
#include "../base/number.h"
#include "../base/utf8.h"

struct rest {
	const char *text;
	size_t length;
};

/* The next word and the space behind it; false where there is no space. */
static bool
cut(struct rest *rest, struct rest *word)
{
	const char *space = memchr(rest->text, ' ', rest->length);

	if (space == NULL)
		return false;
	word->text = rest->text;
	word->length = (size_t)(space - rest->text);
	rest->text = space + 1;
	rest->length -= word->length + 1;
	return true;
}

static bool
is_word(const struct rest *word, const char *wanted)
{
	return word->length == strlen(wanted) &&
	    memcmp(word->text, wanted, word->length) == 0;
}

/* One to six digits. */
static bool
read_number(const char *text, size_t length, uint32_t least, uint32_t *number)
{
	char digits[7];
	uint64_t value;

	if (length == 0 || length >= sizeof(digits))
		return false;
	memcpy(digits, text, length);
	digits[length] = '\0';
	if (strlen(digits) != length ||
	    number_parse(digits, least, WIRE_CASH_NOTE_MAX, &value) != 0)
		return false;
	*number = (uint32_t)value;
	return true;
}

/* `20:37`, each note once. */
static bool
read_note(struct wire_cash *cash, const struct rest *word)
{
	const char *colon = memchr(word->text, ':', word->length);
	size_t i, length;

	if (colon == NULL || cash->count == WIRE_CASH_NOTES)
		return false;
	length = (size_t)(colon - word->text);
	if (!read_number(word->text, length, 1, &cash->notes[cash->count]) ||
	    !read_number(colon + 1, word->length - length - 1, 0,
		&cash->left[cash->count]))
		return false;
	for (i = 0; cash->notes[i] != cash->notes[cash->count]; i++)
		continue;
	return i == cash->count++;
}

static bool
read_stock(struct wire_cash *cash, struct rest rest)
{
	struct rest word;

	cash->is_stock = true;
	while (cut(&rest, &word))
		if (!read_note(cash, &word))
			return false;
	return read_note(cash, &rest);
}

static bool
read_case(struct wire_cash *cash, struct rest rest)
{
	struct rest id, txid;

	if (!cut(&rest, &id) || !cut(&rest, &txid) ||
	    !wire_is_id(id.text, id.length) ||
	    wire_parse_txid(txid.text, txid.length, cash->txid) != 0 ||
	    rest.length == 0 || rest.length >= sizeof(cash->words) ||
	    !utf8_is_clean(rest.text, rest.length))
		return false;
	memcpy(cash->id, id.text, id.length);
	memcpy(cash->words, rest.text, rest.length);
	return true;
}

int
wire_cash_read(struct wire_cash *cash, const char *text, size_t length)
{
	struct rest rest = { text, length }, verb;
	bool right = false;

	memset(cash, 0, sizeof(*cash));
	if (length < WIRE_CASH_TEXT && cut(&rest, &verb)) {
		if (is_word(&verb, "STOCK"))
			right = read_stock(cash, rest);
		else if (is_word(&verb, "RECONCILE"))
			right = read_case(cash, rest);
	}
	if (right)
		return 0;
	memset(cash, 0, sizeof(*cash));
	return BANK_EINVAL;
}

int
wire_cash_write(const struct wire_cash *cash, char text[WIRE_CASH_TEXT])
{
	char txid[WIRE_TXID_TEXT];
	int length, more;

	if (!cash->is_stock) {
		wire_format_txid(cash->txid, txid);
		length = snprintf(text, WIRE_CASH_TEXT, "RECONCILE %s %s %s",
		    cash->id, txid, cash->words);
		return length < WIRE_CASH_TEXT ? length : BANK_ENOSPC;
	}
	length = snprintf(text, WIRE_CASH_TEXT, "STOCK");
	for (size_t i = 0; i < cash->count; i++) {
		more = snprintf(text + length, WIRE_CASH_TEXT - (size_t)length,
		    " %" PRIu32 ":%" PRIu32, cash->notes[i], cash->left[i]);
		if (more >= WIRE_CASH_TEXT - length)
			return BANK_ENOSPC;
		length += more;
	}
	return length;
}
