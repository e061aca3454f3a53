/* SPDX-License-Identifier: ISC */
/*
 * HISTORY (the vault's): asked by the loop, read and written by the thread
 * of statements, answered by the loop.
 */
#include "verbs_history.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../shared/base/util.h"
#include "../../../shared/base/money.h"
#include "../../../shared/wire/wire_memo.h"
#include "../../store/store_reader.h"
#include "../core/books.h"
#include "../core/session.h"
#include "../core/vault_core.h"
#include "../core/connections.h"
#include "verbs_payees.h"

#define STATEMENT_LINE_SIZE 192

struct statement {
	struct errand errand;
	struct store_walk walk; /* over the customer's account */
	bool names;             /* of payees are told too */
	struct verbs_payees payees;
	int error;
	struct wire_writer writer;
	size_t length;
	char text[SEAL_MAX_TEXT];
};

/*
 * One side of an entry as the customer sees it: `seq time kind account
 * amount balance-after counterparty`.  Returns `text`.
 */
static const char *
statement_line(const struct ledger_entry *entry,
    const struct ledger_posting *own, bool is_debit,
    char text[STATEMENT_LINE_SIZE])
{
	char time[WIRE_TIME_TEXT], amount[MONEY_TEXT_SIZE];
	char balance[MONEY_TEXT_SIZE];
	const char *other = "-";

	if (entry->kind == LEDGER_TRANSFER)
		other = is_debit ? entry->credit.id : entry->debit.id;
	money_format(
	    is_debit ? -entry->amount_cents : entry->amount_cents, amount);
	money_format(own->cents[own->account], balance);
	snprintf(text, STATEMENT_LINE_SIZE, "%" PRIu64 " %s %s %d %s %s %s",
	    entry->seq, wire_format_time(entry->time_ms, time),
	    ledger_kind_name(entry->kind), (int)own->account + 1, amount,
	    balance, other);
	return text;
}

/*
 * A transfer between a customer's own accounts has two lines, debit first.
 * The word that went with a transfer is a line of its own after them, and so
 * is the reason of an operator's entry.
 */
static bool
write_entry(void *context, const struct ledger_entry *entry)
{
	struct statement *statement = context;
	char line[STATEMENT_LINE_SIZE], memo[WIRE_MEMO_TEXT];

	if (entry->debit.number == statement->walk.number)
		wire_key(&statement->writer, "entry", "%s",
		    statement_line(entry, &entry->debit, true, line));
	if (entry->credit.number == statement->walk.number)
		wire_key(&statement->writer, "entry", "%s",
		    statement_line(entry, &entry->credit, false, line));
	if (entry->kind == LEDGER_TRANSFER && entry->memo[0] != '\0')
		wire_key(&statement->writer, "memo", "%" PRIu64 " %s",
		    entry->seq, wire_format_memo(entry->memo, memo));
	if (entry->reason[0] != '\0')
		wire_key(&statement->writer, "reason", "%" PRIu64 " %s",
		    entry->seq, entry->reason);
	verbs_payees_add(&statement->payees, entry, statement->walk.number);
	return true;
}

static void
read_entries(struct job *job, void *thread)
{
	struct statement *statement =
	    container_of(job, struct statement, errand.job);
	int length;

	wire_begin(&statement->writer, statement->text, sizeof(statement->text),
	    WIRE_ENTRIES);
	statement->error =
	    store_reader_walk(thread, &statement->walk, write_entry, statement);
	if (statement->error == 0 && statement->names)
		statement->error = verbs_payees_write(
		    &statement->payees, thread, &statement->writer);
	length = wire_finish(&statement->writer);
	if (statement->error == 0 && length < 0)
		statement->error = length;
	if (statement->error == 0)
		statement->length = (size_t)length;
}

static void
answer(struct job *job, void *context)
{
	struct statement *statement =
	    container_of(job, struct statement, errand.job);
	struct connection *connection = statement->errand.connection;
	struct vault *vault = context;

	if (connection != NULL) {
		connection->errand = NULL;
		if (statement->error == 0)
			connection_answer(vault, connection, statement->text,
			    statement->length);
		else
			connection_reply(vault, connection, WIRE_UNAVAILABLE);
		connection_ready(vault, connection);
	}
	free(statement);
}

void
verbs_history_after(struct vault *vault, struct step *step)
{
	const struct request *request = &step->request;
	const struct ledger_account *customer;
	struct statement *statement;

	if (step->reply != STEP_GO_ON)
		return;
	customer =
	    store_account(vault_books(vault)->store, step->session->customer);
	statement = calloc(1, sizeof(*statement));
	if (customer == NULL || statement == NULL) {
		free(statement);
		connection_reply(vault, step->connection, WIRE_UNAVAILABLE);
		connection_ready(vault, step->connection);
		return;
	}
	statement->walk.number = customer->number;
	statement->walk.newest = customer->last_seq;
	/* To the store 0 means the newest; a customer means none. */
	statement->walk.before_seq =
	    request->has_before && request->before_seq == 0
	    ? 1
	    : request->before_seq;
	statement->walk.count = request->count;
	statement->names =
	    books_option(vault_books(vault), BANK_SHOW_NAMES) != 0;
	statement->errand.connection = step->connection;
	step->connection->errand = &statement->errand;
	statement->errand.job.run = read_entries;
	statement->errand.job.done = answer;
	statement->errand.job.owner = customer->number;
	vault_submit(vault, VAULT_STATEMENTS, &statement->errand.job);
}
