/* SPDX-License-Identifier: ISC */
/*
 * The vault's clock for others' lots, and its end where one can't be taken
 * over.
 */
#include "vault_hosts.h"

#include <sysexits.h>

#include "../../shared/base/error.h"
#include "../store/store_hosts.h"
#include "core/hosts.h"
#include "core/vault_state.h"

static int
exit_code_of(int error)
{
	switch (error) {
	case BANK_ENOSPC:
		return EX_IOERR;
	case BANK_ENOMEM:
		return EX_OSERR;
	default:
		return error == BANK_EDAMAGED || error == BANK_EINVAL
		    ? EX_DATAERR
		    : EX_SOFTWARE;
	}
}

void
vault_hosts_poll_in(struct vault *vault, unsigned ms)
{
	const struct timeval pause = { ms / 1000, (ms % 1000) * 1000 };

	if (store_poll_ms(vault->books->store) != 0 &&
	    event_add(vault->poll_hosts, &pause) != 0)
		vault_fail(vault, EX_OSERR, "no memory for a timer");
}

void
vault_hosts_poll(struct vault *vault)
{
	unsigned next_ms;
	int error = hosts_poll(vault, &next_ms);

	if (error == BANK_EFORK)
		hosts_fork(vault);
	if (error != 0)
		vault_fail(vault, exit_code_of(error), bank_strerror(error));
	batch_publish_later(vault);
	vault_hosts_poll_in(vault, next_ms);
}
