/* SPDX-License-Identifier: ISC */
/*
 * Replies, as an ATM reads them from a bank that may not be one: every line
 * lies in the text, and the lines and the last one written down again are
 * the bytes that were read.  Of a history that they may be, what is shown is
 * clean.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../atm-tui/base/past.h"
#include "../../shared/wire/wire_reader.h"
#include "../../shared/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_find(const struct wire_reader *reader, const struct wire_line *line)
{
	char key[64], value[64];

	if (line->key.length >= sizeof(key))
		return;
	memcpy(key, line->key.text, line->key.length);
	key[line->key.length] = '\0';
	if (wire_find(reader, key, value, sizeof(value)) == 0)
		assert(utf8_is_clean(value, strlen(value)));
}

static size_t
write_lines(const struct wire_reader *reader, char *out, size_t size)
{
	struct wire_line line;
	size_t offset = 0, length = 0;

	while (wire_next_line(reader, &offset, &line)) {
		assert(utf8_is_clean(line.value.text, line.value.length));
		check_find(reader, &line);
		length += (size_t)snprintf(out + length, size - length,
		    "%d-%.*s %.*s\n", reader->code, (int)line.key.length,
		    line.key.text, (int)line.value.length, line.value.text);
		assert(length < size);
	}
	assert(offset == reader->lines_length);
	return length;
}

static void
check_history(const struct wire_reader *reader)
{
	static struct history_entry entries[HISTORY_LINES];
	struct past past = { .known = true };
	size_t count = history_read(reader, entries, HISTORY_LINES);

	for (size_t i = 0; i < count; i++)
		assert(utf8_is_clean(entries[i].memo, strlen(entries[i].memo)));
	past_read(&past, entries, count, "me");
	past_read_names(&past, reader);
	assert(past.payee_count <= PAST_PAYEES);
	for (size_t i = 0; i < past.payee_count; i++)
		assert(utf8_is_clean(
		    past.payees[i].name, strlen(past.payees[i].name)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader reader;
	size_t length, room = size + 1;
	char *out;

	if (wire_read(&reader, (const char *)data, size) != 0)
		return 0;
	assert(reader.code >= 100 && reader.code <= 999);
	check_history(&reader);
	if ((out = malloc(room)) == NULL)
		return 0;
	length = write_lines(&reader, out, room);
	length += (size_t)snprintf(out + length, room - length, "%d %.*s",
	    reader.code, (int)reader.text.length, reader.text.text);
	assert(length == size && memcmp(out, data, size) == 0);
	free(out);
	return 0;
}
