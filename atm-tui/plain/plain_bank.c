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
#include "../../shared/base/util.h"
#include "../bank/bank_withdrawal.h"
#include "../base/limits.h"
#include "../bank/notices.h"
#include "../base/options.h"
#include "../base/password_rules.h"
#include "plain.h"
#include "plain_io.h"

void
plain_tell(struct plain *plain, const char *line)
{
	if (plain->tell_count < PLAIN_TELL)
		string_copy(plain->tell[plain->tell_count++], line,
		    sizeof(plain->tell[0]));
	if (plain->notice_count == PLAIN_NOTICES) {
		memmove(plain->notices[0], plain->notices[1],
		    sizeof(plain->notices) - sizeof(plain->notices[0]));
		plain->notice_count--;
	}
	string_copy(plain->notices[plain->notice_count++], line,
	    sizeof(plain->notices[0]));
}

void
plain_say_news(struct plain *plain)
{
	for (size_t i = 0; i < plain->tell_count; i++)
		plain_say(plain->tell[i]);
	plain->tell_count = 0;
}

static void
on_link(void *context, enum bank_link link, const char *why)
{
	struct plain *plain = context;

	plain->link = link;
	if (why != NULL)
		string_copy(plain->why, why, sizeof(plain->why));
}

static void
on_session_over(void *context, enum bank_outcome outcome)
{
	struct plain *plain = context;

	plain->over = true;
	plain->over_by = outcome;
}

static void
on_notice(void *context, const char *text, size_t length)
{
	struct plain *plain = context;
	char words[NOTICES_TEXT_SIZE];

	(void)length;
	plain_tell(plain,
	    notices_describe(
		text, config_string(plain->config, SCREEN_CURRENCY), words));
}

/* What a request was about, and, as %2$s, what became of it. */
static const struct {
	const char *verb;
	int amount, recipient; /* their places among its words */
	const char *words;
} settled_words[] = {
	{ "1", 4, 3, N_("Your earlier transfer of %1$s to %3$s: %2$s") },
	{ "DEPOSIT", 3, 3, N_("Your earlier deposit of %1$s: %2$s") },
	{ "WITHDRAW", 3, 3, N_("Your earlier withdrawal of %1$s: %2$s") },
};

static void
on_settled(void *context, const char *request, bool carried_out,
    const struct bank_reply *reply)
{
	struct plain *plain = context;
	struct wire_token tokens[WIRE_MAX_TOKENS];
	int count = wire_split(request, strlen(request), tokens);
	char line[256], who[64], amount[64], outcome[INTL_REPLY_SIZE];

	for (size_t i = 0; i < NELEM(settled_words); i++) {
		const struct wire_token *sum = &tokens[settled_words[i].amount];
		const struct wire_token *to =
		    &tokens[settled_words[i].recipient];

		if (count <= settled_words[i].amount ||
		    !wire_token_is(&tokens[0], settled_words[i].verb))
			continue;
		snprintf(amount, sizeof(amount), "%.*s", (int)sum->length,
		    sum->text);
		snprintf(who, sizeof(who), "%.*s", (int)to->length, to->text);
		snprintf(line, sizeof(line), _(settled_words[i].words), amount,
		    carried_out ? intl_reply(&reply->reader, outcome)
				: _("it was not carried out"),
		    who);
		plain_tell(plain, line);
	}
}

void
plain_callbacks(struct plain *plain, struct bank_callbacks *callbacks)
{
	*callbacks = (struct bank_callbacks) {
		.link = on_link,
		.session_over = on_session_over,
		.settled = on_settled,
		.context = plain,
	};
	/* The seeds' menu says the seeds' words, and nothing in between. */
	if (plain->full)
		callbacks->notice = on_notice;
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
		/* An answer that can't be shown is none that came. */
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
			plain_say(_("this kiosk cannot do that now"));
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

	if (why == NULL)
		why = password_refusal(reader);
	plain_say(intl_reply(reader, words));
	if (why != NULL)
		plain_say(_(why));
}
