/* SPDX-License-Identifier: ISC */
/*
 * The codec of the control socket.  The bytes are a request, an answer, and
 * the fields of a row that is written: what is written is read back as the
 * same, and what is printed as JSON is JSON.
 */
#include <assert.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "../../bankd/control/control_json.h"
#include "../../shared/base/error.h"
#include "../../shared/base/utf8.h"
#include "../../shared/base/util.h"

#define WORDS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
text_of(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* A string of RFC 8259, or NULL; what follows it. */
static const char *
skip_string(const char *p)
{
	size_t length;

	if (*p++ != '"')
		return NULL;
	while (*p != '"') {
		if (*p == '\\' && p[1] == 'u') {
			if (strspn(p + 2, "0123456789abcdef") < 4)
				return NULL;
			p += 6;
		} else if (*p == '\\') {
			if (p[1] != '"' && p[1] != '\\')
				return NULL;
			p += 2;
		} else {
			if ((length = utf8_length(p, strlen(p))) == 0)
				return NULL;
			p += length;
		}
	}
	return p + 1;
}

static const char *skip_object(const char *p);

/* Of an array of strings, which isn't empty. */
static const char *
skip_list(const char *p)
{
	for (;; p += 2) {
		if ((p = skip_string(p)) == NULL)
			return NULL;
		if (*p == ']')
			return p + 1;
		if (strncmp(p, ", ", 2) != 0)
			return NULL;
	}
}

static const char *
skip_value(const char *p)
{
	static const char *const words[] = { "null", "true", "false" };
	size_t digits = strspn(p, "0123456789");

	if (digits > 0)
		return p + digits;
	if (*p == '{')
		return skip_object(p);
	if (*p == '[')
		return skip_list(p + 1);
	for (size_t i = 0; i < NELEM(words); i++) {
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return p + strlen(words[i]);
	}
	return skip_string(p);
}

/* An object of strings. */
static const char *
skip_object(const char *p)
{
	if (*p++ != '{')
		return NULL;
	if (*p == '}')
		return p + 1;
	for (;; p += 2) {
		if ((p = skip_string(p)) == NULL || strncmp(p, ": ", 2) != 0 ||
		    (p = skip_value(p + 2)) == NULL)
			return NULL;
		if (*p == '}')
			return p + 1;
		if (strncmp(p, ", ", 2) != 0)
			return NULL;
	}
}

/* An array of objects, and a newline: all that is ever printed. */
static bool
is_json(const char *p)
{
	if (*p++ != '[')
		return false;
	if (strcmp(p, "]\n") == 0)
		return true;
	for (;; p++) {
		p += *p == '\n';
		if ((p = skip_object(p)) == NULL)
			return false;
		if (strcmp(p, "]\n") == 0)
			return true;
		if (strncmp(p, ",\n", 2) != 0)
			return false;
	}
}

static void
check_json(const struct control_table *table, enum control_json form)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		abort();
	control_json_print(table, form, out);
	fclose(out);
	assert(strlen(text) == length && is_json(text));
	free(text);
}

static void
check_print(struct control_table *table)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		abort();
	check_json(table, CONTROL_JSON_STRINGS);
	check_json(table, CONTROL_JSON_TYPED);
	/* Lines that steer no terminal. */
	control_table_print(table, out);
	fclose(out);
	for (size_t i = 0; i < length; i++)
		assert(text[i] == '\n' || utf8_length(text + i, 4) > 0 ||
		    (text[i] & 0xc0) == 0x80);
	free(text);
}

/* The rows of an answer that can be written, written again. */
static void
write_again(struct control_text *text, const struct control_table *table)
{
	const char *fields[CONTROL_FIELDS], *message;
	const struct control_row *row;

	for (size_t i = 0; i < table->count; i++) {
		row = &table->rows[i];
		for (size_t j = 0; j < row->count; j++)
			fields[j] = row->fields[j];
		if (row->kind != '.')
			control_put_row(text, row->kind, row->count, fields);
		else if (control_get_end(row, &message) != -1)
			control_put_end(
			    text, control_get_end(row, &message), message);
	}
}

static void
check_same(const struct control_table *one, const struct control_table *other)
{
	const char *message, *same;

	for (size_t i = 0, k = 0; i < one->count; i++) {
		const struct control_row *row = &one->rows[i], *again;
		const int code = control_get_end(row, &message);

		if (row->kind == '\0' || (row->kind == '.' && code == -1))
			continue;
		while (k < other->count && other->rows[k].kind == '\0')
			k++;
		assert(k < other->count);
		again = &other->rows[k++];
		assert(again->kind == row->kind);
		if (row->kind == '.') {
			assert(control_get_end(again, &same) == code);
			assert(code == 0 || strcmp(message, same) == 0);
			continue;
		}
		assert(again->count == row->count);
		for (size_t j = 0; j < row->count; j++)
			assert(strcmp(again->fields[j], row->fields[j]) == 0);
	}
}

static void
check_answer(const char *answer)
{
	struct control_table table, again;
	struct control_text text = { 0 };
	char value[64];
	uint64_t number;

	(void)control_get_fact(answer, "name", value, sizeof(value));
	(void)control_get_number(answer, "name", &number);
	assert(control_table_read(&table, answer) == 0);
	write_again(&text, &table);
	if (!text.failed && text.data != NULL) {
		assert(control_table_read(&again, text.data) == 0);
		check_same(&table, &again);
		control_table_free(&again);
	}
	check_print(&table);
	control_table_free(&table);
	control_text_free(&text);
}

/* Empty words can't be said; a secret is a line. */
static void
check_request(const uint8_t *data, size_t size)
{
	char *line = text_of(data, size), *words[WORDS], *secret;
	char *again[WORDS], *secret_again;
	struct control_text text = { 0 };
	int count = control_get_request(line, words, WORDS, &secret);

	if (count > 0) {
		control_put_request(&text, count, (const char *const *)words);
		if (secret != NULL)
			control_put_secret(&text, secret);
		assert(control_get_request(
			   text.data, again, WORDS, &secret_again) == count);
		for (int i = 0; i < count; i++)
			assert(strcmp(words[i], again[i]) == 0);
		assert(secret == NULL || strcmp(secret, secret_again) == 0);
	} else
		assert(count == BANK_EINVAL);
	free(line);
	control_text_free(&text);
}

/* The bytes up to each zero are a field: any can be written. */
static void
check_fields(const uint8_t *data, size_t size)
{
	char *fields = text_of(data, size);
	const size_t length = strlen(fields);
	const char *value = length < size ? fields + length + 1 : "";
	struct control_text text = { 0 };
	struct control_table table;
	const char *message;

	control_put_row(&text, '+', TEXTS(fields, value));
	control_put_end(&text, 75, value);
	assert(control_table_read(&table, text.data) == 0);
	assert(table.count == 2 && table.rows[0].count == 2);
	assert(strcmp(table.rows[0].fields[0], fields) == 0);
	assert(strcmp(table.rows[0].fields[1], value) == 0);
	assert(control_table_end(&table, &message) == 75);
	assert(strcmp(message, value) == 0);
	assert(control_get_code(text.data) == 75);
	check_print(&table);
	control_table_free(&table);
	control_text_free(&text);
	free(fields);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *answer = text_of(data, size);

	setlocale(LC_CTYPE, "C.UTF-8");
	check_answer(answer);
	check_request(data, size);
	check_fields(data, size);
	free(answer);
	return 0;
}
