/* SPDX-License-Identifier: ISC */
/*
 * bankctl monitor: prints the lines of the log as they come, until it is
 * interrupted or the bank stops.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"

/* Prints each row of an answer without an end as an answer of its own. */
static bool
print_line(void *context, char *line)
{
	const struct bankctl *bankctl = context;
	const char *const columns[] = { "level", "line", NULL };
	const char *fields[] = { NULL, NULL, NULL };
	struct answer answer = { 0 };
	char *text;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] != '+')
		return line[0] == '=';
	fields[0] = line + 2;
	text = strchr(line + 2, '\t');
	if (text == NULL)
		return true;
	*text = '\0';
	bankctl_answer_unescape(text + 1);
	fields[1] = text + 1;
	if (!bankctl->json)
		printf("%s: %s\n", fields[0], fields[1]);
	else {
		bankctl_answer_line(&answer, '=', columns);
		bankctl_answer_line(&answer, '+', fields);
		(void)bankctl_answer_print(&answer, 0, "", true);
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
