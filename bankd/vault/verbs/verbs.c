/* SPDX-License-Identifier: ISC */
/*
 * The requests of a session (the vault's): the table of verbs, their way
 * through the checks into the batch, the writing of their answers, and the
 * verbs that move no money.
 */
#include "verbs.h"

#include <assert.h>
#include <inttypes.h>

#include <openssl/crypto.h>

#include "../../../shared/base/log.h"
#include "../../../shared/base/money.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "checks.h"
#include "verbs_password.h"
#include "verbs_history.h"
#include "verbs_money.h"
#include "../core/books.h"
#include "../core/rates.h"
#include "../core/connections.h"
#include "../core/sessions.h"
#include "../core/vault_core.h"

#define MOVES (REQUEST_MOVES | REQUEST_WRITES)

static void
after_exit(struct vault *vault, struct step *step)
{
	if (step->reply == WIRE_GOODBYE)
		session_end(vault, step->session, "exit");
}

static enum wire_reply
close_account(struct books *books, struct step *step)
{
	struct ledger_account *customer = step->accounts[STEP_CUSTOMER];

	customer->closed_ms = books->now_ms;
	customer->changed = true;
	books_touch(books, customer, NULL);
	return WIRE_CLOSED;
}

static void
after_close(struct vault *vault, struct step *step)
{
	if (step->reply != WIRE_CLOSED)
		return;
	log_event(LOG_NOTICE, "account_closed", "id",
	    LOG_TEXT(step->session->customer), "kiosk",
	    LOG_TEXT(step->kiosk->name), NULL);
	session_end_others(
	    vault, step->session->number, NULL, "account closed");
}

static void
after_notify(struct vault *vault, struct step *step)
{
	struct connection *connection = step->connection;
	char delivery = step->request.delivery;

	(void)vault;
	if (step->reply != WIRE_NOTICES)
		return;
	connection->notify_port = step->request.port;
	connection->notify = delivery == 'u' ? NOTIFY_UDP
	    : delivery == 't'                ? NOTIFY_TLS
					     : NOTIFY_OFF;
}

const struct request_verb verbs_table[REQUESTS_COUNT] = {
	[REQUESTS_TRANSFER] = { "1", "xarm?te",
	    .traits = MOVES | REQUEST_RECIPIENT, .carry_out = verbs_transfer,
	    .after = verbs_after, .id = REQUESTS_TRANSFER },
	[REQUESTS_BALANCES] = { "2", "", .id = REQUESTS_BALANCES,
	    .reply = WIRE_BALANCES },
	[REQUESTS_EXIT] = { "3", "", .traits = REQUEST_ENDS,
	    .after = after_exit, .id = REQUESTS_EXIT, .reply = WIRE_GOODBYE },
	[REQUESTS_DEPOSIT] = { "DEPOSIT", "xam", .traits = MOVES | REQUEST_CASH,
	    .carry_out = verbs_cash, .after = verbs_after,
	    .id = REQUESTS_DEPOSIT },
	[REQUESTS_WITHDRAW] = { "WITHDRAW", "xam",
	    .traits = MOVES | REQUEST_CASH, .carry_out = verbs_cash,
	    .after = verbs_after, .id = REQUESTS_WITHDRAW },
	[REQUESTS_REVERSE] = { "REVERSE", "xw",
	    .traits = MOVES | REQUEST_CASH | REQUEST_REVERSES,
	    .carry_out = verbs_cash, .after = verbs_after,
	    .id = REQUESTS_REVERSE },
	[REQUESTS_OUTCOME] = { "OUTCOME", "x", .traits = REQUEST_RECORDS,
	    .carry_out = verbs_outcome, .id = REQUESTS_OUTCOME },
	[REQUESTS_HISTORY] = { "HISTORY", "n?s", .traits = REQUEST_WAITS,
	    .after = verbs_history_after, .id = REQUESTS_HISTORY,
	    .reply = STEP_GO_ON },
	[REQUESTS_DETAILS] = { "DETAILS", "", .id = REQUESTS_DETAILS,
	    .reply = WIRE_DETAILS },
	[REQUESTS_PASSWORD] = { "PASSWORD", "",
	    .traits = REQUEST_PASSWORDS | REQUEST_WAITS | REQUEST_RECORDS,
	    .carry_out = verbs_password_begin, .after = verbs_password_after,
	    .id = REQUESTS_PASSWORD },
	[REQUESTS_CLOSE] = { "CLOSE", "",
	    .traits = REQUEST_WRITES | REQUEST_ENDS, .carry_out = close_account,
	    .after = after_close, .id = REQUESTS_CLOSE },
	[REQUESTS_NOTIFY] = { "NOTIFY", "d?p", .after = after_notify,
	    .id = REQUESTS_NOTIFY, .reply = WIRE_NOTICES },
	[REQUESTS_PING] = { "PING", "", .traits = REQUEST_QUIET,
	    .id = REQUESTS_PING, .reply = WIRE_PONG },
};

