/* SPDX-License-Identifier: ISC */
/*
 * What every room of the vault may ask of the process: its books, a thread, an
 * option's value, its end for a reason, room in the log for what strangers do.
 */
#include "vault_core.h"

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../../shared/base/log.h"
#include "../../store/store_serve.h"
#include "vault_state.h"

#define LINES_A_SECOND 20

struct books *
vault_books(struct vault *vault)
{
	return vault->books;
}

struct vault_counts *
vault_counts(struct vault *vault)
{
	return vault->counts;
}

void
vault_submit(struct vault *vault, enum vault_pool pool, struct job *job)
{
	/* Both read bank.db, and must find there what was answered. */
	if ((pool == VAULT_STATEMENTS || pool == VAULT_OPERATOR) &&
	    store_publish(vault->books->store) != 0)
		vault_fail(vault, EX_SOFTWARE, "bank.db can't be written");
	pool_submit(vault->pools[pool], job);
}

int64_t
vault_option(const struct vault *vault, enum bankd_option option)
{
	return books_option(vault->books, option);
}

void
vault_fail(struct vault *vault, int exit_code, const char *reason)
{
	log_event(LOG_ERR, "vault_failed", "why", LOG_TEXT(reason), NULL);
	if (ipc_send_reason(vault->monitor.ipc, IPC_FAILED, (uint8_t)exit_code,
		reason) == 0)
		(void)ipc_drain(vault->monitor.ipc);
	_exit(exit_code);
}

bool
vault_tells(struct vault *vault)
{
	if (vault->told == LINES_A_SECOND) {
		vault->untold++;
		return false;
	}
	vault->told++;
	return true;
}

void
vault_tell_untold(struct vault *vault)
{
	if (vault->untold > 0)
		log_event(LOG_WARNING, "left_out", "lines",
		    LOG_NUMBER(vault->untold), NULL);
	vault->told = vault->untold = 0;
}
