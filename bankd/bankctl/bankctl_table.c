/* SPDX-License-Identifier: ISC */
/*
 * Answers (control.h) as an operator reads them: a table whose columns line
 * up, or JSON.  All values are JSON strings, so that money stays exact.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/terminal/text.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"

#define COLUMNS_MAX 16
#define GAP 2

struct row {
	char kind; /* = + or . */
	char *fields[COLUMNS_MAX];
	size_t count;
};

struct table {
	char *text; /* the fields point into it */
	struct row *rows;
	size_t count, size;
};

void
bankctl_answer_unescape(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0') {
			text++;
			*to++ = *text == 't' ? '\t'
			    : *text == 'n'   ? '\n'
			    : *text == 's'   ? ' '
					     : *text;
		} else
			*to++ = *text;
	}
	*to = '\0';
}

/* `K a<tab>b`; a lone kind is a row of no fields. */
static void
cut(struct row *row, char *line)
{
	char *rest = line[0] != '\0' && line[1] == ' ' ? line + 2 : NULL;

	row->kind = line[0];
	row->count = 0;
	while (rest != NULL && row->count < COLUMNS_MAX) {
		row->fields[row->count] = strsep(&rest, "\t");
		bankctl_answer_unescape(row->fields[row->count++]);
	}
}

static int
parse(struct table *table, const char *answer)
{
	char *line, *rest;
	struct row *rows;

	if ((table->text = rest = strdup(answer)) == NULL)
		return EX_OSERR;
	while ((line = strsep(&rest, "\n")) != NULL && rest != NULL) {
		if (table->count == table->size) {
			table->size = table->size == 0 ? 64 : table->size * 2;
			rows =
			    realloc(table->rows, table->size * sizeof(*rows));
			if (rows == NULL)
				return EX_OSERR;
			table->rows = rows;
		}
		cut(&table->rows[table->count++], line);
	}
	return 0;
}

/*
 * Values are UTF-8 whatever the locale says, and what goes to a program must
 * not depend on it: so they are measured as the kiosk does in UTF-8.
 */
static void
use_utf8(void)
{
	if (setlocale(LC_CTYPE, "") == NULL || !text_is_utf8())
		(void)setlocale(LC_CTYPE, "C.UTF-8");
}

/* Values as they are printed: nothing that would steer a terminal. */
static int
clean(struct table *table)
{
	struct row *row;
	size_t size;
	char *text;

	for (size_t i = 0; i < table->count; i++) {
		row = &table->rows[i];
		for (size_t j = 0; row->kind != '.' && j < row->count; j++) {
			size = strlen(row->fields[j]) + 1;
			if ((text = malloc(size)) == NULL)
				return EX_OSERR;
			text_clean(text, size, row->fields[j], size - 1);
			/* As long as it was, or shorter. */
			memcpy(row->fields[j], text, strlen(text) + 1);
			free(text);
		}
	}
	return 0;
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
measure(const struct table *table, struct column columns[COLUMNS_MAX])
{
	bool facts = table->count > 0 && table->rows[0].kind != '=';

	for (size_t i = 0; i < COLUMNS_MAX; i++)
		columns[i] = (struct column) { 0, !facts };
	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		for (size_t j = 0; row->kind != '.' && j < row->count; j++) {
			int width = text_width(row->fields[j]);

			if (width > columns[j].width)
				columns[j].width = width;
			if (row->kind == '+' && !is_number(row->fields[j]))
				columns[j].number = false;
		}
	}
}

static void
print_row(const struct row *row, const struct column *columns)
{
	for (size_t j = 0; j < row->count; j++) {
		int pad = columns[j].width - text_width(row->fields[j]);
		bool last = j + 1 == row->count;

		if (columns[j].number)
			printf("%*s", pad, "");
		fputs(row->fields[j], stdout);
		if (!last)
			printf("%*s", GAP + (columns[j].number ? 0 : pad), "");
	}
	putchar('\n');
}

static int
print_table(struct table *table)
{
	struct column columns[COLUMNS_MAX];

	use_utf8();
	if (clean(table) != 0)
		return bankctl_complain(EX_OSERR, "no memory");
	measure(table, columns);
	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].kind != '.')
			print_row(&table->rows[i], columns);
	}
	return 0;
}

