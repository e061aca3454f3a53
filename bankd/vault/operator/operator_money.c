/* SPDX-License-Identifier: ISC */
/*
 * The operator's commands about money (the vault's): entries of the bank's
 * own, a withdrawal taken back, and a customer's limits.  Steps of the batch
 * like a customer's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/money.h"
#include "../../../shared/base/number.h"
#include "../../../shared/base/util.h"
#include "../../control/control_reason.h"
#include "../../store/store_find.h"
#include "../core/notice.h"
#include "operator.h"
#include "operator_entry.h"
#include "operator_checks.h"
#include "operator_requests.h"
#include "operator_row.h"
#include "../core/vault_state.h"

/* What the words of deposit and adjust say, without reason and ID. */
struct change {
	enum wire_account account;
	int64_t cents;
};

/* Customers know their accounts by number, people in a bank by name. */
static int
read_account(const char *text, enum wire_account *account)
{
	const struct wire_token number = { text, strlen(text) };

	for (enum wire_account i = WIRE_SAVINGS; i <= WIRE_CHECKING; i++) {
		if (strcmp(text, ledger_account_name(i)) == 0) {
			*account = i;
			return 0;
		}
	}
	return wire_token_account(&number, account);
}

static int
read_change(const struct operator_command *command, struct change *change)
{
	const char *amount = command->args[2];
	bool sign = strcmp(command->row->name, "adjust") == 0;
	bool minus = sign && *amount == '-';

	if (sign && (*amount == '-' || *amount == '+'))
		amount++;
	if (read_account(command->args[1], &change->account) != 0 ||
	    money_parse(amount, strlen(amount), &change->cents) != 0 ||
	    change->cents == 0)
		return BANK_EINVAL;
	if (minus)
		change->cents = -change->cents;
	return 0;
}

static bool
may_deposit(
    const struct vault *vault, struct operator_command *command, int64_t cents)
{
	int64_t most = vault_option(vault, OPERATORS_TELLER_DEPOSIT);
	char text[MONEY_TEXT_SIZE];

	if ((command->who.roles & CONTROL_SUPERVISOR) != 0 || cents <= most)
		return true;
	operator_fail(command, EX_NOPERM,
	    "a teller may deposit at most %s ([operators] teller_deposit in "
	    "bankd.ini); a supervisor may deposit more",
	    money_format(most, text));
	return false;
}

static void
change_start(struct vault *vault, struct operator_command *command)
{
	struct change change;

	if (read_account(command->args[1], &change.account) != 0)
		operator_fail(command, EX_DATAERR,
		    "account %s: 1 (savings) or 2 (checking)",
		    command->args[1]);
	else if (read_change(command, &change) != 0)
		operator_fail(command, EX_DATAERR,
		    "amount %s: more than 0, with at most two decimals%s",
		    command->args[2],
		    strcmp(command->row->name, "adjust") == 0
			? ", and + or - before it"
			: "; adjust takes a sign");
	else if (control_reason_is_blank(command->args[3]))
		operator_fail(command, EX_DATAERR, "the reason is empty");
	else if (may_deposit(vault, command, change.cents))
		(void)operator_read_txid(command);
}

/* An entry has no reason, and is the same for `deposit 5` and `adjust +5`. */
static bool
is_same_change(
    const struct operator_command *command, const struct ledger_entry *entry)
{
	bool minus = ledger_is_own(entry->credit.id);
	const struct ledger_posting *own =
	    minus ? &entry->debit : &entry->credit;
	struct change change;

	return entry->kind == LEDGER_ADJUST &&
	    read_change(command, &change) == 0 &&
	    strcmp(own->id, command->args[0]) == 0 &&
	    own->account == change.account &&
	    (minus ? -entry->amount_cents : entry->amount_cents) ==
	    change.cents;
}

/* `savings -50.00`, which read_change() reads again. */
static void
tell_change(const struct change *change, char what[OPERATOR_WHAT_SIZE])
{
	char amount[MONEY_TEXT_SIZE];

	snprintf(what, OPERATOR_WHAT_SIZE, "%s %s",
	    ledger_account_name(change->account),
	    money_format(change->cents, amount));
}

