/* SPDX-License-Identifier: ISC */
/*
 * The facts of an answer, for those who reckon with them.
 */
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"

bool
bankctl_fact_text(
    const char *answer, const char *name, char *value, size_t size)
{
	size_t length = strlen(name), value_length;

	for (const char *line = answer; line != NULL && *line != '\0';
	     line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "+ ", 2) != 0 ||
		    strncmp(line + 2, name, length) != 0 ||
		    line[2 + length] != '\t')
			continue;
		line += 2 + length + 1;
		value_length = strcspn(line, "\n");
		string_copy(value, line,
		    value_length + 1 < size ? value_length + 1 : size);
		bankctl_answer_unescape(value);
		return true;
	}
	value[0] = '\0';
	return false;
}

bool
bankctl_fact_number(const char *answer, const char *name, uint64_t *number)
{
	char value[24];

	*number = 0;
	if (!bankctl_fact_text(answer, name, value, sizeof(value)) ||
	    value[0] == '\0' || value[strspn(value, "0123456789")] != '\0')
		return false;
	*number = strtoull(value, NULL, 10);
	return true;
}

bool
bankctl_answer_is_whole(const char *answer)
{
	size_t length = strlen(answer);
	const char *last;

	if (length == 0 || answer[length - 1] != '\n')
		return false;
	last = memrchr(answer, '\n', length - 1);
	return strncmp(last != NULL ? last + 1 : answer, ". ", 2) == 0;
}
