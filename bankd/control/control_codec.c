/* SPDX-License-Identifier: ISC */
/*
 * Requests and answers of the control socket, written and read: pure.  Runs
 * in the monitor, the vault and bankctl; each reads what another user may
 * have written.
 */
#include "control_codec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "../../shared/base/number.h"
#include "../../shared/base/util.h"

#define VALUE_SIZE 4096

/* How separators are written; in a field a space may stand as it is. */
static const struct {
	char plain, escape;
} escapes[] = { { '\t', 't' }, { '\n', 'n' }, { '\\', '\\' }, { ' ', 's' } };

#define WORD_ESCAPES NELEM(escapes)
#define FIELD_ESCAPES (NELEM(escapes) - 1)

/*
 * Growing may leave a copy behind.  A text with a secret doesn't grow, as it
 * is shorter than CONTROL_TEXT_START.
 */
bool
control_text_room(struct control_text *text, size_t more)
{
	size_t size = text->length + more + 1;

	if (size < CONTROL_TEXT_START)
		size = CONTROL_TEXT_START;
	if (!text->failed)
		text->failed = array_room(text->data, text->size, size) != 0;
	return !text->failed;
}

void
control_text_free(struct control_text *text)
{
	if (text->data != NULL)
		OPENSSL_cleanse(text->data, text->size);
	free(text->data);
	*text = (struct control_text) { 0 };
}

/* There is room for it. */
static void
put(struct control_text *text, char byte)
{
	text->data[text->length++] = byte;
}

static void
put_escaped(struct control_text *text, const char *plain, size_t count)
{
	size_t i;

	for (; *plain != '\0'; plain++) {
		for (i = 0; i < count && escapes[i].plain != *plain; i++)
			continue;
		if (i < count)
			put(text, '\\');
		put(text, i < count ? escapes[i].escape : *plain);
	}
}

/* All of a line's parts, each with what stands before it. */
static void
put_line(struct control_text *text, const char *start,
    const char *const parts[], size_t count, bool words)
{
	size_t room = strlen(start) + 1;

	for (size_t i = 0; i < count; i++)
		room += 1 + 2 * strlen(parts[i]);
	if (!control_text_room(text, room))
		return;
	put_escaped(text, start, 0);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 || !words)
			put(text, i == 0 || words ? ' ' : '\t');
		put_escaped(
		    text, parts[i], words ? WORD_ESCAPES : FIELD_ESCAPES);
	}
	put(text, '\n');
	text->data[text->length] = '\0';
}

void
control_put_row(struct control_text *text, int kind, size_t count,
    const char *const fields[])
{
	const char start[2] = { (char)kind };
	const char *parts[CONTROL_FIELDS];

	if (count > CONTROL_FIELDS)
		count = CONTROL_FIELDS;
	for (size_t i = 0; i < count; i++)
		parts[i] = fields[i] != NULL ? fields[i] : "-";
	put_line(text, start, parts, count, false);
}

void
control_put_fact(
    struct control_text *text, const char *name, const char *format, ...)
{
	char value[VALUE_SIZE];
	va_list ap;

	va_start(ap, format);
	vsnprintf(value, sizeof(value), format, ap);
	va_end(ap);
	control_put_row(text, '+', TEXTS(name, value));
}

void
control_put_end(struct control_text *text, int code, const char *message)
{
	char start[16];

	snprintf(start, sizeof(start), ". %d", code);
	put_line(text, start, &message, code != 0 || message[0] != '\0', false);
}

void
control_put_request(
    struct control_text *text, int count, const char *const words[])
{
	put_line(text, "", words, (size_t)count, true);
}

void
control_put_secret(struct control_text *text, const char *secret)
{
	put_line(text, secret, NULL, 0, true);
}

/*
 * In place.  BANK_EINVAL for an escape that is none, whose backslash is left
 * out where that is no error.
 */
static int
unescape(char *text)
{
	char *to = text;
	int error = 0;
	size_t i;

	for (; *text != '\0'; text++, to++) {
		*to = *text;
		if (*text != '\\')
			continue;
		for (i = 0; i < WORD_ESCAPES && escapes[i].escape != text[1];
		     i++)
			continue;
		if (i == WORD_ESCAPES)
			error = BANK_EINVAL;
		if (text[1] == '\0')
			continue;
		text++;
		*to = i < WORD_ESCAPES ? escapes[i].plain : *text;
	}
	*to = '\0';
	return error;
}

void
control_get_row(struct control_row *row, char *line)
{
	char *rest;

	line[strcspn(line, "\n")] = '\0';
	rest = line[0] != '\0' && line[1] == ' ' ? line + 2 : NULL;
	row->kind = line[0];
	row->count = 0;
	while (rest != NULL && row->count < CONTROL_FIELDS) {
		row->fields[row->count] = strsep(&rest, "\t");
		(void)unescape(row->fields[row->count++]);
	}
}

static int
read_code(const char *text, const char **message)
{
	uint64_t code;
	size_t digits = number_prefix(text, strlen(text), &code);

	*message = text[digits] == ' ' ? text + digits + 1
	    : strcmp(text, "0") == 0   ? ""
				       : "failed";
	return digits > 0 && code <= UINT8_MAX ? (int)code : -1;
}

int
control_get_end(const struct control_row *row, const char **message)
{
	*message = "";
	if (row->kind != '.' || row->count == 0)
		return -1;
	return read_code(row->fields[0], message);
}

int
control_get_code(const char *answer)
{
	size_t length = strlen(answer);
	const char *last, *message;

	if (length == 0 || answer[length - 1] != '\n')
		return -1;
	last = memrchr(answer, '\n', length - 1);
	last = last != NULL ? last + 1 : answer;
	return strncmp(last, ". ", 2) == 0 ? read_code(last + 2, &message) : -1;
}

bool
control_get_fact(const char *answer, const char *name, char *value, size_t size)
{
	size_t length = strlen(name), value_length;

	for (const char *line = answer; line != NULL && *line != '\0';
	     line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "+ ", 2) != 0 ||
		    strncmp(line + 2, name, length) != 0 ||
		    line[2 + length] != '\t')
			continue;
		line += 2 + length + 1;
		value_length = strcspn(line, "\t\n");
		string_copy(value, line,
		    value_length + 1 < size ? value_length + 1 : size);
		(void)unescape(value);
		return true;
	}
	value[0] = '\0';
	return false;
}

bool
control_get_number(const char *answer, const char *name, uint64_t *number)
{
	char value[24];

	*number = 0;
	return control_get_fact(answer, name, value, sizeof(value)) &&
	    number_parse(value, 0, UINT64_MAX, number) == 0;
}

int
control_get_request(char *request, char *words[], int most, char **secret)
{
	char *rest = request, *word;
	int count = 0;

	if ((*secret = strchr(rest, '\n')) != NULL) {
		*(*secret)++ = '\0';
		(*secret)[strcspn(*secret, "\n")] = '\0';
	}
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word == '\0')
			continue;
		if (count == most || unescape(word) != 0)
			return BANK_EINVAL;
		words[count++] = word;
	}
	return count > 0 ? count : BANK_EINVAL;
}

bool
control_is_request(const char *request, const char *command)
{
	size_t length = strlen(command);

	return strncmp(command, request, length) == 0 &&
	    strchr(" \n", request[length]) != NULL;
}
