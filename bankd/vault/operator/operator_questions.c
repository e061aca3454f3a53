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
#include "../../../shared/base/util.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/zone.h"
#include "../../base/options.h"
#include "../../report/day.h"
#include "../../report/export.h"
#include "../../report/head.h"
#include "../../report/listing.h"
#include "../../report/statement.h"
#include "operator.h"
#include "operator_requests.h"
#include "operator_row.h"
#include "../../store/store_verify.h"
#include "../core/bank_clock.h"
#include "../core/vault_state.h"

#define FLUSH_AT 32768
#define EXPORT_PIECE_SIZE 4096

static void
fail_by(struct operator_command *command, int error)
{
	if (error != 0 && !command->answer.failed)
		operator_fail(command, EX_SOFTWARE, "%s", bank_strerror(error));
}

static bool
write_row(void *context, int kind, size_t count, const char *const fields[])
{
	struct operator_command *command = context;

	control_put_row(&command->answer, kind, count, fields);
	if (command->answer.length > FLUSH_AT)
		operator_flush(command);
	return !command->answer.failed;
}

static void
list(struct operator_command *command, struct store_reader *reader,
    int (*run)(struct listing *listing))
{
	struct listing listing = { .reader = reader,
		.search = &command->search,
		.row = write_row,
		.context = command };

	fail_by(command, run(&listing));
	if (command->code == 0 && listing.more)
		listing_say_more(
		    &listing, command->message, sizeof(command->message));
}

static void
parse(struct operator_command *command, enum search_of of)
{
	char error[OPERATOR_MESSAGE_SIZE];
	int code;

	code = search_parse(&command->search, of, command->arg_count,
	    command->args, error, sizeof(error));
	if (code != 0)
		operator_fail(command, code, "%s", error);
}

static void
find_account(struct vault *vault, struct operator_command *command)
{
	struct search *search = &command->search;
	const struct ledger_account *account;

	if (command->code != 0 || search->account == NULL)
		return;
	account = store_account(vault->books->store, search->account);
	if (account == NULL) {
		operator_fail(
		    command, EX_DATAERR, "no account %s", search->account);
		return;
	}
	search->number = account->number;
	search->newest_seq = account->last_seq;
}

static void
journal_start(struct vault *vault, struct operator_command *command)
{
	parse(command, SEARCH_JOURNAL);
	find_account(vault, command);
}

static void
journal_ask(struct operator_command *command, struct store_reader *reader)
{
	list(command, reader, listing_journal);
}

static void
history_start(struct vault *vault, struct operator_command *command)
{
	parse(command, SEARCH_HISTORY);
	find_account(vault, command);
}

static void
history_ask(struct operator_command *command, struct store_reader *reader)
{
	list(command, reader, listing_history);
}

static void
accounts_start(struct vault *vault, struct operator_command *command)
{
	(void)vault;
	parse(command, SEARCH_ACCOUNTS);
}

static void
account_start(struct vault *vault, struct operator_command *command)
{
	command->arg_count = 0;
	parse(command, SEARCH_ACCOUNTS);
	command->search.account = command->args[0];
	find_account(vault, command);
}

static void
accounts_ask(struct operator_command *command, struct store_reader *reader)
{
	list(command, reader, listing_accounts);
}

static void
audit_start(struct vault *vault, struct operator_command *command)
{
	(void)vault;
	parse(command, SEARCH_AUDIT);
}

static void
audit_ask(struct operator_command *command, struct store_reader *reader)
{
	list(command, reader, listing_audit);
}

static void
requests_start(struct vault *vault, struct operator_command *command)
{
	parse(command, SEARCH_REQUESTS);
	command->search.now_ms = bank_clock_now(vault->clock);
	command->search.request_ms = operator_request_ms(vault->books);
}

static void
requests_ask(struct operator_command *command, struct store_reader *reader)
{
	list(command, reader, listing_requests);
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
	struct store_heads heads;
	int result;

	result = store_reader_verify(reader, &heads, error, sizeof(error));
	if (result == 0 && command->arg_count > 0 &&
	    head_parse(command->args[0], &wanted) == 0)
		result = head_check(reader, &wanted, error, sizeof(error));
	if (result != 0) {
		operator_fail(command,
		    result == BANK_EDAMAGED ? EX_DATAERR : EX_SOFTWARE, "%s",
		    error[0] != '\0' ? error : bank_strerror(result));
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64, heads.seq);
	hex_encode(heads.chain, sizeof(heads.chain), chain);
	operator_line(command, '+', TEXTS("seq", text));
	operator_line(command, '+', TEXTS("chain", chain));
	snprintf(text, sizeof(text), "%" PRIu64, heads.audits);
	hex_encode(heads.audit_chain, sizeof(heads.audit_chain), chain);
	operator_line(command, '+', TEXTS("audits", text));
	operator_line(command, '+', TEXTS("audit-chain", chain));
	head_say_proven(&heads, command->message, sizeof(command->message));
}

