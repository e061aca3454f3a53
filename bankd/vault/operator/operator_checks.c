/* SPDX-License-Identifier: ISC */
/*
 * What stands before an operator's command is carried out: the account is
 * there, and there is room.
 */
#include "operator_checks.h"

#include <sysexits.h>

#include "../../../shared/base/zone.h"
#include "operator.h"
#include "../core/vault_state.h"
#include "../../base/state_dir.h"

#define BYTES_PER_MB (UINT64_C(1024) * 1024)

/* The open account that the command names, or a refusal. */
struct ledger_account *
operator_customer(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	char time[ZONE_TIME_TEXT];

	if (customer == NULL || ledger_is_own(customer->id)) {
		operator_fail(
		    command, EX_DATAERR, "no account %s", command->args[0]);
		return NULL;
	}
	if (customer->closed_ms != 0) {
		operator_fail(command, EX_DATAERR,
		    "no account %s: it was closed at %s", customer->id,
		    zone_text(customer->closed_ms, time));
		return NULL;
	}
	return operator_can_write(books, command) ? customer : NULL;
}

bool
operator_can_write(struct books *books, struct operator_command *command)
{
	if (books->mode != VAULT_READ_ONLY)
		return true;
	operator_fail(
	    command, EX_UNAVAILABLE, "%s", store_room_reason(books->store));
	return false;
}

/* A pause holds up customers alone; the operator needs room on the disk. */
static bool
is_for_others(const struct operator_command *command)
{
	const struct vault *vault = command->vault;
	uint64_t least =
	    (uint64_t)vault_option(vault, BANK_MIN_FREE) * BYTES_PER_MB;

	return vault->paused && vault->books->mode == VAULT_REFUSING &&
	    state_dir_free(vault->dir) >= least;
}

bool
operator_has_room(struct books *books, struct operator_command *command)
{
	if (books->mode == VAULT_NORMAL || is_for_others(command))
		return true;
	operator_fail(command, EX_UNAVAILABLE,
	    "the bank cannot take transactions now: %s",
	    store_room_reason(books->store));
	return false;
}
