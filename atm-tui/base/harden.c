/* SPDX-License-Identifier: ISC */
/*
 * Hardening of the atm-tui process; nothing here is undone later.
 */
#include "harden.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../../shared/base/error.h"

int
harden_process(void)
{
	const struct rlimit none = { 0, 0 };

	umask(077);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return BANK_ESYS;
	if (prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0)
		return BANK_ESYS;
	return 0;
}
