/* SPDX-License-Identifier: ISC */
/*
 * The operator closes an account (the vault's), if need be with a last
 * transfer of what is on it: `close ID --to OTHER`.  That is held by no limit
 * of the customer's, but by the one above which it takes two people.
 */
#include "operator_close.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/money.h"
#include "../../../shared/base/util.h"
#include "../core/notice.h"
#include "../core/vault_state.h"
#include "operator.h"
#include "operator_checks.h"

#define WORDS_WITH_TO 3 /* ID --to OTHER */

static const struct ledger_limits no_limits = { { MONEY_MAX_CENTS,
    MONEY_MAX_CENTS, MONEY_MAX_CENTS, MONEY_MAX_CENTS, MONEY_MAX_CENTS } };

/* The account that gets what is left, or a refusal. */
static struct ledger_account *
find_other(struct books *books, struct operator_command *command,
    const struct ledger_account *customer)
{
	const char *const ids[1] = { command->args[2] };
	struct ledger_account *other = NULL;
	int error = store_begin(books->store, ids, 1, &other);

	if (error != 0)
		books_failed(books, error);
	else if (other == NULL || other == customer ||
	    ledger_is_own(other->id) || other->closed_ms != 0)
		operator_fail(command, EX_DATAERR,
		    "--to %s: there is no such account, or it is closed, or "
		    "the same",
		    ids[0]);
	else
		return other;
	return NULL;
}

/* Savings to savings, checking to checking. */
static void
move_all(struct books *books, struct operator_command *command,
    struct ledger_account *customer, struct ledger_account *other)
{
	struct ledger_rules rules = { .limits = &no_limits,
		.now_ms = books->now_ms };

	/* They go with the account. */
	for (size_t i = 0; i < NELEM(customer->own_limit); i++)
		customer->own_limit[i] = -1;
	for (enum wire_account i = WIRE_SAVINGS; i <= WIRE_CHECKING; i++) {
		struct ledger_entry *entry = &command->moved[command->moves];

		if (customer->cents[i] == 0)
			continue;
		*entry = (struct ledger_entry) { .kind = LEDGER_TRANSFER,
			.amount_cents = customer->cents[i] };
		string_copy(entry->by, command->who.by, sizeof(entry->by));
		string_copy(
		    entry->reason, command->reason, sizeof(entry->reason));
		if (ledger_book(entry, (struct ledger_leg) { customer, i },
			(struct ledger_leg) { other, i },
			&rules) != WIRE_DONE) {
			operator_fail(command, EX_DATAERR,
			    "the balance of %s would become too large",
			    other->id);
			return;
		}
		books_append(books, entry, customer, other);
		command->audit.seq = entry->seq;
		command->moves++;
	}
}

static bool
empty_it(struct books *books, struct operator_command *command,
    struct ledger_account *customer)
{
	int64_t over = books_option(books, OPERATORS_FOUR_EYES_OVER);
	struct ledger_account *other = NULL;

	if (command->arg_count == WORDS_WITH_TO &&
	    (other = find_other(books, command, customer)) == NULL)
		return false;
	if (customer->cents[WIRE_SAVINGS] == 0 &&
	    customer->cents[WIRE_CHECKING] == 0)
		return true;
	if (other == NULL) {
		operator_fail(command, EX_DATAERR,
		    "the account %s is not empty; --to ID moves what is on it "
		    "to another account",
		    customer->id);
		return false;
	}
	if (customer->cents[WIRE_SAVINGS] > over ||
	    customer->cents[WIRE_CHECKING] > over) {
		operator_fail(command, EX_DATAERR,
		    "so much takes two people: adjust it, and have it "
		    "approved, first");
		return false;
	}
	move_all(books, command, customer, other);
	return command->code == 0 && books->error == 0;
}

/* With other words an empty account would be closed all the same. */
void
operator_close_start(struct vault *vault, struct operator_command *command)
{
	(void)vault;
	if (command->arg_count == 1 ||
	    (command->arg_count == WORDS_WITH_TO &&
		strcmp(command->args[1], "--to") == 0))
		return;
	operator_fail(command, EX_USAGE, "usage: bankctl close id [--to id]");
}

void
operator_close_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer = operator_customer(books, step);

	command->moves = 0;
	if (customer == NULL || !operator_has_room(books, command) ||
	    !empty_it(books, command, customer))
		return;
	customer->closed_ms = books->now_ms;
	customer->changed = true;
	books_touch(books, customer, NULL);
}

/* `ann is closed: entry 91, savings 1,250.50 to fey` */
static void
say_moves(struct operator_command *command)
{
	char *text = command->message, amount[MONEY_GROUPED_SIZE];
	const size_t size = sizeof(command->message);
	size_t length =
	    (size_t)snprintf(text, size, "%s is closed", command->args[0]);

	for (size_t i = 0; i < command->moves && length < size; i++) {
		const struct ledger_entry *entry = &command->moved[i];

		length += (size_t)snprintf(text + length, size - length,
		    "%s entry %" PRIu64 ", %s %s to %s", i == 0 ? ":" : ";",
		    entry->seq, ledger_account_name(entry->debit.account),
		    money_format_grouped(entry->amount_cents, amount),
		    entry->credit.id);
	}
}

void
operator_close_tell(struct vault *vault, struct operator_command *command)
{
	for (size_t i = 0; i < command->moves; i++)
		notice_of_entry(vault, &command->moved[i]);
	say_moves(command);
}
