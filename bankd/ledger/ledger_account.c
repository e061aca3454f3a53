/* SPDX-License-Identifier: ISC */
/*
 * What can be told of an account by itself.  Pure.
 */
#include "ledger_account.h"

#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/wire/wire.h"

bool
ledger_is_own(const char *id)
{
	return id[0] == ':';
}

bool
ledger_is_cash(const char *id)
{
	return strncmp(id, LEDGER_CASH_PREFIX, strlen(LEDGER_CASH_PREFIX)) == 0;
}

bool
ledger_in_range(const char *id, const int64_t cents[2])
{
	if (ledger_is_own(id))
		return cents[WIRE_CHECKING] == 0;
	return cents[0] >= 0 && cents[0] <= MONEY_MAX_CENTS && cents[1] >= 0 &&
	    cents[1] <= MONEY_MAX_CENTS;
}
