/* SPDX-License-Identifier: ISC */
/*
 * The operator's commands about money (the vault's): entries of the bank's
 * own, a withdrawal taken back, a customer's limits, and whether customers'
 * transactions are taken at all.  Steps of the batch like a customer's.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../shared/error.h"
#include "../shared/log.h"
#include "../shared/money.h"
#include "../shared/util.h"
#include "notice.h"
#include "operator.h"
#include "vault_state.h"

/* What the words of deposit and adjust say. */
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
}

static void
append(struct vault *vault, struct step *step, struct ledger_account *debit,
    struct ledger_account *credit, const struct ledger_account *customer)
{
	struct operator_command *command = step->subject;
	int error = store_append(vault->store, &step->entry, debit, credit);

	if (error != 0)
		batch_failed(vault, error);
	batch_touch(vault, customer, NULL);
	command->entry = step->entry;
}

static void
change_apply(struct vault *vault, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer = operator_customer(vault, step);
	struct ledger_account *adjust;
	struct ledger_entry *entry = &step->entry;
	struct change change;
	int64_t cents;

	if (customer == NULL || !operator_has_room(vault, command) ||
	    read_change(command, &change) != 0 ||
	    (adjust = batch_bank_account(vault, LEDGER_ADJUST_ID)) == NULL)
		return;
	memset(entry, 0, sizeof(*entry));
	/* Neither can overflow: both are at most MONEY_MAX_CENTS. */
	cents = customer->cents[change.account] + change.cents;
	if (cents < 0)
		operator_fail(command, EX_DATAERR, "there is not so much");
	else if (ledger_adjust(entry, adjust, customer, change.account, cents,
		     vault->now_ms) != WIRE_DONE)
		operator_fail(command, EX_DATAERR, "over the largest balance");
	else if (change.cents > 0)
		append(vault, step, adjust, customer, customer);
	else
		append(vault, step, customer, adjust, customer);
}

static void
change_after(struct vault *vault, struct operator_command *command)
{
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
	char *end;

	*seq = strtoull(text, &end, 10);
	return *text >= '1' && *text <= '9' && *end == '\0' && *seq <= INT64_MAX
	    ? 0
	    : BANK_EINVAL;
}

static void
reverse_start(struct vault *vault, struct operator_command *command)
{
	uint64_t seq;

	(void)vault;
	if (read_seq(command->args[0], &seq) != 0)
		operator_fail(command, EX_DATAERR,
		    "an entry's number is wanted: bankctl history ID");
}

/* The entry named, if it is one that can be taken back. */
static bool
find_withdrawal(struct vault *vault, struct operator_command *command,
    struct ledger_entry *withdrawal)
{
	struct ledger_entry reversal;
	uint64_t seq = 0;

	if (read_seq(command->args[0], &seq) != 0 ||
	    store_find_seq(vault->store, seq, withdrawal) != 0)
		operator_fail(
		    command, EX_DATAERR, "no entry %s", command->args[0]);
	else if (withdrawal->kind != LEDGER_WITHDRAW)
		operator_fail(command, EX_DATAERR,
		    "entry %" PRIu64 " is no withdrawal but of kind %s; use "
		    "adjust",
		    seq, ledger_kind_name(withdrawal->kind));
	else if (store_find_reversal(vault->store, seq, &reversal) == 0)
		operator_fail(command, EX_DATAERR,
		    "entry %" PRIu64 " was taken back by entry %" PRIu64, seq,
		    reversal.seq);
	return command->code == 0;
}

static void
reverse_apply(struct vault *vault, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_entry *withdrawal = &step->original;
	struct ledger_account *both[2] = { NULL, NULL };
	const char *ids[2];
	enum ledger_limit limit;
	int error;

	if (!operator_has_room(vault, command) ||
	    !find_withdrawal(vault, command, withdrawal))
		return;
	ids[0] = withdrawal->credit.id;
	ids[1] = withdrawal->debit.id;
	error = store_begin(vault->store, ids, NELEM(ids), both);
	if (error != 0 || both[0] == NULL || both[1] == NULL) {
		batch_failed(vault, error != 0 ? error : BANK_EDAMAGED);
		return;
	}
	memset(&step->entry, 0, sizeof(step->entry));
	if (ledger_reverse(&step->entry, withdrawal, both[0], both[1],
		&vault->limits, vault->now_ms, &limit) != WIRE_DONE)
		operator_fail(command, EX_DATAERR,
		    "the account %s is closed, or full", ids[1]);
	else
		append(vault, step, both[0], both[1], both[1]);
}

static void
reverse_after(struct vault *vault, struct operator_command *command)
{
	notice_of_entry(vault, &command->entry);
	log_event(LOG_NOTICE, "operator_reverse", "entry",
	    LOG_TEXT(command->args[0]), "seq", LOG_NUMBER(command->entry.seq),
	    NULL);
}

/* One of a customer's four, and cents or -1 for the bank's. */
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
		    "a limit is transfer, transfer-day, withdraw or "
		    "withdraw-day, and an amount or default");
}

static void
limit_apply(struct vault *vault, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *customer = operator_customer(vault, step);
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
	{ "deposit", 4, 4, false, change_start, change_apply, change_after,
	    NULL },
	{ "adjust", 4, 4, false, change_start, change_apply, change_after,
	    NULL },
	{ "reverse", 1, 1, false, reverse_start, reverse_apply, reverse_after,
	    NULL },
	{ "limit", 3, 3, false, limit_start, limit_apply, limit_after, NULL },
	{ "pause", 0, 0, false, pause_start, NULL, NULL, NULL },
	{ "resume", 0, 0, false, pause_start, NULL, NULL, NULL },
};
const size_t operator_money_count = NELEM(operator_money);
