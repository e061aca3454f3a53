/* SPDX-License-Identifier: ISC */
/*
 * The operator's commands about money (the vault's): entries of the bank's
 * own, a withdrawal taken back, a customer's limits, and whether customers'
 * transactions are taken at all.  Steps of the batch like a customer's.
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
#include "../core/notice.h"
#include "operator.h"
#include "../core/vault_state.h"

/* What the words of deposit and adjust say, without reason and ID. */
struct change {
	enum wire_account account;
	int64_t cents;
};

static int
read_change(const struct operator_command *command, struct change *change)
{
	const char *amount = command->args[2];
	bool sign = strcmp(command->row->name, "adjust") == 0;
	bool minus = sign && *amount == '-';
	const struct wire_token which = { command->args[1],
		strlen(command->args[1]) };

	if (sign && (*amount == '-' || *amount == '+'))
		amount++;
	if (wire_token_account(&which, &change->account) != 0 ||
	    money_parse(amount, strlen(amount), &change->cents) != 0 ||
	    change->cents == 0)
		return BANK_EINVAL;
	if (minus)
		change->cents = -change->cents;
	return 0;
}

/*
 * The last word, 32 hex digits: what the entry is known by for ever, so that
 * a command asked again after a lost answer is not carried out again.  All
 * zeros would be none (bankd-files(5)).
 */
static bool
read_txid(struct operator_command *command)
{
	static const uint8_t none[WIRE_TXID_SIZE];
	const char *text = command->args[command->arg_count - 1];

	if (wire_parse_txid(text, strlen(text), command->txid) == 0 &&
	    memcmp(command->txid, none, sizeof(none)) != 0)
		return true;
	operator_fail(command, EX_DATAERR,
	    "a transaction ID has 32 digits, 0-9 and a-f, not all of them 0");
	return false;
}

/*
 * Whether the ID is known, which ends the command: with the first outcome
 * where `is_same` says that its entry is what the command asks for.  This
 * comes before anything that may have changed since is looked at.  An
 * operator's ID is never stale: the note of it may be asked about long after.
 */
static bool
is_known(struct books *books, struct operator_command *command,
    bool (*is_same)(const struct operator_command *command,
	const struct ledger_entry *entry))
{
	struct ledger_entry *entry = &command->entry;
	bool settled;
	int error;

	error =
	    store_find_txid(books->store, NULL, command->txid, entry, &settled);
	if (error == BANK_ENOTFOUND)
		return false;
	if (error != 0)
		books_failed(books, error);
	else if (is_same(command, entry))
		command->repeated = true;
	else
		operator_fail(command, EX_DATAERR,
		    "this ID was used for something else, entry %" PRIu64,
		    entry->seq);
	return true;
}

/* Tells of the entry, a new one or one that was there before. */
static void
tell_entry(struct operator_command *command)
{
	char seq[24], time[WIRE_TIME_TEXT], txid[WIRE_TXID_TEXT];

	snprintf(seq, sizeof(seq), "%" PRIu64, command->entry.seq);
	wire_format_txid(command->txid, txid);
	operator_line(command, '+', "entry", seq, NULL);
	operator_line(command, '+', "time",
	    wire_format_time(command->entry.time_ms, time), NULL);
	operator_line(command, '+', "id", txid, NULL);
	operator_line(
	    command, '+', "booked", command->repeated ? "before" : "now", NULL);
}

