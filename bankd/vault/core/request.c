/* SPDX-License-Identifier: ISC */
/*
 * Reading a request (the vault's): bytes of a customer, taken apart by the
 * form that the table gives for the verb.  Knows no sockets.
 */
#include "request.h"

#include <string.h>

#include <openssl/crypto.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/number.h"
#include "../../../shared/base/util.h"

#define HISTORY_MAX 100
#define PORT_MAX 65535

static int
read_number(const struct wire_token *token, uint64_t most, uint64_t *number)
{
	return number_parse_bytes(token->text, token->length, 0, most, number);
}

static int
read_txid(struct request *request, const struct wire_token *token)
{
	return wire_parse_txid(token->text, token->length, request->txid);
}

static int
read_withdrawal(struct request *request, const struct wire_token *token)
{
	return wire_parse_txid(token->text, token->length, request->withdrawal);
}

static int
read_account(struct request *request, const struct wire_token *token)
{
	return wire_token_account(token, &request->account);
}

static int
read_to_account(struct request *request, const struct wire_token *token)
{
	request->has_to_account =
	    wire_token_account(token, &request->to_account) == 0;
	return request->has_to_account ? 0 : BANK_EINVAL;
}

static int
read_amount(struct request *request, const struct wire_token *token)
{
	return wire_token_amount(token, &request->amount_cents);
}

static int
read_recipient(struct request *request, const struct wire_token *token)
{
	if (!wire_is_id(token->text, token->length))
		return BANK_EINVAL;
	memcpy(request->recipient, token->text, token->length);
	request->recipient[token->length] = '\0';
	return 0;
}

/* `m=` and the word */
static int
read_memo(struct request *request, const struct wire_token *token)
{
	if (token->length < 2 || memcmp(token->text, "m=", 2) != 0)
		return BANK_EINVAL;
	return wire_parse_memo(
	    token->text + 2, token->length - 2, request->memo);
}

static int
read_count(struct request *request, const struct wire_token *token)
{
	uint64_t number;

	if (read_number(token, HISTORY_MAX, &number) != 0 || number == 0)
		return BANK_EINVAL;
	request->count = (unsigned)number;
	return 0;
}

static int
read_seq(struct request *request, const struct wire_token *token)
{
	request->has_before = true;
	return read_number(token, INT64_MAX, &request->before_seq);
}

static int
read_delivery(struct request *request, const struct wire_token *token)
{
	static const char *const words[] = { "udp", "tls", "off" };

	for (size_t i = 0; i < NELEM(words); i++) {
		if (wire_token_is(token, words[i])) {
			request->delivery = words[i][0];
			return 0;
		}
	}
	return BANK_EINVAL;
}

static int
read_port(struct request *request, const struct wire_token *token)
{
	uint64_t number;

	if (request->delivery != 'u' ||
	    read_number(token, PORT_MAX, &number) != 0 || number == 0)
		return BANK_EINVAL;
	request->port = (uint16_t)number;
	return 0;
}

static const struct {
	char letter;
	int (*read)(struct request *request, const struct wire_token *token);
} arguments[] = {
	{ 'x', read_txid },
	{ 'w', read_withdrawal },
	{ 'a', read_account },
	{ 't', read_to_account },
	{ 'm', read_amount },
	{ 'r', read_recipient },
	{ 'e', read_memo },
	{ 'n', read_count },
	{ 's', read_seq },
	{ 'd', read_delivery },
	{ 'p', read_port },
};

static int
read_argument(
    struct request *request, char letter, const struct wire_token *token)
{
	for (size_t i = 0; i < NELEM(arguments); i++) {
		if (arguments[i].letter == letter)
			return arguments[i].read(request, token);
	}
	return BANK_EINVAL;
}

/* One that may be missing gives way to the next, if it isn't this one. */
static int
read_arguments(struct request *request, const char *form,
    const struct wire_token *tokens, int count)
{
	bool may_end = false;

	for (; *form != '\0'; form++) {
		if (*form == '?') {
			may_end = true;
			continue;
		}
		if (count == 0)
			return may_end ? 0 : BANK_EINVAL;
		if (read_argument(request, *form, tokens) != 0) {
			if (!may_end)
				return BANK_EINVAL;
			continue;
		}
		tokens++;
		count--;
	}
	return count == 0 ? 0 : BANK_EINVAL;
}

/* After the verb and one space: the old password, LF, the new password. */
static int
read_passwords(struct request *request, const char *text, size_t length)
{
	const char *lf = memchr(text, '\n', length), *new_password;
	size_t old_length, new_length;

	if (lf == NULL)
		return BANK_EINVAL;
	new_password = lf + 1;
	old_length = (size_t)(lf - text);
	new_length = length - old_length - 1;
	if (!wire_is_password(text, old_length) ||
	    !wire_is_password(new_password, new_length))
		return BANK_EINVAL;
	memcpy(request->old_password, text, old_length);
	memcpy(request->new_password, new_password, new_length);
	return 0;
}

static const struct request_verb *
find_verb(const struct request_verb *verbs, size_t count, const char *text,
    size_t length)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(verbs[i].name) == length &&
		    memcmp(verbs[i].name, text, length) == 0)
			return &verbs[i];
	}
	return NULL;
}

int
request_read(struct request *request, const struct request_verb *verbs,
    size_t count, const char *text, size_t length)
{
	struct wire_token tokens[WIRE_MAX_TOKENS];
	const char *space = memchr(text, ' ', length);
	size_t verb_length = space != NULL ? (size_t)(space - text) : length;
	int n;

	memset(request, 0, sizeof(*request));
	request->verb = find_verb(verbs, count, text, verb_length);
	if (request->verb == NULL)
		return BANK_EINVAL;
	if ((request->verb->traits & REQUEST_PASSWORDS) != 0)
		return space == NULL ? BANK_EINVAL
				     : read_passwords(request, space + 1,
					   length - verb_length - 1);
	if ((n = wire_split(text, length, tokens)) < 1)
		return BANK_EINVAL;
	if (read_arguments(request, request->verb->form, tokens + 1, n - 1) !=
	    0)
		return BANK_EINVAL;
	/* UDP needs a port; for the others read_port() has refused one. */
	if (request->delivery == 'u' && request->port == 0)
		return BANK_EINVAL;
	return 0;
}

void
request_wipe(struct request *request)
{
	OPENSSL_cleanse(request->old_password, sizeof(request->old_password));
	OPENSSL_cleanse(request->new_password, sizeof(request->new_password));
}
