/* SPDX-License-Identifier: ISC */
/*
 * The bank's replies: the table of codes and texts, and writing a reply (the
 * vault, and the front for its few `E`).  Writes only into the caller's
 * buffer.
 */
#include "wire_reply.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../base/error.h"
#include "../base/money.h"
#include "../base/util.h"

#define CODE_SIZE 4 /* three digits and the character after them */

static const struct reply {
	int code;
	const char *text;
} replies[] = {
	[WIRE_LOGIN_OK] = { 200, "ID and password are correct" },
	[WIRE_RESUMED] = { 200, "session resumed" },
	[WIRE_OPENED] = { 200, "account opened" },
	[WIRE_DONE] = { 200, "your transaction is successful" },
	[WIRE_BALANCES] = { 200, "balances" },
	[WIRE_GOODBYE] = { 200, "goodbye" },
	[WIRE_ENTRIES] = { 200, "entries" },
	[WIRE_DETAILS] = { 200, "details" },
	[WIRE_PASSWORD_CHANGED] = { 200, "password changed" },
	[WIRE_CLOSED] = { 200, "account closed" },
	[WIRE_NOTICES] = { 200, "notices" },
	[WIRE_PONG] = { 200, "pong" },
	[WIRE_NOTED] = { 200, "noted" },
	[WIRE_NOTICE] = { 300, "notice" },
	[WIRE_LOGIN_REFUSED] = { 401, "ID or password is incorrect" },
	[WIRE_NO_FUNDS] = { 402, "Your account does not have enough funds" },
	[WIRE_NOT_ALLOWED] = { 403, "not allowed" },
	[WIRE_NO_RECIPIENT] = { 404, "the recipient's ID does not exist" },
	[WIRE_NO_TRANSACTION] = { 404, "no such transaction" },
	[WIRE_ID_TAKEN] = { 409, "this ID is taken" },
	[WIRE_NOT_EMPTY] = { 409, "the account is not empty" },
	[WIRE_TXID_USED] = { 409,
	    "this transaction ID was used for something else" },
	[WIRE_ALREADY_REVERSED] = { 409, "already reversed" },
	[WIRE_INCORRECT] = { 422, "incorrect input" },
	[WIRE_STALE] = { 422, "stale transaction ID" },
	[WIRE_LOCKED] = { 423, "too many attempts, try again later" },
	[WIRE_TOO_MANY_SESSIONS] = { 429, "too many sessions" },
	[WIRE_OVER_LIMIT] = { 429, "over the limit" },
	[WIRE_PROTOCOL_ERROR] = { 500, "protocol error" },
	[WIRE_UNAVAILABLE] = { 503, "the bank cannot take transactions now" },
};
static_assert(NELEM(replies) == WIRE_REPLY_COUNT, "a row for each reply");

int
wire_reply_code(enum wire_reply reply)
{
	return replies[reply].code;
}

const char *
wire_reply_text(enum wire_reply reply)
{
	return replies[reply].text;
}

void
wire_begin(
    struct wire_writer *writer, char *text, size_t size, enum wire_reply reply)
{
	*writer =
	    (struct wire_writer) { .text = text, .size = size, .reply = reply };
}

/* Appends bytes.  After the first that do not fit, it appends nothing. */
static void
append(struct wire_writer *writer, const char *data, size_t length)
{
	if (writer->overflow || writer->size - writer->length <= length) {
		writer->overflow = true;
		return;
	}
	memcpy(writer->text + writer->length, data, length);
	writer->length += length;
	writer->text[writer->length] = '\0';
}

static void
append_code(struct wire_writer *writer, char separator)
{
	int code = wire_reply_code(writer->reply);
	char text[CODE_SIZE] = { (char)('0' + code / 100),
		(char)('0' + code / 10 % 10), (char)('0' + code % 10),
		separator };

	append(writer, text, sizeof(text));
}

static void
append_key(struct wire_writer *writer, const char *key)
{
	append_code(writer, '-');
	append(writer, key, strlen(key));
	append(writer, " ", 1);
}

void
wire_key(struct wire_writer *writer, const char *key, const char *format, ...)
{
	va_list arguments;
	size_t room;
	int n;

	append_key(writer, key);
	if (writer->overflow)
		return;
	room = writer->size - writer->length;
	va_start(arguments, format);
	n = vsnprintf(writer->text + writer->length, room, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n >= room) {
		writer->overflow = true;
		return;
	}
	writer->length += (size_t)n;
	append(writer, "\n", 1);
}

void
wire_key_money(struct wire_writer *writer, const char *key, int64_t cents)
{
	char text[MONEY_TEXT_SIZE];

	money_format(cents, text);
	append_key(writer, key);
	append(writer, text, strlen(text));
	append(writer, "\n", 1);
}

int
wire_finish(struct wire_writer *writer)
{
	const char *text = wire_reply_text(writer->reply);

	append_code(writer, ' ');
	append(writer, text, strlen(text));
	return writer->overflow ? BANK_ENOSPC : (int)writer->length;
}