static void
change_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer, *adjust;
	struct change change;
	char what[OPERATOR_WHAT_SIZE], amount[MONEY_GROUPED_SIZE];
	int64_t cents;

	if (operator_is_known(books, command, is_same_change) ||
	    (customer = operator_customer(books, step)) == NULL ||
	    !operator_has_room(books, command) ||
	    read_change(command, &change) != 0)
		return;
	tell_change(&change, what);
	string_copy(command->audit.detail, what, sizeof(command->audit.detail));
	if (operator_waits(books, step,
		change.cents < 0 ? -change.cents : change.cents, what) ||
	    (adjust = books_bank_account(books, LEDGER_ADJUST_ID)) == NULL)
		return;
	operator_begin_entry(step);
	/* Neither can overflow: both are at most MONEY_MAX_CENTS. */
	cents = customer->cents[change.account] + change.cents;
	if (cents < 0)
		operator_fail(command, EX_DATAERR,
		    "there is not so much: %s has %s in %s", customer->id,
		    money_format_grouped(
			customer->cents[change.account], amount),
		    ledger_account_name(change.account));
	else if (ledger_adjust(&step->entry, adjust,
		     (struct ledger_leg) { customer, change.account }, cents,
		     books->now_ms) != WIRE_DONE)
		operator_fail(command, EX_DATAERR, "over the largest balance");
	else if (change.cents > 0)
		operator_append(books, step, adjust, customer);
	else
		operator_append(books, step, customer, adjust);
}

/* Whether money has moved now: not where it waits, or had moved before. */
static bool
tell_outcome(struct vault *vault, struct operator_command *command)
{
	if (command->waits) {
		operator_tell_request(vault, command);
		return false;
	}
	operator_tell_entry(command);
	if (command->repeated)
		return false;
	notice_of_entry(vault, &command->entry);
	return true;
}

static void
change_after(struct vault *vault, struct operator_command *command)
{
	struct change change;

	if (!tell_outcome(vault, command))
		return;
	(void)read_change(command, &change);
	log_event(LOG_NOTICE,
	    strcmp(command->row->name, "adjust") == 0 ? "operator_adjust"
						      : "operator_deposit",
	    "id", LOG_TEXT(command->args[0]), "account",
	    LOG_TEXT(ledger_account_name(change.account)), "amount",
	    LOG_MONEY(change.cents), "seq", LOG_NUMBER(command->entry.seq),
	    "reason", LOG_TEXT(command->args[3]), "by",
	    LOG_TEXT(command->who.by), NULL);
}

static int
read_seq(const char *text, uint64_t *seq)
{
	return *text == '0' ? BANK_EINVAL
			    : number_parse(text, 1, INT64_MAX, seq);
}

static void
reverse_start(struct vault *vault, struct operator_command *command)
{
	uint64_t seq;

	(void)vault;
	if (read_seq(command->args[0], &seq) != 0)
		operator_fail(command, EX_DATAERR,
		    "the number of an entry is needed: bankctl history ID "
		    "shows it");
	else
		(void)operator_read_txid(command);
}

static bool
is_same_reversal(
    const struct operator_command *command, const struct ledger_entry *entry)
{
	uint64_t seq;

	return entry->kind == LEDGER_REVERSAL &&
	    read_seq(command->args[0], &seq) == 0 && entry->reverses == seq;
}

/* Finds the entry named, if it can be taken back. */
static bool
find_withdrawal(struct books *books, struct operator_command *command,
    struct ledger_entry *withdrawal)
{
	struct ledger_entry reversal;
	uint64_t seq = 0;

	if (read_seq(command->args[0], &seq) != 0 ||
	    store_find_seq(books->store, seq, withdrawal) != 0)
		operator_fail(
		    command, EX_DATAERR, "no entry %s", command->args[0]);
	else if (withdrawal->kind != LEDGER_WITHDRAW)
		operator_fail(command, EX_DATAERR,
		    "entry %" PRIu64
		    " is not a withdrawal but of kind %s; use adjust",
		    seq, ledger_kind_name(withdrawal->kind));
	else if (store_find_reversal(books->store, seq, &reversal) == 0)
		operator_fail(command, EX_DATAERR,
		    "entry %" PRIu64 " was reversed by entry %" PRIu64, seq,
		    reversal.seq);
	return command->code == 0;
}

static void
reverse_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_entry *withdrawal = &step->original;
	struct ledger_account *both[2] = { NULL, NULL };
	const char *ids[2];
	struct ledger_rules rules = { .limits = &books->limits,
		.now_ms = books->now_ms };
	int error;

	if (operator_is_known(books, command, is_same_reversal) ||
	    !operator_has_room(books, command) ||
	    !find_withdrawal(books, command, withdrawal))
		return;
	ids[0] = withdrawal->credit.id;
	ids[1] = withdrawal->debit.id;
	error = store_begin(books->store, ids, NELEM(ids), both);
	if (error != 0 || both[0] == NULL || both[1] == NULL) {
		books_failed(books, error != 0 ? error : BANK_EDAMAGED);
		return;
	}
	string_copy(command->audit.about, ids[1], sizeof(command->audit.about));
	if (operator_waits(
		books, step, withdrawal->amount_cents, command->args[0]))
		return;
	operator_begin_entry(step);
	snprintf(command->audit.detail, sizeof(command->audit.detail),
	    "entry %" PRIu64, withdrawal->seq);
	if (ledger_reverse(&step->entry, withdrawal, both[0], both[1],
		&rules) != WIRE_DONE)
		operator_fail(command, EX_DATAERR,
		    "the account %s is closed, or its balance would become too "
		    "large",
		    ids[1]);
	else
		operator_append(books, step, both[0], both[1]);
}

