/* SPDX-License-Identifier: ISC */
/*
 * Answers (control_codec.h) as an operator reads them: a table whose columns
 * line up, or JSON.  Runs in bankctl.
 */
#include "control_table.h"

#include <stdlib.h>
#include <string.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "../../shared/base/utf8.h"
#include "../../shared/terminal/text.h"

#define GAP 2

int
control_table_read(struct control_table *table, const char *answer)
{
	char *line, *rest;

	*table = (struct control_table) { 0 };
	if ((table->text = rest = strdup(answer)) == NULL)
		return BANK_ENOMEM;
	while ((line = strsep(&rest, "\n")) != NULL && rest != NULL) {
		if (array_room(table->rows, table->size, table->count + 1) != 0)
			return BANK_ENOMEM;
		control_get_row(&table->rows[table->count++], line);
	}
	return 0;
}

void
control_table_free(struct control_table *table)
{
	free(table->rows);
	free(table->text);
}

int
control_table_end(const struct control_table *table, const char **message)
{
	static const struct control_row none;

	return control_get_end(
	    table->count > 0 ? &table->rows[table->count - 1] : &none, message);
}

static bool
is_number(const char *text)
{
	return *text != '\0' && text[strspn(text, "-0123456789.")] == '\0';
}

struct column {
	int width;
	bool number; /* on the right */
};

static void
measure(
    const struct control_table *table, struct column columns[CONTROL_FIELDS])
{
	bool facts = table->count > 0 && table->rows[0].kind != '=';

	for (size_t i = 0; i < CONTROL_FIELDS; i++)
		columns[i] = (struct column) { 0, !facts };
	for (size_t i = 0; i < table->count; i++) {
		const struct control_row *row = &table->rows[i];

		for (size_t j = 0; row->kind != '.' && j < row->count; j++) {
			char *field = row->fields[j];
			size_t length = strlen(field);
			int width;

			text_clean(field, length + 1, field, length);
			width = text_width(field);
			if (width > columns[j].width)
				columns[j].width = width;
			if (row->kind == '+' && !is_number(field))
				columns[j].number = false;
		}
	}
}

static void
print_row(
    const struct control_row *row, const struct column *columns, FILE *out)
{
	for (size_t j = 0; j < row->count; j++) {
		int pad = columns[j].width - text_width(row->fields[j]);
		bool last = j + 1 == row->count;

		if (columns[j].number)
			fprintf(out, "%*s", pad, "");
		fputs(row->fields[j], out);
		if (!last)
			fprintf(out, "%*s", GAP + (columns[j].number ? 0 : pad),
			    "");
	}
	putc('\n', out);
}

void
control_table_print(struct control_table *table, FILE *out)
{
	struct column columns[CONTROL_FIELDS];

	measure(table, columns);
	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].kind != '.')
			print_row(&table->rows[i], columns, out);
	}
}

/* One character of a string in JSON; its length in bytes. */
static size_t
put_json_character(const char *text, size_t left, FILE *out)
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
put_json(const char *text, FILE *out)
{
	size_t left = strlen(text), length;

	for (; left > 0; text += length, left -= length)
		length = put_json_character(text, left, out);
}

/* `again`: how often the name came before, where that is told. */
static void
put_pair(const char *name, unsigned again, const char *value, FILE *out)
{
	putc('"', out);
	put_json(name, out);
	if (again > 0)
		fprintf(out, "-%u", again + 1);
	fputs("\": \"", out);
	put_json(value, out);
	putc('"', out);
}

static void
put_facts(const struct control_table *table, FILE *out)
{
	const char *before = "";

	fputs("[{", out);
	for (size_t i = 0; i < table->count; i++) {
		const struct control_row *row = &table->rows[i];
		unsigned again = 0;

		if (row->kind != '+' || row->count < 2)
			continue;
		for (size_t j = 0; j < i; j++)
			again += table->rows[j].count > 0 &&
			    strcmp(table->rows[j].fields[0], row->fields[0]) ==
				0;
		fputs(before, out);
		put_pair(row->fields[0], again, row->fields[1], out);
		before = ", ";
	}
	fputs("}]\n", out);
}

void
control_table_json(const struct control_table *table, FILE *out)
{
	const struct control_row *head = table->rows;
	const char *before = "";

	if (table->count > 0 && head->kind == '+') {
		put_facts(table, out);
		return;
	}
	putc('[', out);
	for (size_t i = 1; i < table->count; i++) {
		const struct control_row *row = &table->rows[i];

		if (row->kind != '+')
			continue;
		fprintf(out, "%s\n{", before);
		for (size_t j = 0; j < row->count && j < head->count; j++) {
			fputs(j > 0 ? ", " : "", out);
			put_pair(head->fields[j], 0, row->fields[j], out);
		}
		putc('}', out);
		before = ",";
	}
	fputs("]\n", out);
}
