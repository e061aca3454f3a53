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
#include "../core/vault_state.h"
#include "../guard/attempts.h"
#include "../../base/state_dir.h"

#define BYTES_PER_MB (UINT64_C(1024) * 1024)

/* The open account that the command names, or a refusal. */
struct ledger_account *
operator_customer(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	char time[WIRE_TIME_TEXT];

	if (customer == NULL || ledger_is_own(customer->id)) {
		operator_fail(
		    command, EX_DATAERR, "no account %s", command->args[0]);
		return NULL;
	}
	if (customer->closed_ms != 0) {
		operator_fail(command, EX_DATAERR,
		    "no account %s: it was closed at %s", customer->id,
		    wire_format_time(customer->closed_ms, time));
		return NULL;
	}
	if (books->mode == VAULT_READ_ONLY) {
		operator_fail(command, EX_UNAVAILABLE, "%s",
		    store_room_reason(books->store));
		return NULL;
	}
	return customer;
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
	if (strlen(hash) + 2 > sizeof(command->hash)) {
		operator_fail(command, EX_SOFTWARE, "the hash is too long");
		return;
	}
	snprintf(command->hash, sizeof(command->hash), "%c%.*s",
	    HASH_FORM_LOCKED, (int)sizeof(command->hash) - 2, hash);
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

	if (customer != NULL)
		set_hash(books, customer, command->hash);
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
		operator_fail(
		    command, EX_DATAERR, "a name is at most 64 bytes of UTF-8");
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
close_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer = operator_customer(books, step);

	if (customer == NULL || !operator_has_room(books, command))
		return;
	if (customer->cents[WIRE_SAVINGS] != 0 ||
	    customer->cents[WIRE_CHECKING] != 0) {
		operator_fail(command, EX_DATAERR,
		    "the account %s is not empty", customer->id);
		return;
	}
	customer->closed_ms = books->now_ms;
	customer->changed = true;
	books_touch(books, customer, NULL);
}

const struct operator_row operator_accounts[] = {
	{ "lock", 1, 1, false, NULL, lock_apply, end_sessions, NULL },
	{ "unlock", 1, 1, false, NULL, unlock_apply, NULL, NULL },
	{ "passwd", 1, 1, true, NULL, passwd_apply, end_sessions, NULL },
	{ "open", 1, 2, true, open_start, open_apply, NULL, NULL },
	{ "close", 1, 1, false, NULL, close_apply, end_sessions, NULL },
	{ .name = NULL },
};