static void
reverse_after(struct vault *vault, struct operator_command *command)
{
	if (!tell_outcome(vault, command))
		return;
	log_event(LOG_NOTICE, "operator_reverse", "entry",
	    LOG_TEXT(command->args[0]), "seq", LOG_NUMBER(command->entry.seq),
	    "by", LOG_TEXT(command->who.by), NULL);
}

/* Reads which of a customer's four limits, and cents, -1 for the bank's. */
static int
read_limit(const struct operator_command *command, enum ledger_limit *limit,
    int64_t *cents)
{
	const char *amount = command->args[2];

	for (*limit = 0; *limit < LEDGER_LIMIT_BALANCE; (*limit)++)
		if (strcmp(ledger_limit_name(*limit), command->args[1]) == 0)
			break;
	*cents = -1;
	if (*limit == LEDGER_LIMIT_BALANCE)
		return BANK_EINVAL;
	return strcmp(amount, "default") == 0
	    ? 0
	    : money_parse(amount, strlen(amount), cents);
}

static void
limit_start(struct vault *vault, struct operator_command *command)
{
	enum ledger_limit limit;
	int64_t cents;

	(void)vault;
	if (read_limit(command, &limit, &cents) != 0)
		operator_fail(command, EX_DATAERR,
		    "limit takes transfer, transfer-day, withdraw or "
		    "withdraw-day, and an amount or default");
}

static void
limit_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer = operator_customer(books, step);
	enum ledger_limit limit;
	char amount[MONEY_TEXT_SIZE];
	int64_t cents;

	if (customer == NULL || read_limit(command, &limit, &cents) != 0)
		return;
	customer->own_limit[limit] = cents;
	customer->changed = true;
	snprintf(command->audit.detail, sizeof(command->audit.detail), "%s %s",
	    command->args[1],
	    cents < 0 ? command->args[2] : money_format(cents, amount));
}

static void
limit_after(struct vault *vault, struct operator_command *command)
{
	char amount[MONEY_GROUPED_SIZE];
	enum ledger_limit limit;
	int64_t cents;

	(void)vault;
	(void)read_limit(command, &limit, &cents);
	if (cents < 0)
		snprintf(command->message, sizeof(command->message),
		    "the limit %s of %s is the bank's again", command->args[1],
		    command->args[0]);
	else
		snprintf(command->message, sizeof(command->message),
		    "the limit %s of %s is now %s", command->args[1],
		    command->args[0], money_format_grouped(cents, amount));
	log_event(LOG_NOTICE, "operator_limit", "id",
	    LOG_TEXT(command->args[0]), "limit", LOG_TEXT(command->args[1]),
	    "amount", LOG_TEXT(command->args[2]), NULL);
}

const struct operator_row operator_money[] = {
	{ .name = "deposit",
	    .least = 5,
	    .most = 5,
	    .roles = CONTROL_TELLER | CONTROL_SUPERVISOR,
	    .is_audited = true,
	    .reason_at = 3,
	    .waits = WAITS_OF_ONE,
	    .start = change_start,
	    .apply = change_apply,
	    .after = change_after },
	{ .name = "adjust",
	    .least = 5,
	    .most = 5,
	    .roles = CONTROL_SUPERVISOR,
	    .is_audited = true,
	    .reason_at = 3,
	    .waits = WAITS_OF_ONE,
	    .start = change_start,
	    .apply = change_apply,
	    .after = change_after },
	{ .name = "reverse",
	    .least = 2,
	    .most = 2,
	    .roles = CONTROL_SUPERVISOR,
	    .wants_reason = true,
	    .is_audited = true,
	    .waits = WAITS_OF_ENTRY,
	    .start = reverse_start,
	    .apply = reverse_apply,
	    .after = reverse_after },
	{ .name = "limit",
	    .least = 3,
	    .most = 3,
	    .roles = CONTROL_SUPERVISOR,
	    .wants_reason = true,
	    .is_audited = true,
	    .details = 2,
	    .start = limit_start,
	    .apply = limit_apply,
	    .after = limit_after },
	{ .name = NULL },
};
