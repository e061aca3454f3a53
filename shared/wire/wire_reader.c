/* SPDX-License-Identifier: ISC */
/*
 * Reading a reply (an ATM).  The bytes are a peer's: none is trusted.
 */
#include "wire_reader.h"

#include <string.h>

#include "../base/error.h"
#include "../base/number.h"
#include "../base/utf8.h"

#define CODE_SIZE 4 /* three digits and the character after them */

/* Returns the three digits that begin a line, or BANK_EINVAL. */
static int
read_code(const char *line, size_t length)
{
	uint64_t code;

	if (length < CODE_SIZE ||
	    number_parse_bytes(line, 3, 100, 999, &code) != 0)
		return BANK_EINVAL;
	return (int)code;
}

/* `CODE-key value`: the value may be empty, but the space is required. */
static int
read_line(const char *text, size_t length, struct wire_line *line)
{
	const char *key = text + CODE_SIZE, *end = text + length, *space;

	if (read_code(text, length) < 0 || text[CODE_SIZE - 1] != '-')
		return BANK_EINVAL;
	space = memchr(key, ' ', (size_t)(end - key));
	if (space == NULL || space == key)
		return BANK_EINVAL;
	line->key = (struct wire_token) { key, (size_t)(space - key) };
	line->value =
	    (struct wire_token) { space + 1, (size_t)(end - space - 1) };
	return 0;
}

int
wire_read(struct wire_reader *reader, const char *text, size_t length)
{
	const char *p = text, *end = text + length, *stop;
	struct wire_line line;

	reader->code = read_code(text, length);
	if (reader->code < 0)
		return BANK_EINVAL;
	while ((stop = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		size_t n = (size_t)(stop - p);

		if (!utf8_is_clean(p, n) || read_line(p, n, &line) != 0 ||
		    read_code(p, n) != reader->code)
			return BANK_EINVAL;
		p = stop + 1;
	}
	reader->lines = text;
	reader->lines_length = (size_t)(p - text);
	if (read_code(p, (size_t)(end - p)) != reader->code ||
	    p[CODE_SIZE - 1] != ' ' || p + CODE_SIZE == end)
		return BANK_EINVAL;
	p += CODE_SIZE;
	reader->text = (struct wire_token) { p, (size_t)(end - p) };
	return utf8_is_clean(p, reader->text.length) ? 0 : BANK_EINVAL;
}

bool
wire_next_line(
    const struct wire_reader *reader, size_t *offset, struct wire_line *line)
{
	const char *p = reader->lines + *offset, *stop;

	if (*offset >= reader->lines_length)
		return false;
	stop = memchr(p, '\n', reader->lines_length - *offset);
	if (stop == NULL)
		return false;
	*offset += (size_t)(stop - p) + 1;
	return read_line(p, (size_t)(stop - p), line) == 0;
}

int
wire_find(
    const struct wire_reader *reader, const char *key, char *value, size_t size)
{
	struct wire_line line;
	size_t offset = 0;

	while (wire_next_line(reader, &offset, &line)) {
		if (!wire_token_is(&line.key, key))
			continue;
		if (line.value.length >= size)
			return BANK_ENOSPC;
		memcpy(value, line.value.text, line.value.length);
		value[line.value.length] = '\0';
		return 0;
	}
	return BANK_ENOTFOUND;
}