const struct request_verb verbs_reversal = { "V", "",
	REQUEST_WRITES | REQUEST_REVERSES, verbs_cash, verbs_after,
	.id = REQUESTS_REVERSAL };

/* On this session a refusal is the outcome of its txid. */
static void
keep_refusal(struct books *books, struct step *step)
{
	const struct request *request = &step->request;

	if ((request->verb->traits & REQUEST_MOVES) == 0 ||
	    step->reply == WIRE_DONE)
		return;
	step->refused = refusals_add(&step->session->refusals, request,
	    checks_to_account(books, request), step->reply, step->limit);
}

void
verbs_decide(struct books *books, struct step *step)
{
	const struct request_verb *verb = step->request.verb;
	enum wire_reply reply = STEP_GO_ON;

	step->reply = checks[0](books, step);
	if (step->reply != STEP_GO_ON)
		return;
	for (size_t i = 1; i < checks_count && reply == STEP_GO_ON; i++)
		reply = checks[i](books, step);
	if (reply == STEP_GO_ON && verb->carry_out == NULL)
		reply = verb->reply;
	else if (reply == STEP_GO_ON)
		reply = verb->carry_out(books, step);
	step->reply = reply;
	keep_refusal(books, step);
}

/* The customer's balances after the entry; V gets none. */
static void
write_done(
    struct books *books, const struct step *step, struct wire_writer *writer)
{
	const struct ledger_entry *entry = &step->entry;
	const struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	const struct ledger_posting *own =
	    entry->debit.number == customer->number ? &entry->debit
						    : &entry->credit;
	char time[WIRE_TIME_TEXT];

	(void)books;
	wire_key(writer, "seq", "%" PRIu64, entry->seq);
	wire_key(writer, "time", "%s", wire_format_time(entry->time_ms, time));
	if (step->request.verb->id == REQUESTS_REVERSAL)
		return;
	wire_key_money(writer, "savings", own->cents[WIRE_SAVINGS]);
	wire_key_money(writer, "checking", own->cents[WIRE_CHECKING]);
}

static void
write_balances(
    struct books *books, const struct step *step, struct wire_writer *writer)
{
	const struct ledger_account *customer = step->accounts[STEP_CUSTOMER];

	(void)books;
	wire_key_money(writer, "savings", customer->cents[WIRE_SAVINGS]);
	wire_key_money(writer, "checking", customer->cents[WIRE_CHECKING]);
}

static void
write_limits(
    struct books *books, const struct step *step, struct wire_writer *writer)
{
	const struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	char amount[MONEY_TEXT_SIZE], left[MONEY_TEXT_SIZE];
	uint32_t rate = (uint32_t)books_option(books, LIMITS_RATE);

	for (enum ledger_limit i = 0; i < LEDGER_LIMIT_BALANCE; i++) {
		money_format(
		    ledger_limit_of(&books->limits, customer, i), amount);
		money_format(ledger_left_today(
				 &books->limits, customer, i, books->now_ms),
		    left);
		wire_key(writer, "limit", "%s %s %s", ledger_limit_name(i),
		    amount, left);
	}
	if (rate != 0)
		wire_key(writer, "limit", "%s %" PRIu32 " %" PRIu32,
		    ledger_limit_name(LEDGER_LIMIT_RATE), rate,
		    rates_left(books->rates, customer->number, rate));
}

static void
write_details(
    struct books *books, const struct step *step, struct wire_writer *writer)
{
	const struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	char name[WIRE_NAME_SIZE] = "", hash[STORE_HASH_SIZE];
	char time[WIRE_TIME_TEXT];

	if (store_account_texts(books->store, customer, name, hash) != 0)
		name[0] = '\0';
	OPENSSL_cleanse(hash, sizeof(hash));
	wire_key(writer, "id", "%s", customer->id);
	wire_key(writer, "name", "%s", name);
	wire_key(writer, "opened", "%s",
	    wire_format_time(customer->opened_ms, time));
	wire_key(writer, "last-login", "%s",
	    step->session->last_login_ms == 0
		? "-"
		: wire_format_time(step->session->last_login_ms, time));
	write_limits(books, step, writer);
}

static void
write_notices(
    struct books *books, const struct step *step, struct wire_writer *writer)
{
	char key_id[2 * CONNECTION_KEY_ID_SIZE + 1];