static void
change_start(struct vault *vault, struct operator_command *command)
{
	struct change change;

	(void)vault;
	if (read_change(command, &change) != 0)
		operator_fail(command, EX_DATAERR,
		    "account is 1 (savings) or 2 (checking), amount more than "
		    "0 with at most two decimals; adjust takes a sign");
	else if (command->args[3][0] == '\0')
		operator_fail(command, EX_DATAERR, "the reason is empty");
	else
		(void)read_txid(command);
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

/* Fills in the parts of an entry that are not the ledger's. */
static void
begin_entry(struct step *step)
{
	const struct operator_command *command = step->subject;

	memset(&step->entry, 0, sizeof(step->entry));
	memcpy(step->entry.txid, command->txid, WIRE_TXID_SIZE);
}

static void
append(struct books *books, struct step *step, struct ledger_account *debit,
    struct ledger_account *credit)
{
	struct operator_command *command = step->subject;

	books_append(books, &step->entry, debit, credit);
	command->entry = step->entry;
}

static void
change_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer, *adjust;
	struct change change;
	int64_t cents;

	if (is_known(books, command, is_same_change) ||
	    (customer = operator_customer(books, step)) == NULL ||
	    !operator_has_room(books, command) ||
	    read_change(command, &change) != 0 ||
	    (adjust = books_bank_account(books, LEDGER_ADJUST_ID)) == NULL)
		return;
	begin_entry(step);
	/* Neither can overflow: both are at most MONEY_MAX_CENTS. */
	cents = customer->cents[change.account] + change.cents;
	if (cents < 0)
		operator_fail(command, EX_DATAERR, "there is not so much");
	else if (ledger_adjust(&step->entry, adjust,
		     (struct ledger_leg) { customer, change.account }, cents,
		     books->now_ms) != WIRE_DONE)
		operator_fail(command, EX_DATAERR, "over the largest balance");
	else if (change.cents > 0)
		append(books, step, adjust, customer);
	else
		append(books, step, customer, adjust);
}

static void
change_after(struct vault *vault, struct operator_command *command)
{
	tell_entry(command);
	if (command->repeated)
		return;
	notice_of_entry(vault, &command->entry);
	log_event(LOG_NOTICE,
	    strcmp(command->row->name, "adjust") == 0 ? "operator_adjust"
						      : "operator_deposit",
	    "id", LOG_TEXT(command->args[0]), "account",
	    LOG_TEXT(command->args[1]), "amount", LOG_TEXT(command->args[2]),
	    "seq", LOG_NUMBER(command->entry.seq), "reason",
	    LOG_TEXT(command->args[3]), NULL);
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
		(void)read_txid(command);
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

	if (is_known(books, command, is_same_reversal) ||
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
	begin_entry(step);
	if (ledger_reverse(&step->entry, withdrawal, both[0], both[1],
		&rules) != WIRE_DONE)
		operator_fail(command, EX_DATAERR,
		    "the account %s is closed, or its balance would become too "
		    "large",
		    ids[1]);
	else
		append(books, step, both[0], both[1]);
}

static void
reverse_after(struct vault *vault, struct operator_command *command)
{
	tell_entry(command);
	if (command->repeated)
		return;
	notice_of_entry(vault, &command->entry);
	log_event(LOG_NOTICE, "operator_reverse", "entry",
	    LOG_TEXT(command->args[0]), "seq", LOG_NUMBER(command->entry.seq),
	    NULL);
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
	int64_t cents;

	if (customer == NULL || read_limit(command, &limit, &cents) != 0)
		return;
	customer->own_limit[limit] = cents;
	customer->changed = true;
}

static void
limit_after(struct vault *vault, struct operator_command *command)
{
	(void)vault;
	log_event(LOG_NOTICE, "operator_limit", "id",
	    LOG_TEXT(command->args[0]), "limit", LOG_TEXT(command->args[1]),
	    "amount", LOG_TEXT(command->args[2]), NULL);
}

static void
pause_start(struct vault *vault, struct operator_command *command)
{
	bool paused = strcmp(command->row->name, "pause") == 0;

	if (vault->paused != paused)
		log_event(LOG_NOTICE, paused ? "paused" : "resumed",
		    "transactions", LOG_TEXT(paused ? "refused" : "taken"),
		    NULL);
	vault->paused = paused;
}

const struct operator_row operator_money[] = {
	{ "deposit", 5, 5, false, change_start, change_apply, change_after,
	    NULL },
	{ "adjust", 5, 5, false, change_start, change_apply, change_after,
	    NULL },
	{ "reverse", 2, 2, false, reverse_start, reverse_apply, reverse_after,
	    NULL },
	{ "limit", 3, 3, false, limit_start, limit_apply, limit_after, NULL },
	{ "pause", 0, 0, false, pause_start, NULL, NULL, NULL },
	{ "resume", 0, 0, false, pause_start, NULL, NULL, NULL },
	{ .name = NULL },
};
