/* SPDX-License-Identifier: ISC */
/*
 * The operator's questions (the vault's): read and written on the operator's
 * thread, from a connection of its own to the store.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/money.h"
#include "../../../shared/base/number.h"
#include "../../../shared/base/util.h"
#include "../../report/export.h"
#include "../../report/head.h"
#include "operator.h"
#include "../verbs/verbs_history.h"
#include "../../store/store_reader.h"
#include "../core/vault_state.h"

#define FLUSH_AT 32768
#define EXPORT_PIECE_SIZE 4096
#define HISTORY_DEFAULT 20
#define HISTORY_MAX 1000000

static void
fail_by(struct operator_command *command, int error)
{
	if (error != 0 && !command->answer.failed)
		operator_fail(command, EX_SOFTWARE, "%s", bank_strerror(error));
}

static const char *
time_text(uint64_t time_ms, char text[WIRE_TIME_TEXT])
{
	return time_ms == 0 ? "-" : wire_format_time(time_ms, text);
}

static bool
write_account(
    void *context, const struct ledger_account *account, const char *name)
{
	struct operator_command *command = context;
	char savings[MONEY_TEXT_SIZE], checking[MONEY_TEXT_SIZE];
	char times[2][WIRE_TIME_TEXT];

	if (command->arg_count > 0 &&
	    strcmp(command->args[0], account->id) != 0)
		return true;
	operator_line(command, '+', account->id, name,
	    money_format(account->cents[WIRE_SAVINGS], savings),
	    money_format(account->cents[WIRE_CHECKING], checking),
	    account->closed_ms != 0 ? "closed" : "open",
	    time_text(account->opened_ms, times[0]),
	    time_text(account->last_login_ms, times[1]), NULL);
	if (command->answer.length > FLUSH_AT)
		operator_flush(command);
	return !command->answer.failed && command->arg_count == 0;
}

static void
accounts_ask(struct operator_command *command, struct store_reader *reader)
{
	operator_line(command, '=', "id", "name", "savings", "checking",
	    "state", "opened", "last-login", NULL);
	fail_by(command, store_reader_accounts(reader, write_account, command));
}

static void
account_start(struct vault *vault, struct operator_command *command)
{
	const struct ledger_account *account;

	account = store_account(vault->books->store, command->args[0]);
	if (account == NULL) {
		operator_fail(
		    command, EX_DATAERR, "no account %s", command->args[0]);
		return;
	}
	command->number = account->number;
	command->last_seq = account->last_seq;
}

/* Makes a row of the fields of a statement's line. */
static void
write_posting(struct operator_command *command,
    const struct ledger_entry *entry, const struct ledger_posting *own,
    bool is_debit)
{
	char line[STATEMENT_LINE_SIZE], *rest = line, *field[7];

	verbs_history_line(entry, own, is_debit, line);
	for (size_t i = 0; i < NELEM(field); i++)
		field[i] = rest != NULL ? strsep(&rest, " ") : line;
	operator_line(command, '+', field[0], field[1], field[2], field[3],
	    field[4], field[5], field[6],
	    entry->kiosk[0] != '\0' ? entry->kiosk : "-", NULL);
}

static bool
write_entry(void *context, const struct ledger_entry *entry)
{
	struct operator_command *command = context;

	if (entry->debit.number == command->number)
		write_posting(command, entry, &entry->debit, true);
	if (entry->credit.number == command->number)
		write_posting(command, entry, &entry->credit, false);
	if (command->answer.length > FLUSH_AT)
		operator_flush(command);
	return !command->answer.failed;
}

static void
history_ask(struct operator_command *command, struct store_reader *reader)
{
	uint64_t count = HISTORY_DEFAULT;

	if (command->arg_count > 1 &&
	    number_parse(command->args[1], 1, HISTORY_MAX, &count) != 0) {
		operator_fail(command, EX_DATAERR,
		    "count is a number from 1 to %d", HISTORY_MAX);
		return;
	}
	operator_line(command, '=', "seq", "time", "kind", "account", "amount",
	    "balance", "counterparty", "kiosk", NULL);
	fail_by(command,
	    store_reader_walk(reader, command->number, command->last_seq, 0,
		count, write_entry, command));
}

static void
verify_start(struct vault *vault, struct operator_command *command)
{
	struct head head;

	(void)vault;
	if (command->arg_count > 0 && head_parse(command->args[0], &head) != 0)
		operator_fail(command, EX_DATAERR,
		    "a head has the form SEQ:HASH, as in the log");
}

static void
verify_ask(struct operator_command *command, struct store_reader *reader)
{
	char error[OPERATOR_MESSAGE_SIZE] = "", chain[2 * 32 + 1], text[24];
	struct head wanted;
	uint8_t head[32] = { 0 };
	uint64_t seq = 0;
	int result;

	result = store_reader_verify(reader, &seq, head, error, sizeof(error));
	if (result == 0 && command->arg_count > 0 &&
	    head_parse(command->args[0], &wanted) == 0)
		result = head_check(reader, &wanted, error, sizeof(error));
	if (result != 0) {
		operator_fail(command,
		    result == BANK_EDAMAGED ? EX_DATAERR : EX_SOFTWARE, "%s",
		    error[0] != '\0' ? error : bank_strerror(result));
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64, seq);
	hex_encode(head, sizeof(head), chain);
	operator_line(command, '+', "seq", text, NULL);
	operator_line(command, '+', "chain", chain, NULL);
}

static void
export_start(struct vault *vault, struct operator_command *command)
{
	if (export_find(command->args[0]) == NULL)
		operator_fail(command, EX_USAGE, "no such format");
	else if (command->arg_count > 2 &&
	    store_account(vault->books->store, command->args[2]) == NULL)
		operator_fail(
		    command, EX_DATAERR, "no account %s", command->args[2]);
}

/* Makes rows of pieces of the text; see fopencookie(3). */
static ssize_t
write_text(void *context, const char *data, size_t length)
{
	struct operator_command *command = context;
	char piece[EXPORT_PIECE_SIZE];
	size_t n, done = 0;

	while (done < length && !command->answer.failed) {
		n = length - done < sizeof(piece) ? length - done
						  : sizeof(piece) - 1;
		memcpy(piece, data + done, n);
		piece[n] = '\0';
		operator_line(command, '+', piece, NULL);
		if (command->answer.length > FLUSH_AT)
			operator_flush(command);
		done += n;
	}
	return command->answer.failed ? 0 : (ssize_t)length;
}

static void
export_ask(struct operator_command *command, struct store_reader *reader)
{
	const cookie_io_functions_t functions = { .write = write_text };
	struct export export = { .reader = reader,
		.id = command->arg_count > 2 ? command->args[2] : NULL,
		.bank = command->args[1] };
	int error;

	export.out = fopencookie(command, "w", functions);
	if (export.out == NULL) {
		fail_by(command, BANK_ENOMEM);
		return;
	}
	operator_line(command, '=', "text", NULL);
	error = export_find(command->args[0])(&export);
	if (fclose(export.out) == EOF)
		command->answer.failed = true;
	fail_by(command, error);
}

const struct operator_row operator_questions[] = {
	{ "accounts", 0, 0, false, NULL, NULL, NULL, accounts_ask },
	{ "account", 1, 1, false, account_start, NULL, NULL, accounts_ask },
	{ "history", 1, 2, false, account_start, NULL, NULL, history_ask },
	{ "export", 2, 3, false, export_start, NULL, NULL, export_ask },
	{ "verify", 0, 1, false, verify_start, NULL, NULL, verify_ask },
	{ .name = NULL },
};
