/* SPDX-License-Identifier: ISC */
/*
 * Answers (control_codec.h) as programs read them.  Runs in bankctl.
 */
#include "control_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/number.h"
#include "../../shared/base/utf8.h"
#include "control_field.h"

/* One character of a string in JSON; its length in bytes. */
static size_t
put_character(const char *text, size_t left, FILE *out)
{
	const unsigned char *byte = (const unsigned char *)text;
	const size_t length = utf8_length(text, left);

	if (*byte == '"' || *byte == '\\')
		fprintf(out, "\\%c", *byte);
	else if (length > 0)
		fwrite(text, 1, length, out);
	else if (*byte < 0x80)
		fprintf(out, "\\u%04x", *byte);
	else if (*byte == 0xc2 && (byte[1] & 0xe0) == 0x80) {
		fprintf(out, "\\u%04x", byte[1]); /* a control character */
		return 2;
	} else
		fputs("\\ufffd", out);
	return length > 0 ? length : 1;
}

static void
put_text(const char *text, FILE *out)
{
	size_t left = strlen(text), length;

	for (; left > 0; text += length, left -= length)
		length = put_character(text, left, out);
}

static void
put_string(const char *text, FILE *out)
{
	putc('"', out);
	put_text(text, out);
	putc('"', out);
}

static bool
is_none(const char *value)
{
	return value[0] == '\0' || strcmp(value, "-") == 0;
}

/* A number or `inf`. */
static bool
is_bound(const char *text, const char *end)
{
	return text + strspn(text, "0123456789") == end ||
	    (end - text == 3 && strncmp(text, "inf", 3) == 0);
}

/* `BOUND:COUNT ...` */
static void
put_counts(const char *value, FILE *out)
{
	const char *before = "", *colon;
	size_t length;

	putc('{', out);
	for (; *value != '\0'; value += length + (value[length] == ' ')) {
		length = strcspn(value, " ");
		colon = memchr(value, ':', length);
		if (colon == NULL || !is_bound(value, colon))
			continue;
		fprintf(out, "%s\"%.*s\": %" PRIu64, before,
		    (int)(colon - value), value,
		    (uint64_t)strtoull(colon + 1, NULL, 10));
		before = ", ";
	}
	putc('}', out);
}

/* What doesn't have the form of its kind is a string. */
static void
put_value(enum control_kind kind, const char *value, FILE *out)
{
	const bool number = kind == CONTROL_NUMBER || kind == CONTROL_SECONDS ||
	    kind == CONTROL_UPTIME || kind == CONTROL_ACCOUNT;
	const bool minus = *value == '-';
	uint64_t whole;

	if (kind != CONTROL_TEXT && kind != CONTROL_LIST &&
	    kind != CONTROL_COUNTS && is_none(value))
		fputs("null", out);
	else if (number &&
	    number_parse(value + minus, 0, UINT64_MAX, &whole) == 0)
		fprintf(out, "%s%" PRIu64, minus ? "-" : "", whole);
	else if (kind == CONTROL_YES_NO && strcmp(value, "yes") == 0)
		fputs("true", out);
	else if (kind == CONTROL_YES_NO && strcmp(value, "no") == 0)
		fputs("false", out);
	else if (kind == CONTROL_COUNTS)
		put_counts(value, out);
	else
		put_string(value, out);
}

static bool
is_fact(const struct control_row *row)
{
	return row->kind == '+' && row->count > 1;
}

/* How many of the first `count` rows are the fact of that name. */
static unsigned
count_of(const struct control_table *table, size_t count, const char *name)
{
	unsigned found = 0;

	for (size_t i = 0; i < count; i++)
		found += is_fact(&table->rows[i]) &&
		    strcmp(table->rows[i].fields[0], name) == 0;
	return found;
}

static void
put_list(const struct control_table *table, const char *name, FILE *out)
{
	const char *before = "";

	putc('[', out);
	for (size_t i = 0; i < table->count; i++) {
		const struct control_row *row = &table->rows[i];

		if (!is_fact(row) || strcmp(row->fields[0], name) != 0)
			continue;
		fputs(before, out);
		put_string(row->fields[1], out);
		before = ", ";
	}
	putc(']', out);
}

/* The name of a fact that comes again has a number, unless it is a list. */
static void
put_fact(const struct control_table *table, size_t i, enum control_kind kind,
    FILE *out)
{
	const struct control_row *row = &table->rows[i];
	const unsigned again = count_of(table, i, row->fields[0]);

	putc('"', out);
	put_text(row->fields[0], out);
	if (again > 0)
		fprintf(out, "-%u", again + 1);
	fputs("\": ", out);
	if (kind == CONTROL_LIST)
		put_list(table, row->fields[0], out);
	else
		put_value(kind, row->fields[1], out);
}

static enum control_kind
kind_of(const char *name, enum control_json form)
{
	return form == CONTROL_JSON_STRINGS ? CONTROL_TEXT
					    : control_field_find(name)->kind;
}

static void
put_facts(const struct control_table *table, enum control_json form, FILE *out)
{
	const char *before = "";

	fputs("[{", out);
	for (size_t i = 0; i < table->count; i++) {
		const struct control_row *row = &table->rows[i];
		enum control_kind kind;

		if (!is_fact(row))
			continue;
		kind = kind_of(row->fields[0], form);
		if (kind == CONTROL_LIST &&
		    count_of(table, i, row->fields[0]) > 0)
			continue;
		fputs(before, out);
		put_fact(table, i, kind, out);
		before = ", ";
	}
	fputs("}]\n", out);
}

static void
put_row(const struct control_row *head, const struct control_row *row,
    enum control_json form, FILE *out)
{
	putc('{', out);
	for (size_t i = 0; i < row->count && i < head->count; i++) {
		fputs(i > 0 ? ", " : "", out);
		put_string(head->fields[i], out);
		fputs(": ", out);
		put_value(kind_of(head->fields[i], form), row->fields[i], out);
	}
	putc('}', out);
}

void
control_json_print(
    const struct control_table *table, enum control_json form, FILE *out)
{
	const struct control_row *head = table->rows;
	const char *before = "";

	if (table->count > 0 && head->kind == '+') {
		put_facts(table, form, out);
		return;
	}
	putc('[', out);
	for (size_t i = 1; i < table->count; i++) {
		if (table->rows[i].kind != '+')
			continue;
		fprintf(out, "%s\n", before);
		put_row(head, &table->rows[i], form, out);
		before = ",";
	}
	fputs("]\n", out);
}
