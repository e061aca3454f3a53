/* SPDX-License-Identifier: ISC */
/*
 * Writes one event as one line, whatever the values contain.  Every process;
 * the sink decides where the line goes.  It allocates nothing, leaves errno
 * alone, and prints bytes only as escaped text: there are no formats.
 */
#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "money.h"
#include "util.h"
#include "utf8.h"

static struct {
	log_sink *sink;
	void *context;
	int level;
} state = { .sink = log_to_stderr, .level = LOG_INFO };

static const struct {
	const char *name;
	int level;
} levels[] = {
	{ "error", LOG_ERR },
	{ "warning", LOG_WARNING },
	{ "notice", LOG_NOTICE },
	{ "info", LOG_INFO },
	{ "debug", LOG_DEBUG },
};

void
log_open(log_sink *sink, void *context, int level)
{
	state.sink = sink;
	state.context = context;
	state.level = level;
}

void
log_level(int level)
{
	state.level = level;
}

int
log_level_get(void)
{
	return state.level;
}

void
log_to_stderr(void *name, int priority, const char *line)
{
	(void)priority;
	if (name != NULL)
		fprintf(stderr, "%s: %s\n", (const char *)name, line);
	else
		fprintf(stderr, "%s\n", line);
}

int
log_level_parse(const char *name)
{
	for (size_t i = 0; i < NELEM(levels); i++)
		if (strcmp(levels[i].name, name) == 0)
			return levels[i].level;
	return -1;
}

const char *
log_level_name(int level)
{
	size_t i = 0;

	while (i < NELEM(levels) - 1 && levels[i].level < level)
		i++;
	return levels[i].name;
}

/* Whether a value needs no quotes because a space plainly ends it. */
static bool
is_plain(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' ||
		    strchr("\"\\=", *text) != NULL)
			return false;
	return true;
}

/*
 * Characters that change how the rest of a line is shown: line and paragraph
 * separators, and the marks that turn the direction of writing.
 */
static bool
is_deceptive(const char *text, size_t length)
{
	static const struct {
		const char *first, *last;
	} ranges[] = {
		{ "\xe2\x80\x8e", "\xe2\x80\x8f" }, /* U+200E to 200F */
		{ "\xe2\x80\xa8", "\xe2\x80\xae" }, /* U+2028 to 202E */
		{ "\xe2\x81\xa6", "\xe2\x81\xa9" }, /* U+2066 to 2069 */
	};

	for (size_t i = 0; length == 3 && i < NELEM(ranges); i++)
		if (memcmp(text, ranges[i].first, 3) >= 0 &&
		    memcmp(text, ranges[i].last, 3) <= 0)
			return true;
	return false;
}

/*
 * Writes the first character of `text`, as it appears between quotes, to
 * escaped[0..*size).  Returns how many bytes of `text` it took.
 */
static size_t
escape_one(const char *text, char escaped[4], size_t *size)
{
	size_t length = utf8_length(text, strnlen(text, 4));
	uint8_t byte = (uint8_t)*text;

	if (length == 0 || is_deceptive(text, length)) {
		memcpy(escaped, "\\x", 2);
		escaped[2] = "0123456789abcdef"[byte >> 4];
		escaped[3] = "0123456789abcdef"[byte & 15];
		*size = 4;
		return 1;
	}
	*size = 0;
	if (*text == '"' || *text == '\\')
		escaped[(*size)++] = '\\';
	memcpy(escaped + *size, text, length);
	*size += length;
	return length;
}

static void
append_quoted(char *line, size_t room, const char *text)
{
	char escaped[4];
	size_t n;

	if (room < 3) /* two quotes and a NUL */
		return;
	room -= 3;
	*line++ = '"';
	while (*text != '\0') {
		text += escape_one(text, escaped, &n);
		if (n > room)
			break;
		memcpy(line, escaped, n);
		line += n;
		room -= n;
	}
	*line++ = '"';
	*line = '\0';
}

void
log_escape(char *line, size_t size, const char *text)
{
	size_t length = strnlen(line, size);

	if (length == size)
		return;
	if (is_plain(text))
		string_copy(line + length, text, size - length);
	else
		append_quoted(line + length, size - length, text);
}

/* Writes all of a number or nothing: half of it would be another one. */
static void
append_number(char *line, size_t size, const struct log_value *value)
{
	size_t length = strlen(line);
	char number[MONEY_TEXT_SIZE];

	if (value->kind == LOG_VALUE_MONEY)
		money_format(value->number, number);
	else
		snprintf(number, sizeof(number), "%" PRId64, value->number);
	if (length + strlen(number) < size)
		string_copy(line + length, number, size - length);
}

/* Appends ` key=value`, or nothing if there is no room for it. */
static void
append_pair(
    char *line, size_t size, const char *key, const struct log_value *value)
{
	size_t length = strlen(line), start;

	if (size - length < strlen(key) + sizeof(" =\"\""))
		return;
	snprintf(line + length, size - length, " %s=", key);
	start = strlen(line);
	if (value->kind != LOG_VALUE_TEXT)
		append_number(line, size, value);
	else
		log_escape(line, size, value->text != NULL ? value->text : "-");
	if (line[start] == '\0')
		line[length] = '\0';
}

void
log_event(int priority, const char *event, ...)
{
	char line[LOG_LINE_SIZE];
	int saved = errno;
	const char *key;
	va_list pairs;

	if (priority > state.level)
		return;
	string_copy(line, event, sizeof(line));
	va_start(pairs, event);
	while ((key = va_arg(pairs, const char *)) != NULL)
		append_pair(line, sizeof(line), key,
		    va_arg(pairs, const struct log_value *));
	va_end(pairs);
	state.sink(state.context, priority, line);
	errno = saved;
}
