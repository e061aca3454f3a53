/* SPDX-License-Identifier: ISC */
/*
 * The reason of a command that changes money or access.  A script that gives
 * none goes on without one, unless the bank requires it.
 */
#include "bankctl_reason.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../control/control_reason.h"
#include "bankctl.h"
#include "../base/options.h"

void
bankctl_reason_ask(struct bankctl *bankctl)
{
	static char line[CONTROL_REASON_SIZE + 1];
	int c;

	if (bankctl->reason != NULL || bankctl->yes || !isatty(STDIN_FILENO) ||
	    !isatty(STDERR_FILENO))
		return;
	fputs("reason: ", stderr);
	/* A password that is typed next must not stay in the buffer. */
	setvbuf(stdin, NULL, _IONBF, 0);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return;
	/* One that is too long is refused; none of it is the password. */
	if (strchr(line, '\n') == NULL)
		while ((c = getchar()) != EOF && c != '\n')
			continue;
	line[strcspn(line, "\n")] = '\0';
	bankctl->reason = line;
}

int
bankctl_reason_check(const struct bankctl *bankctl, const char *command)
{
	const char *reason = bankctl->reason != NULL ? bankctl->reason : "";
	bool is_required =
	    config_number(bankctl->config, OPERATORS_REQUIRE_REASON) != 0;
	char error[128];
	int code;

	code = control_reason_check(
	    reason, command, is_required, error, sizeof(error));
	return code == 0 ? 0 : bankctl_complain(code, "%s", error);
}
