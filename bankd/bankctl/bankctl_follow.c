/* SPDX-License-Identifier: ISC */
/*
 * bankctl monitor: prints the lines of the log as they come, until it is
 * interrupted or the bank stops.
 */
#include <stdio.h>
#include <sysexits.h>

#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"

/* Prints each row of an answer without an end as an answer of its own. */
static bool
print_line(void *context, char *line)
{
	const struct bankctl *bankctl = context;
	struct control_text answer = { 0 };
	struct control_row row;

	control_get_row(&row, line);
	if (row.kind != '+')
		return row.kind == '=';
	if (row.count < 2)
		return true;
	if (!bankctl->json)
		printf("%s: %s\n", row.fields[0], row.fields[1]);
	else {
		control_put_row(&answer, '=', TEXTS("level", "line"));
		control_put_row(
		    &answer, '+', TEXTS(row.fields[0], row.fields[1]));
		(void)bankctl_client_print_made(&answer, 0, "", bankctl->json);
	}
	return fflush(stdout) != EOF;
}

int
bankctl_follow_run(struct bankctl *bankctl, int argc, char *argv[])
{
	const char *const words[] = { "monitor" };

	(void)argc;
	(void)argv;
	return bankctl_client_follow(
	    bankctl, NELEM(words), words, print_line, bankctl);
}
