/* SPDX-License-Identifier: ISC */
/*
 * The operator's commands that change an account (the vault's): steps of the
 * batch like a customer's, with the same store and the same rules.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../files/hash_form.h"
#include "operator.h"
#include "operator_checks.h"
#include "operator_close.h"
#include "operator_row.h"
#include "../core/vault_state.h"
#include "../guard/attempts.h"

static void
set_hash(struct books *books, const struct ledger_account *customer,
    const char *hash)
{
	int error = store_set_hash(books->store, customer, hash);

	if (error != 0)
		books_failed(books, error);
	books_touch(books, customer, hash);
}

/* Reads the customer's hash. */
static void
read_hash(struct books *books, struct operator_command *command,
    const struct ledger_account *customer, char hash[STORE_HASH_SIZE])
{
	char name[WIRE_NAME_SIZE];
	int error;

	error = store_account_texts(books->store, customer, name, hash);
	if (error != 0)
		operator_fail(command, EX_SOFTWARE, "%s", bank_strerror(error));
}

/* The command's hash becomes this one, locked; or the command fails. */
static bool
lock_hash(struct operator_command *command, const char hash[STORE_HASH_SIZE])
{
	if (strlen(hash) + 2 > sizeof(command->hash)) {
		operator_fail(command, EX_SOFTWARE, "the hash is too long");
		return false;
	}
	snprintf(command->hash, sizeof(command->hash), "%c%.*s",
	    HASH_FORM_LOCKED, (int)sizeof(command->hash) - 2, hash);
	return true;
}

static void
lock_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer = operator_customer(books, step);
	char hash[STORE_HASH_SIZE];

	if (customer == NULL)
		return;
	read_hash(books, command, customer, hash);
	if (command->code != 0 || hash[0] == HASH_FORM_LOCKED)
		return;
	if (lock_hash(command, hash))
		set_hash(books, customer, command->hash);
}

static void
unlock_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer = operator_customer(books, step);
	char hash[STORE_HASH_SIZE];
	int error;

	if (customer == NULL)
		return;
	read_hash(books, command, customer, hash);
	if (command->code != 0)
		return;
	if ((error = attempt_clear(books, customer->id)) != 0) {
		operator_fail(command, EX_SOFTWARE, "%s", bank_strerror(error));
		return;
	}
	if (hash[0] != HASH_FORM_LOCKED)
		return;
	string_copy(command->hash, hash + 1, sizeof(command->hash));
	set_hash(books, customer, command->hash);
}

static void
passwd_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer = operator_customer(books, step);
	char before[STORE_HASH_SIZE], hash[STORE_HASH_SIZE];
	/* The run before this one, if any, may have locked it. */
	bool is_locked = command->hash[0] == HASH_FORM_LOCKED;

	if (customer == NULL)
		return;
	string_copy(hash, command->hash + is_locked, sizeof(hash));
	string_copy(command->hash, hash, sizeof(command->hash));
	/* Only unlock lets a customer in again who is locked out. */
	read_hash(books, command, customer, before);
	if (command->code != 0 ||
	    (before[0] == HASH_FORM_LOCKED && !lock_hash(command, hash)))
		return;
	set_hash(books, customer, command->hash);
	customer->must_change = command->row->makes_secret;
}

/* For lock, passwd and close: ends all the customer's sessions. */
static void
end_sessions(struct vault *vault, struct operator_command *command)
{
	const struct ledger_account *customer;

	customer = store_account(vault->books->store, command->args[0]);
	if (customer != NULL)
		session_end_others(
		    vault, customer->number, NULL, "by the operator");
}

/* Shown this once, and kept by nobody. */
static void
once_after(struct vault *vault, struct operator_command *command)
{
	end_sessions(vault, command);
	operator_line(
	    command, '+', TEXTS("one-time-password", command->secret));
}

static void
open_start(struct vault *vault, struct operator_command *command)
{
	const char *id = command->args[0];

	(void)vault;
	if (!wire_is_id(id, strlen(id)))
		operator_fail(command, EX_DATAERR,
		    "an ID has 1 to 32 characters of A-Z a-z 0-9 . _ - and "
		    "starts with a letter or digit");
	else if (command->arg_count > 1 &&
	    !wire_is_name(command->args[1], strlen(command->args[1])))
		operator_fail(command, EX_DATAERR,
		    "a name is at most 64 bytes of UTF-8 without control "
		    "characters");
}

static void
open_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	const char *name = command->arg_count > 1 ? command->args[1] : "";
	struct ledger_account *account;
	int error;

	if (!operator_has_room(books, command))
		return;
	error = store_account_new(books->store, command->args[0], name,
	    command->hash, books->now_ms, &account);
	if (error == 0)
		books_touch(books, account, command->hash);
	else if (error == BANK_EEXIST)
		operator_fail(command, EX_DATAERR,
		    "the ID %s is taken; bankctl account shows since when",
		    command->args[0]);
	else
		books_failed(books, error);
}

static void
close_after(struct vault *vault, struct operator_command *command)
{
	operator_close_tell(vault, command);
	end_sessions(vault, command);
}

#define TELLER (CONTROL_TELLER | CONTROL_SUPERVISOR)

const struct operator_row operator_accounts[] = {
	{ .name = "lock",
	    .least = 1,
	    .most = 1,
	    .roles = TELLER,
	    .wants_reason = true,
	    .is_audited = true,
	    .apply = lock_apply,
	    .after = end_sessions },
	{ .name = "unlock",
	    .least = 1,
	    .most = 1,
	    .roles = TELLER,
	    .wants_reason = true,
	    .is_audited = true,
	    .apply = unlock_apply },
	{ .name = "passwd --one-time",
	    .least = 1,
	    .most = 1,
	    .roles = TELLER,
	    .has_secret = true,
	    .makes_secret = true,
	    .wants_reason = true,
	    .is_audited = true,
	    .apply = passwd_apply,
	    .after = once_after },
	{ .name = "passwd",
	    .least = 1,
	    .most = 1,
	    .roles = CONTROL_SUPERVISOR,
	    .has_secret = true,
	    .wants_reason = true,
	    .is_audited = true,
	    .apply = passwd_apply,
	    .after = end_sessions },
	{ .name = "open",
	    .least = 1,
	    .most = 2,
	    .roles = TELLER,
	    .has_secret = true,
	    .wants_reason = true,
	    .is_audited = true,
	    .details = 1,
	    .start = open_start,
	    .apply = open_apply },
	{ .name = "close",
	    .least = 1,
	    .most = 3,
	    .details = 2,
	    .roles = TELLER,
	    .wants_reason = true,
	    .is_audited = true,
	    .start = operator_close_start,
	    .apply = operator_close_apply,
	    .after = close_after },
	{ .name = NULL },
};
