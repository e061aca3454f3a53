/* SPDX-License-Identifier: ISC */
/*
 * Answers (control_codec.h) as an operator reads them: a table whose columns
 * line up.  Runs in bankctl.
 */
#include "control_table.h"

#include <stdlib.h>
#include <string.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "../../shared/terminal/text.h"
#include "control_field.h"

#define GAP 2
#define SHOWN_SIZE 64

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

/* A number with a sign and decimals, but no address. */
static bool
is_number(const char *text)
{
	size_t digits;

	text += *text == '-';
	digits = strspn(text, "0123456789");
	text += digits;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	return digits > 0 && *text == '\0';
}

/* What stands for nothing in a column of numbers. */
static bool
is_none(const char *text)
{
	return strcmp(text, "-") == 0;
}

struct order {
	size_t column;
	int sign;
};

static int
compare(const void *a, const void *b, void *context)
{
	const struct control_row *left = a, *right = b;
	const struct order *order = context;
	const char *x, *y;
	double difference;
	int result;

	if (order->column >= left->count || order->column >= right->count)
		return 0;
	x = left->fields[order->column];
	y = right->fields[order->column];
	if (!is_number(x) || !is_number(y))
		result = is_none(x) == is_none(y) ? strcmp(x, y)
		    : is_none(x)                  ? -1
						  : 1;
	else {
		difference = strtod(x, NULL) - strtod(y, NULL);
		result = (difference > 0) - (difference < 0);
	}
	/* The rows stand in one text, in the order in which they came. */
	return result != 0 ? order->sign * result : x < y ? -1 : 1;
}

int
control_table_sort(
    struct control_table *table, const char *column, size_t limit)
{
	struct order order = { 0, column[0] == '-' ? -1 : 1 };
	const struct control_row *head = table->rows;
	struct control_row last;
	size_t count;

	column += column[0] == '-';
	if (table->count < 2 || head->kind != '=')
		return BANK_ENOTFOUND;
	while (order.column < head->count &&
	    strcmp(head->fields[order.column], column) != 0)
		order.column++;
	if (order.column == head->count)
		return BANK_ENOTFOUND;
	last = table->rows[table->count - 1];
	count = table->count - 2;
	qsort_r(table->rows + 1, count, sizeof(*table->rows), compare, &order);
	if (count > limit)
		count = limit;
	table->rows[1 + count] = last;
	table->count = count + 2;
	return 0;
}

struct column {
	int width;
	bool number;                       /* on the right */
	const struct control_field *field; /* of rows: looked up once */
};

/*
 * A field as people read it: facts by the names before them, rows by those of
 * their columns.
 */
static const char *
shown(const struct control_row *row, const struct column *columns,
    size_t column, char text[SHOWN_SIZE])
{
	const char *value = row->fields[column];

	if (columns[column].field == NULL)
		return column == 0
		    ? value
		    : control_field_show(control_field_find(row->fields[0]),
			  value, text, SHOWN_SIZE);
	if (row->kind == '=')
		return value;
	return control_field_show(
	    columns[column].field, value, text, SHOWN_SIZE);
}

static void
measure(
    const struct control_table *table, struct column columns[CONTROL_FIELDS])
{
	const struct control_row *head = &table->rows[0];
	bool facts = table->count > 0 && head->kind != '=';

	for (size_t i = 0; i < CONTROL_FIELDS; i++) {
		columns[i] = (struct column) { .number = !facts };
		if (!facts && table->count > 0)
			columns[i].field = control_field_find(
			    i < head->count ? head->fields[i] : "");
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct control_row *row = &table->rows[i];

		for (size_t j = 0; row->kind != '.' && j < row->count; j++) {
			char *field = row->fields[j], text[SHOWN_SIZE];
			size_t length = strlen(field);
			int width;

			text_clean(field, length + 1, field, length);
			width = text_width(shown(row, columns, j, text));
			if (width > columns[j].width)
				columns[j].width = width;
			if (row->kind == '+' && !is_number(field) &&
			    !is_none(field))
				columns[j].number = false;
		}
	}
}

/* Nothing stands behind the last field that isn't empty. */
static size_t
used(const struct control_row *row)
{
	size_t count = row->count;

	while (count > 0 && row->fields[count - 1][0] == '\0')
		count--;
	return count;
}

static void
print_row(
    const struct control_row *row, const struct column *columns, FILE *out)
{
	const size_t count = used(row);

	for (size_t j = 0; j < count; j++) {
		char text[SHOWN_SIZE];
		const char *field = shown(row, columns, j, text);
		int pad = columns[j].width - text_width(field);

		if (columns[j].number)
			fprintf(out, "%*s", pad, "");
		fputs(field, out);
		if (j + 1 < count)
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
