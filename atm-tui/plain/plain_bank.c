/* SPDX-License-Identifier: ISC */
/*
 * Plain mode and the bank: asks and waits, keeps copies of answers, and
 * gathers what came unasked until the next menu.  Part of atm-tui.
 */
#include "plain_bank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/terminal/text.h"
#include "../bank/bank_report.h"
#include "../bank/bank_withdrawal.h"
#include "../base/limits.h"
#include "../base/options.h"
#include "plain_io.h"

void
plain_tell(void *plain, const struct sentence *what)
{
	news_add(&((struct plain *)plain)->news, 0, what, true);
}

void
plain_say_line(const struct plain *plain, size_t line)
{
	char text[SENTENCE_SIZE];

	plain_say(sentence_write(&plain->news.lines[line].what,
	    config_string(plain->config, SCREEN_CURRENCY), text));
}

void
plain_say_news(struct plain *plain)
{
	struct news *news = &plain->news;

	for (size_t i = 0; i < news->count; i++) {
		if (news->lines[i].unread)
			plain_say_line(plain, i);
		news_read(news, i);
	}
}

static void
on_session_over(void *context, enum bank_outcome outcome)
{
	struct plain *plain = context;

	plain->over = true;
	plain->over_by = outcome;
}

void
plain_callbacks(struct plain *plain, struct bank_callbacks *callbacks)
{
	*callbacks = (struct bank_callbacks) {
		.session_over = on_session_over,
		.settled = plain_tell,
		.context = plain,
	};
	/* A script with the seeds' menu hears the seeds' words alone. */
	if (plain->full || plain->person)
		callbacks->notice = plain_tell;
}

static void
on_deadline(int fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	*(bool *)argument = true;
}

/* Runs the loop until `done`, or for PLAIN_REACH_SECONDS. */
static void
wait_until(struct plain *plain, bool (*done)(const struct plain *plain))
{
	const struct timeval limit = { PLAIN_REACH_SECONDS, 0 };
	bool late = false;
	struct event *deadline = evtimer_new(plain->base, on_deadline, &late);

	if (deadline == NULL || evtimer_add(deadline, &limit) != 0)
		late = true;
	while (!late && !done(plain))
		event_base_loop(plain->base, EVLOOP_ONCE);
	if (deadline != NULL)
		event_free(deadline);
}

static bool
is_ready(const struct plain *plain)
{
	return bank_link_state(plain->bank) == BANK_LINK_READY;
}

static bool
is_ready_or_ended(const struct plain *plain)
{
	return is_ready(plain) || plain->end;
}

bool
plain_wait_for_bank(struct plain *plain)
{
	wait_until(plain, is_ready_or_ended);
	return is_ready(plain);
}

static bool
has_taken_back(const struct plain *plain)
{
	return !bank_is_taking_back(plain->bank);
}

void
plain_wait_for_reversals(struct plain *plain)
{
	wait_until(plain, has_taken_back);
}

static bool
has_reported(const struct plain *plain)
{
	return !bank_report_is_due(plain->bank);
}

void
plain_wait_for_reports(struct plain *plain)
{
	wait_until(plain, has_reported);
}

void
plain_forget_reply(struct plain *plain)
{
	free(plain->reply_lines);
	free(plain->reply_text);
	plain->reply_lines = plain->reply_text = NULL;
	memset(&plain->reply, 0, sizeof(plain->reply));
}

/* The reply is the bank's only during the call: keep a copy of it. */
void
plain_take_reply(void *context, const struct bank_reply *reply)
{
	struct plain *plain = context;
	const struct wire_reader *from = &reply->reader;
	struct wire_reader *to = &plain->reply.reader;

	plain->waiting = false;
	plain_forget_reply(plain);
	plain->reply.outcome = reply->outcome;
	if (reply->outcome != BANK_ANSWERED && reply->outcome != BANK_REFUSED)
		return;
	*to = *from;
	plain->reply_lines = malloc(from->lines_length + 1);
	plain->reply_text = malloc(from->text.length + 1);
	if (plain->reply_lines == NULL || plain->reply_text == NULL) {
		/* Without memory the answer counts as lost. */
		plain_forget_reply(plain);
		plain->reply.outcome = plain->over_by = BANK_LOST;
		plain->over = true;
		return;
	}
	if (from->lines_length > 0)
		memcpy(plain->reply_lines, from->lines, from->lines_length);
	memcpy(plain->reply_text, from->text.text, from->text.length);
	to->lines = plain->reply_lines;
	to->text.text = plain->reply_text;
}

/* Bounded by the bank's own deadlines: an answer always comes. */
void
plain_wait_for_reply(struct plain *plain)
{
	fflush(stdout);
	while (plain->waiting)
		event_base_loop(plain->base, EVLOOP_ONCE);
}

static const struct wire_reader *
plain_await(struct plain *plain, int error)
{
	if (error != 0) {
		plain->waiting = false;
		if (error == BANK_EINVAL)
			plain_say(_("incorrect input"));
		else if (!plain->over)
			plain_say(_("this machine can't do that now"));
		return NULL;
	}
	plain_wait_for_reply(plain);
	return plain->reply.outcome == BANK_ANSWERED ? &plain->reply.reader
						     : NULL;
}

const struct wire_reader *
plain_request(struct plain *plain, const char *request)
{
	plain->waiting = true;
	return plain_await(
	    plain, bank_request(plain->bank, request, plain_take_reply, plain));
}

const struct wire_reader *
plain_transact(struct plain *plain, const char *verb, const char *arguments)
{
	plain->waiting = true;
	return plain_await(plain,
	    bank_transact(
		plain->bank, verb, arguments, plain_take_reply, plain));
}

static void
on_cash(void *context, enum cash_result result, const struct bank_reply *reply)
{
	struct plain *plain = context;

	plain->cash_result = result;
	plain_take_reply(plain, reply);
}

const struct wire_reader *
plain_hand_out(
    struct plain *plain, enum wire_account account, int64_t cents, bool exact)
{
	plain->waiting = true;
	plain->cash_result = CASH_NOT_BOOKED;
	return plain_await(plain,
	    cash_withdraw(plain->cash, account, cents, exact, on_cash, plain));
}

void
plain_say_reply(const struct wire_reader *reader)
{
	char words[INTL_REPLY_SIZE];
	const char *why = limits_refusal(reader);

	plain_say(intl_reply(reader, words));
	if (why != NULL)
		plain_say(_(why));
}

void
plain_say_balances(const struct plain *plain, const struct wire_reader *reader)
{
	char savings[TEXT_MONEY_SIZE], checking[TEXT_MONEY_SIZE];
	int64_t cents[2];

	if (wire_find(reader, "savings", savings, sizeof(savings)) != 0 ||
	    wire_find(reader, "checking", checking, sizeof(checking)) != 0 ||
	    text_cents(savings, &cents[0]) != 0 ||
	    text_cents(checking, &cents[1]) != 0) {
		plain_say_reply(reader);
		return;
	}
	plain_sayf(_("Your savings account balance: %s"),
	    plain_money(plain, savings, cents[0]));
	plain_sayf(_("Your checking account balance: %s"),
	    plain_money(plain, checking, cents[1]));
}
