/* SPDX-License-Identifier: ISC */
/*
 * The reason of an operator's command.
 */
#include "control_reason.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/utf8.h"

const char *
control_reason_take(char *words[], int *count)
{
	const char *reason = NULL;
	int kept = 0;

	for (int i = 0; i < *count; i++) {
		if (i > 0 && i + 1 < *count &&
		    strcmp(words[i], "--reason") == 0)
			reason = words[++i];
		else
			words[kept++] = words[i];
	}
	*count = kept;
	return reason != NULL && control_reason_is_blank(reason) ? "" : reason;
}

bool
control_reason_is_blank(const char *reason)
{
	return reason[strspn(reason, " ")] == '\0';
}

int
control_reason_check(const char *reason, const char *command, bool is_required,
    char *error, size_t size)
{
	size_t length = strlen(reason);

	if (length >= CONTROL_REASON_SIZE || !utf8_is_clean(reason, length)) {
		snprintf(error, size,
		    "a reason has at most %d bytes of UTF-8, no control "
		    "characters",
		    CONTROL_REASON_SIZE - 1);
		return EX_DATAERR;
	}
	if (!is_required || !control_reason_is_blank(reason))
		return 0;
	snprintf(error, size,
	    "%s needs --reason text ([operators] require_reason in bankd.ini)",
	    command);
	return EX_USAGE;
}
