/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as var/password: no crash, and what is taken has the form.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../bankd/files/files_parse.h"
#include "../../shared/base/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

static int
check_line(void *context, const struct files_line *line)
{
	unsigned *last = context;

	must(line->line > *last);
	*last = line->line;
	must(wire_is_id(line->id, strlen(line->id)));
	must(line->is_hash ||
	    wire_is_password(line->secret, strlen(line->secret)));
	/* Both fit into a line again. */
	must(strlen(line->id) + strlen(line->secret) + 2 <=
	    FILES_PASSWORD_WIDTH);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[128] = "";
	unsigned last = 0;
	int result;

	result =
	    files_parse_password(&(struct files_reading) { "password",
				     check_line, &last, error, sizeof(error) },
		(const char *)data, size);
	must(result == 0 || result == BANK_EINVAL);
	must(result == 0 ||
	    strncmp(error, "password:", strlen("password:")) == 0);
	return 0;
}