static void
export_start(struct vault *vault, struct operator_command *command)
{
	if (export_find(command->args[0]) == NULL)
		operator_fail(command, EX_USAGE, "no such format");
	else if (!options_is_currency(command->args[2]))
		operator_fail(command, EX_USAGE, "no such currency");
	else if (command->arg_count > 3 &&
	    store_account(vault->books->store, command->args[3]) == NULL)
		operator_fail(
		    command, EX_DATAERR, "no account %s", command->args[3]);
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
		operator_line(command, '+', TEXTS(piece));
		if (command->answer.length > FLUSH_AT)
			operator_flush(command);
		done += n;
	}
	return command->answer.failed ? 0 : (ssize_t)length;
}

/* A stream whose text becomes rows; NULL: the command has failed. */
static FILE *
open_text(struct operator_command *command)
{
	const cookie_io_functions_t functions = { .write = write_text };
	FILE *out = fopencookie(command, "w", functions);

	if (out == NULL)
		fail_by(command, BANK_ENOMEM);
	else
		operator_line(command, '=', TEXTS("text"));
	return out;
}

static void
close_text(struct operator_command *command, FILE *out, int error)
{
	if (fclose(out) == EOF)
		command->answer.failed = true;
	fail_by(command, error);
}

static void
export_ask(struct operator_command *command, struct store_reader *reader)
{
	struct export export = { .reader = reader,
		.id = command->arg_count > 3 ? command->args[3] : NULL,
		.bank = command->args[1],
		.currency = command->args[2] };

	if ((export.out = open_text(command)) != NULL)
		close_text(command, export.out,
		    export_find(command->args[0])(&export));
}

/* The bank's name, and then the words of a search. */
static void
statement_start(struct vault *vault, struct operator_command *command)
{
	command->args++;
	command->arg_count--;
	parse(command, SEARCH_STATEMENT);
	find_account(vault, command);
}

static void
statement_ask(struct operator_command *command, struct store_reader *reader)
{
	FILE *out = open_text(command);

	if (out != NULL)
		close_text(command, out,
		    statement_text(
			reader, &command->search, command->args[-1], out));
}

static void
day_start(struct vault *vault, struct operator_command *command)
{
	const char *ending;
	uint64_t time_ms;

	(void)vault;
	if (day_format_find(command->args[0], &ending) == NULL)
		operator_fail(command, EX_USAGE, "no such format");
	else if (zone_parse(command->args[2], clock_real_ms(), &time_ms) != 0)
		operator_fail(command, EX_DATAERR, "no such day");
}

static void
day_ask(struct operator_command *command, struct store_reader *reader)
{
	const char *ending;
	uint64_t time_ms = 0;
	struct day day;
	FILE *out;
	int error;

	(void)zone_parse(command->args[2], clock_real_ms(), &time_ms);
	error = day_read(&day, reader, time_ms);
	if (error != 0)
		fail_by(command, error);
	else if ((out = open_text(command)) != NULL) {
		day_format_find(command->args[0], &ending)(
		    &day, command->args[1], out);
		close_text(command, out, 0);
	}
	day_free(&day);
}

const struct operator_row operator_questions[] = {
	{ .name = "accounts",
	    .most = OPERATOR_WORDS,
	    .start = accounts_start,
	    .ask = accounts_ask },
	{ .name = "account",
	    .least = 1,
	    .most = 1,
	    .start = account_start,
	    .ask = accounts_ask },
	{ .name = "history",
	    .least = 1,
	    .most = OPERATOR_WORDS,
	    .start = history_start,
	    .ask = history_ask },
	{ .name = "journal",
	    .most = OPERATOR_WORDS,
	    .start = journal_start,
	    .ask = journal_ask },
	{ .name = "audit",
	    .most = OPERATOR_WORDS,
	    .start = audit_start,
	    .ask = audit_ask },
	{ .name = "requests", .start = requests_start, .ask = requests_ask },
	{ .name = "export",
	    .least = 3,
	    .most = 4,
	    .start = export_start,
	    .ask = export_ask },
	{ .name = "statement",
	    .least = 2,
	    .most = OPERATOR_WORDS,
	    .start = statement_start,
	    .ask = statement_ask },
	{ .name = "day",
	    .least = 3,
	    .most = 3,
	    .start = day_start,
	    .ask = day_ask },
	{ .name = "verify",
	    .most = 1,
	    .start = verify_start,
	    .ask = verify_ask },
	{ .name = NULL },
};
