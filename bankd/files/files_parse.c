/* SPDX-License-Identifier: ISC */
/*
 * The form of the two files: lines, words, and what a word may be.  Pure: knows
 * no files and no accounts; each parser is fuzzed.  No message contains a
 * secret.
 */
#include "files_parse.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "hash_form.h"

#define MAX_WORDS 4 /* one more than any line has */

static const char byte_order_mark[] = "\xef\xbb\xbf";

struct parser {
	const struct files_reading *reading;
	size_t wanted; /* words */
	int (*take)(struct parser *parser);
	struct files_line line;
	struct wire_token words[MAX_WORDS];
	size_t count;
};

static int
wrong(const struct parser *parser, const char *reason)
{
	const struct files_reading *reading = parser->reading;

	snprintf(reading->error, reading->error_size, "%s:%u: %s",
	    reading->name, parser->line.line, reason);
	return BANK_EINVAL;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Splits at spaces and tabs; `#` begins a comment after `wanted` words. */
static void
split(struct parser *parser, const char *text, size_t length)
{
	size_t at = 0, begin;

	parser->count = 0;
	while (at < length && parser->count < MAX_WORDS) {
		for (; at < length && is_space(text[at]); at++)
			;
		for (begin = at; at < length && !is_space(text[at]); at++)
			;
		if (at == begin)
			break;
		if (text[begin] == '#' &&
		    (parser->count == 0 || parser->count == parser->wanted))
			break;
		parser->words[parser->count++] =
		    (struct wire_token) { text + begin, at - begin };
	}
}

static int
take_id(struct parser *parser)
{
	const struct wire_token *word = &parser->words[0];

	if (!wire_is_id(word->text, word->length))
		return wrong(parser,
		    "not an ID: 1 to 32 characters of A-Z a-z 0-9 . _ -, "
		    "starting with a letter or digit");
	memcpy(parser->line.id, word->text, word->length);
	parser->line.id[word->length] = '\0';
	return 0;
}

static int
take_balance(struct parser *parser)
{
	size_t i;
	int error;

	if (parser->count != 3)
		return wrong(parser, "not of the form `ID savings checking`");
	error = take_id(parser);
	for (i = 0; error == 0 && i < 2; i++)
		if (money_parse(parser->words[i + 1].text,
			parser->words[i + 1].length,
			&parser->line.cents[i]) != 0)
			error = wrong(parser,
			    i == 0 ? "the savings balance is not an amount"
				   : "the checking balance is not an amount");
	return error;
}

/*
 * Parses a hash, a hash locked by `!`, or a password in plain text.  Marks
 * alone are a lock without a hash, as in shadow(5).
 */
static int
judge_secret(struct parser *parser, size_t length)
{
	struct files_line *line = &parser->line;
	size_t marks = strspn(line->secret, "!*");
	const char *rest = line->secret + marks;
	enum hash_form form = hash_form_of(rest);

	if (form == HASH_FORM_UNKNOWN ||
	    hash_form_of(line->secret) == HASH_FORM_UNKNOWN)
		return wrong(parser,
		    "a hash that can't be verified: only complete hashes of "
		    "$y$ $7$ $6$ $5$ $2b$ $2y$ $2a$ $1$ are accepted "
		    "(bankd-files(5)); write such a hash, or the password "
		    "itself");
	line->is_hash = form == HASH_FORM_TAKEN || *rest == '\0';
	if (line->is_hash && marks > 0) {
		memmove(line->secret + 1, rest, strlen(rest) + 1);
		line->secret[0] = HASH_FORM_LOCKED;
	}
	if (!line->is_hash && !wire_is_password(line->secret, length))
		return wrong(parser,
		    "not a password: 1 to 64 bytes of UTF-8 "
		    "without control characters");
	return 0;
}

static int
take_password(struct parser *parser)
{
	const struct wire_token *word = &parser->words[1];
	char *secret = parser->line.secret;
	int error;

	if (parser->count != 2)
		return wrong(parser, "not of the form `ID password`");
	error = take_id(parser);
	if (error != 0)
		return error;
	/* Both must fit in a line again, with a space and a newline. */
	if (word->length + strlen(parser->line.id) + 2 > FILES_PASSWORD_WIDTH)
		return wrong(parser, "the password is too long");
	memcpy(secret, word->text, word->length);
	secret[word->length] = '\0';
	return judge_secret(parser, word->length);
}

static int
parse_line(struct parser *parser, const char *text, size_t length)
{
	const struct files_reading *reading = parser->reading;
	unsigned number = parser->line.line + 1;
	int error;

	parser->line = (struct files_line) { .line = number };
	if (memchr(text, '\0', length) != NULL)
		return wrong(parser, "a zero byte");
	split(parser, text, length);
	if (parser->count == 0)
		return 0;
	error = parser->take(parser);
	return error != 0 ? error
			  : reading->each(reading->context, &parser->line);
}

static int
parse(struct parser *parser, const char *data, size_t length)
{
	const char *newline;
	size_t at = 0, mark = sizeof(byte_order_mark) - 1, line;
	int error = 0;

	if (length >= mark && memcmp(data, byte_order_mark, mark) == 0)
		at = mark;
	for (; error == 0 && at < length; at += line + 1) {
		newline = memchr(data + at, '\n', length - at);
		line = newline == NULL ? length - at
				       : (size_t)(newline - data) - at;
		error = parse_line(parser, data + at, line);
	}
	OPENSSL_cleanse(parser, sizeof(*parser));
	return error;
}

int
files_parse_balance(
    const struct files_reading *reading, const char *data, size_t length)
{
	struct parser parser = {
		.reading = reading, .wanted = 3, .take = take_balance
	};

	return parse(&parser, data, length);
}

int
files_parse_password(
    const struct files_reading *reading, const char *data, size_t length)
{
	struct parser parser = {
		.reading = reading, .wanted = 2, .take = take_password
	};

	return parse(&parser, data, length);
}
