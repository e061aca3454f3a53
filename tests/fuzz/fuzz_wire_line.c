/* SPDX-License-Identifier: ISC */
/*
 * Request lines: what wire_split() takes has just the tokens of the line, and
 * what a token parser takes is spelled as the protocol says.
 */
#include <assert.h>
#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_token(const struct wire_token *token)
{
	uint8_t txid[WIRE_TXID_SIZE];
	char text[WIRE_TXID_TEXT];
	enum wire_account account;
	int64_t cents, again;
	char money[MONEY_TEXT_SIZE];

	if (wire_token_amount(token, &cents) == 0) {
		assert(cents > 0 && cents <= MONEY_MAX_CENTS);
		money_format(cents, money);
		assert(money_parse(money, strlen(money), &again) == 0);
		assert(again == cents);
	}
	if (wire_token_account(token, &account) == 0)
		assert(token->length == 1);
	if (wire_parse_txid(token->text, token->length, txid) == 0) {
		wire_format_txid(txid, text);
		assert(wire_token_is(token, text));
	}
	if (wire_is_id(token->text, token->length))
		assert(wire_is_name(token->text, token->length));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_token tokens[WIRE_MAX_TOKENS];
	const char *line = (const char *)data, *p = line;
	int count = wire_split(line, size, tokens);

	if (wire_is_password(line, size))
		assert(size > 0 && wire_is_name(line, size));
	for (int i = 0; i < count; i++) {
		assert(tokens[i].text == p && tokens[i].length > 0);
		p += tokens[i].length + 1;
		check_token(&tokens[i]);
	}
	if (count > 0) {
		assert(p == line + size + 1);
		assert(memchr(data, '\n', size) == NULL);
	}
	return 0;
}
