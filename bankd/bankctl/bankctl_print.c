/* SPDX-License-Identifier: ISC */
/*
 * How answers of the control socket are printed, whether they came from there
 * or were made here.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/terminal/text.h"
#include "bankctl.h"
#include "bankctl_client.h"

#define MESSAGE_SIZE 512

/* What an answer's last line says: what went wrong. */
static int
complain_of(int code, const char *message)
{
	if (code == -1)
		return bankctl_complain(EX_IOERR, "the answer was cut off");
	return code == 0 ? 0 : bankctl_complain(code, "%s", message);
}

/* Or what was done, which is not for programs. */
static void
say_done(const char *message)
{
	char text[MESSAGE_SIZE];

	if (message[0] == '\0')
		return;
	text_clean(text, sizeof(text), message, strlen(message));
	fprintf(stderr, "%s\n", text);
}

/* Its rows in order; the code, or the one of a wrong order. */
static int
sort(struct control_table *table, const struct client_order *order, int code)
{
	if (code != 0 || order == NULL ||
	    control_table_sort(table, order->column, order->limit) == 0)
		return code;
	table->count = 0;
	return bankctl_complain(
	    EX_USAGE, "--sort %s: no such column", order->column);
}

static void
print(struct control_table *table, const char *message)
{
	bankctl_use_utf8();
	if (table->count > 1)
		control_table_print(table, stdout);
	say_done(message);
}

int
bankctl_client_print_sorted(const char *answer, enum control_json json,
    const struct client_order *order)
{
	struct control_table table;
	int code = 0, error = control_table_read(&table, answer);
	const char *message;

	if (error == 0) {
		code = control_table_end(&table, &message);
		code = sort(&table, order, complain_of(code, message));
		if (json != CONTROL_JSON_NONE && (table.count > 1 || code == 0))
			control_json_print(&table, json, stdout);
		else if (json == CONTROL_JSON_NONE)
			print(&table, code == 0 ? message : "");
	}
	control_table_free(&table);
	return error == 0 ? code : bankctl_complain(EX_OSERR, "no memory");
}

int
bankctl_client_print(const char *answer, enum control_json json)
{
	return bankctl_client_print_sorted(answer, json, NULL);
}

int
bankctl_client_print_end(const struct control_row *last)
{
	const char *message;
	int code = control_get_end(last, &message);

	return complain_of(code, message);
}

int
bankctl_client_print_made(struct control_text *answer, int code,
    const char *message, enum control_json json)
{
	control_put_end(answer, code, message);
	code = answer->failed ? bankctl_complain(EX_OSERR, "no memory")
			      : bankctl_client_print(answer->data, json);
	control_text_free(answer);
	return code;
}