	if (step->request.delivery != 'u')
		return;
	hex_encode(step->connection->key_id, CONNECTION_KEY_ID_SIZE, key_id);
	wire_key(writer, "key-id", "%s", key_id);
	wire_key(writer, "from-port", "%u", (unsigned)books->from_port);
}

static void
write_limit(
    struct books *books, const struct step *step, struct wire_writer *writer)
{
	(void)books;
	wire_key(writer, "limit", "%s", step->limit);
}

static void
write_rule(
    struct books *books, const struct step *step, struct wire_writer *writer)
{
	(void)books;
	if (step->rule != NULL)
		wire_key(writer, "rule", "%s", step->rule);
}

/* Writers of the replies that have keys; all others are one line. */
static void (*const writers[WIRE_REPLY_COUNT])(struct books *books,
    const struct step *step, struct wire_writer *writer) = {
	[WIRE_DONE] = write_done,
	[WIRE_BALANCES] = write_balances,
	[WIRE_GOODBYE] = write_balances,
	[WIRE_DETAILS] = write_details,
	[WIRE_NOTICES] = write_notices,
	[WIRE_OVER_LIMIT] = write_limit,
	[WIRE_INCORRECT] = write_rule,
};

void
verbs_write(struct books *books, struct step *step)
{
	struct wire_writer writer;
	int length;

	wire_begin(&writer, step->text, sizeof(step->text), step->reply);
	if (writers[step->reply] != NULL)
		writers[step->reply](books, step, &writer);
	length = wire_finish(&writer);
	assert(length >= 0); /* there is room for the longest answer */
	step->length = (size_t)length;
}

static void
apply(struct books *books, struct step *step)
{
	verbs_decide(books, step);
	if (step->reply != STEP_GO_ON && books->error == 0)
		verbs_write(books, step);
}

static void
apply_refusal(struct books *books, struct step *step)
{
	step->reply = WIRE_INCORRECT;
	verbs_write(books, step);
}

static void
finish(struct vault *vault, struct step *step)
{
	const struct request_verb *verb = step->request.verb;

	if (verb != NULL)
		figures_count_answer(&vault_counts(vault)->figures,
		    (unsigned)verb->id, step->reply);
	if (step->connection->state != CONNECTION_IN_SESSION)
		return;
	if (step->reply != STEP_GO_ON) {
		connection_answer(
		    vault, step->connection, step->text, step->length);
		if (verb != NULL && (verb->traits & REQUEST_WAITS) != 0)
			connection_ready(vault, step->connection);
	}
	if (verb != NULL && verb->after != NULL)
		verb->after(vault, step);
}

static void
drop(struct vault *vault, struct step *step)
{
	if (step->request.verb->id == REQUESTS_PASSWORD)
		verbs_password_drop(vault, step);
}

static const struct step_kind request_step = {
	.apply = apply,
	.finish = finish,
	.drop = drop,
};
static const struct step_kind refusal_step = {
	.apply = apply_refusal,
	.finish = finish,
};

static void
fill(struct step *step, struct connection *connection)
{
	const struct request *request = &step->request;
	unsigned traits = request->verb->traits;

	step->session = connection->session;
	step->kiosk = &step->session->kiosk;
	step->ids[STEP_CUSTOMER] = step->session->customer;
	if ((traits & REQUEST_RECIPIENT) != 0)
		step->ids[STEP_OTHER] = request->recipient;
	if ((traits & REQUEST_CASH) != 0)
		step->ids[STEP_BANK] = step->session->cash_id;
	step->writes = (traits & (REQUEST_WRITES | REQUEST_RECORDS)) != 0;
	step->reads = (traits & ~(unsigned)REQUEST_QUIET) == 0 &&
	    request->verb->after == NULL;
	step->last = (traits & REQUEST_ENDS) != 0;
	connection->busy = (traits & REQUEST_WAITS) != 0;
}

void
verbs_take(struct vault *vault, struct connection *connection, const char *text,
    size_t length)
{
	struct step *step = batch_add(vault, &request_step, connection);

	vault_counts(vault)->requests++;
	if (request_read(&step->request, verbs_table, REQUESTS_COUNT, text,
		length) != 0) {
		step->request.verb = NULL;
		step->kind = &refusal_step;
		connection->session->active_ms = clock_steady_ms();
		return;
	}
	if ((step->request.verb->traits & REQUEST_QUIET) == 0)
		connection->session->active_ms = clock_steady_ms();
	fill(step, connection);
}

int
verbs_input(struct vault *vault, struct connection *connection,
    const char *text, size_t length)
{
	if (connection->busy || connection->waiting != NULL)
		return connection_wait(connection, text, length);
	verbs_take(vault, connection, text, length);
	return 0;
}
