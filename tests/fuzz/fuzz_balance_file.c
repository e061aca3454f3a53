/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as var/balance: no crash, and what is taken has the form.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../bankd/files/files_parse.h"
#include "../../shared/base/error.h"
#include "../../shared/base/money.h"

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
	must(line->cents[0] >= 0 && line->cents[0] <= MONEY_MAX_CENTS);
	must(line->cents[1] >= 0 && line->cents[1] <= MONEY_MAX_CENTS);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[128] = "";
	unsigned last = 0;
	int result;

	result =
	    files_parse_balance(&(struct files_reading) { "balance", check_line,
				    &last, error, sizeof(error) },
		(const char *)data, size);
	must(result == 0 || result == BANK_EINVAL);
	must(
	    result == 0 || strncmp(error, "balance:", strlen("balance:")) == 0);
	return 0;
}