static void
put_json(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		const unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte < ' ' || byte == 0x7f)
			printf("\\u%04x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

static void
put_pair(const char *name, const char *value, bool first)
{
	fputs(first ? "" : ", ", stdout);
	put_json(name);
	fputs(": ", stdout);
	put_json(value);
}

/* Facts: one object, in which a name that comes again gets a number. */
static void
print_facts(const struct table *table)
{
	char name[64];

	fputs("[{", stdout);
	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];
		unsigned again = 1;

		if (row->kind != '+' || row->count < 2)
			continue;
		for (size_t j = 0; j < i; j++)
			again += table->rows[j].count > 0 &&
			    strcmp(table->rows[j].fields[0], row->fields[0]) ==
				0;
		string_copy(name, row->fields[0], sizeof(name));
		if (again > 1)
			snprintf(name, sizeof(name), "%.40s-%u", row->fields[0],
			    again);
		put_pair(name, row->fields[1], i == 0);
	}
	puts("}]");
}

static void
print_json(const struct table *table)
{
	const struct row *head = table->rows;
	const char *before = "";

	if (table->count > 0 && head->kind == '+') {
		print_facts(table);
		return;
	}
	putchar('[');
	for (size_t i = 1; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		if (row->kind != '+')
			continue;
		printf("%s\n{", before);
		for (size_t j = 0; j < row->count && j < head->count; j++)
			put_pair(head->fields[j], row->fields[j], j == 0);
		putchar('}');
		before = ",";
	}
	puts("]");
}

/* `. 0`, or `. CODE message`, cut at its first space and tabs. */
static int
code_of(const struct row *last)
{
	char *message;
	long code;

	if (last->kind != '.' || last->count == 0)
		return bankctl_complain(EX_IOERR, "the answer was cut off");
	code = strtol(last->fields[0], &message, 10);
	if (code == 0)
		return 0;
	bankctl_complain(
	    (int)code, "%s", *message == ' ' ? message + 1 : "failed");
	return (int)code;
}

int
bankctl_table_print_end(char *line)
{
	struct row row;

	cut(&row, line);
	return code_of(&row);
}

int
bankctl_table_print(const char *answer, bool json)
{
	static const struct row none;
	struct table table = { 0 };
	int code;

	if (parse(&table, answer) != 0)
		code = bankctl_complain(EX_OSERR, "no memory");
	else if ((code = code_of(table.count > 0 ? &table.rows[table.count - 1]
						 : &none)) == 0 ||
	    table.count > 1) {
		bool any = table.count > 1;

		if (json && (any || code == 0))
			print_json(&table);
		else if (any && print_table(&table) != 0)
			code = EX_OSERR;
	}
	free(table.rows);
	free(table.text);
	return code;
}

static void
append(struct answer *answer, const char *text, size_t length)
{
	size_t size = answer->size == 0 ? 4096 : answer->size;
	char *more;

	while (size < answer->length + length + 1)
		size *= 2;
	if (size != answer->size) {
		if ((more = realloc(answer->text, size)) == NULL)
			return;
		answer->text = more;
		answer->size = size;
	}
	memcpy(answer->text + answer->length, text, length);
	answer->length += length;
	answer->text[answer->length] = '\0';
}

void
bankctl_answer_line(
    struct answer *answer, char kind, const char *const fields[])
{
	append(answer, &kind, 1);
	for (size_t i = 0; fields[i] != NULL; i++) {
		append(answer, i == 0 ? " " : "\t", 1);
		for (const char *p = fields[i]; *p != '\0'; p++) {
			if (*p == '\\')
				append(answer, "\\", 1);
			append(answer, p, 1);
		}
	}
	append(answer, "\n", 1);
}

int
bankctl_answer_print(
    struct answer *answer, int code, const char *message, bool json)
{
	char end[256];

	snprintf(end, sizeof(end), ". %d%s%s\n", code, code != 0 ? " " : "",
	    code != 0 ? message : "");
	append(answer, end, strlen(end));
	code = answer->text != NULL ? bankctl_table_print(answer->text, json)
				    : EX_OSERR;
	free(answer->text);
	memset(answer, 0, sizeof(*answer));
	return code;
}
