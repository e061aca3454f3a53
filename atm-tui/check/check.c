/* SPDX-License-Identifier: ISC */
/*
 * The order of a check, and its exit code.  Runs as the whole of atm-tui.
 */
#include "check.h"

#include <stdio.h>
#include <sysexits.h>

#include "../../shared/base/error.h"
#include "check_bank.h"
#include "check_machine.h"

int
check_run(const struct config *config)
{
	static const int codes[] = { [CHECK_OK] = EX_OK,
		[CHECK_NOTE] = EX_OK,
		[CHECK_BANK] = EX_UNAVAILABLE,
		[CHECK_WRONG] = EX_CONFIG };
	struct check_report report = { CHECK_OK };

	if (check_bank(&report, config) != 0) {
		fprintf(stderr, "atm-tui: %s\n", bank_strerror(BANK_ENOMEM));
		return EX_OSERR;
	}
	check_machine(&report, config);
	return codes[report.worst];
}
