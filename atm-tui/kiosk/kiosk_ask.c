/* SPDX-License-Identifier: ISC */
/*
 * Questions to the bank and the machine: each has its screen, and an answer
 * goes to that screen or to nobody.  Runs in atm-tui, on its event loop.
 */
#include "kiosk_ask.h"

#include <string.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire_reply.h"
#include "../base/limits.h"
#include "kiosk.h"

#define SPIN_US 100000

bool
kiosk_replied(const struct bank_reply *reply, int code)
{
	return reply->outcome == BANK_ANSWERED && reply->reader.code == code;
}

struct balances
kiosk_balances(const struct bank_reply *reply)
{
	struct balances balances = { .known = false };
	char savings[MONEY_TEXT_SIZE], checking[MONEY_TEXT_SIZE];

	text_value(&reply->reader, "savings", savings, sizeof(savings));
	text_value(&reply->reader, "checking", checking, sizeof(checking));
	balances.known =
	    text_cents(savings, &balances.cents[WIRE_SAVINGS]) == 0 &&
	    text_cents(checking, &balances.cents[WIRE_CHECKING]) == 0;
	return balances;
}

void
kiosk_say_reply(struct kiosk *kiosk, const struct bank_reply *reply)
{
	const struct wire_token *text = &reply->reader.text;
	char words[INTL_REPLY_SIZE];
	bool heard =
	    reply->outcome == BANK_ANSWERED || reply->outcome == BANK_REFUSED;

	if (!heard)
		chrome_say(kiosk->chrome, ROLE_BAD,
		    N_("The bank can't be reached. Please try again."));
	else
		chrome_say(kiosk->chrome,
		    reply->reader.code == 200 ? ROLE_GOOD : ROLE_BAD,
		    text_clean(words, sizeof(words), text->text, text->length));
}

/* Questions that the customer can walk away from. */
static const bool may_leave[ASK_COUNT] = {
	[ASK_BALANCES] = true,
	[ASK_HISTORY] = true,
	[ASK_DETAILS] = true,
};

static bool
goes_before(const struct kiosk_ask *ask, const struct kiosk_ask *other)
{
	if (may_leave[ask->ask] != may_leave[other->ask])
		return may_leave[other->ask];
	return ask->since_ms < other->since_ms;
}

const struct kiosk_ask *
kiosk_waiting(const struct kiosk *kiosk)
{
	const struct kiosk_ask *ask, *first = NULL;

	for (size_t i = 0; i < KIOSK_ASKS; i++) {
		ask = &kiosk->asks[i];
		if (ask->used && ask->visit == kiosk->visit &&
		    (first == NULL || goes_before(ask, first)))
			first = ask;
	}
	return first;
}

bool
kiosk_is_busy(const struct kiosk *kiosk)
{
	const struct kiosk_ask *ask = kiosk_waiting(kiosk);

	return ask != NULL && !may_leave[ask->ask];
}

/* The answer to `3`, asked for by the customer, the idle clock, a signal. */
static void
on_exit_reply(struct kiosk *kiosk, bool current, const struct bank_reply *reply)
{
	if (kiosk->ending) {
		event_base_loopbreak(kiosk->base);
		return;
	}
	if (!current || reply->outcome != BANK_ANSWERED)
		return;
	kiosk->customer->farewell = kiosk_balances(reply);
	kiosk_go(kiosk, SCREEN_GOODBYE);
}

/* One answer; a screen that was left since doesn't get it. */
static void
on_reply(void *context, const struct bank_reply *reply)
{
	struct kiosk_ask ask = *(struct kiosk_ask *)context;
	struct kiosk *kiosk = ask.kiosk;
	bool current = ask.visit == kiosk->visit;

	((struct kiosk_ask *)context)->used = false;
	if (kiosk_waiting(kiosk) == NULL)
		event_del(kiosk->spin);
	if (ask.ask == ASK_EXIT)
		on_exit_reply(kiosk, current, reply);
	else if (current && kiosk->screens[kiosk->at]->reply != NULL)
		kiosk->screens[kiosk->at]->reply(kiosk, ask.ask, reply);
	else if (ask.ask == ASK_LOGIN && kiosk_replied(reply, 200))
		kiosk_end_session(kiosk, true); /* nobody is there any more */
}

static struct kiosk_ask *
new_ask(struct kiosk *kiosk, enum ask what)
{
	const struct timeval often = { 0, SPIN_US };
	struct kiosk_ask *ask;

	for (size_t i = 0; i < KIOSK_ASKS; i++) {
		ask = &kiosk->asks[i];
		if (ask->used)
			continue;
		*ask = (struct kiosk_ask) { kiosk, true, what, kiosk->visit,
			clock_steady_ms() };
		event_add(kiosk->spin, &often);
		return ask;
	}
	return NULL;
}

static bool
asked(struct kiosk *kiosk, struct kiosk_ask *ask, int error)
{
	if (error >= 0)
		return true;
	if (ask != NULL)
		ask->used = false;
	chrome_say(kiosk->chrome, ROLE_BAD,
	    N_("The bank can't be reached. Please try again."));
	return false;
}

bool
kiosk_ask(struct kiosk *kiosk, enum ask what, const char *request,
    const char *arguments)
{
	struct kiosk_ask *ask = new_ask(kiosk, what);
	int error = BANK_ENOMEM;

	if (ask != NULL && arguments == NULL)
		error = bank_request(kiosk->bank, request, on_reply, ask);
	else if (ask != NULL)
		error = bank_transact(
		    kiosk->bank, request, arguments, on_reply, ask);
	return asked(kiosk, ask, error);
}

/* A withdrawal is over when the machine has done its part too. */
static void
on_cash(void *context, enum cash_result result, const struct bank_reply *reply)
{
	struct kiosk *kiosk = ((struct kiosk_ask *)context)->kiosk;

	kiosk->customer->cash_result = result;
	on_reply(context, reply);
	if (kiosk->end_after_cash)
		kiosk_end(kiosk);
}

bool
kiosk_withdraw(struct kiosk *kiosk)
{
	struct kiosk_ask *ask = new_ask(kiosk, ASK_CASH);

	return asked(kiosk, ask,
	    ask == NULL
		? BANK_ENOMEM
		: cash_withdraw(kiosk->cash, kiosk->customer->order.account,
		      kiosk->customer->order.cents, true, on_cash, ask));
}

bool
kiosk_log_in(struct kiosk *kiosk, const char *id, const char *password)
{
	struct kiosk_ask *ask = new_ask(kiosk, ASK_LOGIN);

	return asked(kiosk, ask,
	    ask == NULL ? BANK_ENOMEM
			: bank_login(kiosk->bank, id, password, on_reply, ask));
}

bool
kiosk_sign_up(
    struct kiosk *kiosk, const char *id, const char *password, const char *name)
{
	struct kiosk_ask *ask = new_ask(kiosk, ASK_SIGN_UP);

	return asked(kiosk, ask,
	    ask == NULL
		? BANK_ENOMEM
		: bank_sign_up(kiosk->bank, id, password, name, on_reply, ask));
}

void
kiosk_end_session(struct kiosk *kiosk, bool quietly)
{
	bool leaving =
	    kiosk_in_session(kiosk) && kiosk_ask(kiosk, ASK_EXIT, "3", NULL);

	if (quietly || !leaving)
		kiosk_go(kiosk, SCREEN_WELCOME);
}

/* What could be asked anew, with better luck. */
static enum another
another(const struct wire_reader *reader)
{
	if (reader->code == wire_reply_code(WIRE_NO_RECIPIENT))
		return ANOTHER_ID;
	return reader->code == wire_reply_code(WIRE_NO_FUNDS) ||
		limits_is_of_amount(reader)
	    ? ANOTHER_AMOUNT
	    : ANOTHER_NOTHING;
}

/* What was carried out is the newest of the customer's own. */
static void
remember(struct kiosk *kiosk)
{
	const struct order *order = &kiosk->customer->order;
	struct past *past = &kiosk->customer->past;

	if (strcmp(order->verb, "WITHDRAW") == 0)
		past_add_amount(past, order->cents);
	else if (*order->recipient != '\0' &&
	    strcmp(order->recipient, kiosk->customer->id) != 0)
		past_add_payee(past, order->recipient);
}

static void
take_outcome(struct kiosk *kiosk, const struct bank_reply *reply)
{
	struct outcome *outcome = &kiosk->customer->outcome;
	const struct wire_token *text = &reply->reader.text;
	struct balances now = kiosk_balances(reply);

	outcome->good = outcome->moved = reply->reader.code == 200;
	text_clean(
	    outcome->text, sizeof(outcome->text), text->text, text->length);
	outcome->detail = limits_refusal(&reply->reader);
	text_value(&reply->reader, "seq", outcome->seq, sizeof(outcome->seq));
	text_value(
	    &reply->reader, "time", outcome->time, sizeof(outcome->time));
	if (now.known)
		kiosk->customer->now = now;
	if (!outcome->good)
		outcome->another = another(&reply->reader);
}

void
kiosk_show_outcome(struct kiosk *kiosk, const struct bank_reply *reply)
{
	struct outcome *outcome = &kiosk->customer->outcome;

	if (reply->outcome != BANK_ANSWERED)
		return; /* session_over() tells the customer */
	memset(outcome, 0, sizeof(*outcome));
	take_outcome(kiosk, reply);
	kiosk_keep_receipt(kiosk, reply, NULL);
	if (outcome->good) {
		outcome->cents = kiosk->customer->order.cents;
		remember(kiosk);
	}
	kiosk_go(kiosk, SCREEN_RESULT);
}

/* The machine did not do its part: its words take the place of the bank's. */
static void
show_no_cash(struct kiosk *kiosk, const struct bank_reply *reply,
    const char *words, const char *advice)
{
	struct outcome *outcome = &kiosk->customer->outcome;

	memset(outcome, 0, sizeof(*outcome));
	if (reply->outcome == BANK_ANSWERED)
		take_outcome(kiosk, reply);
	outcome->good = outcome->moved = false;
	kiosk->customer->now.known = false;
	kiosk_keep_receipt(kiosk, reply, advice);
	string_copy(outcome->text, words, sizeof(outcome->text));
	if (advice != NULL)
		outcome->detail = advice;
	kiosk_go(kiosk, SCREEN_RESULT);
}

void
kiosk_show_cash(struct kiosk *kiosk, const struct bank_reply *reply)
{
	struct outcome *outcome = &kiosk->customer->outcome;
	enum cash_result result = kiosk->customer->cash_result;
	const char *advice = cash_advice(kiosk->cash, result);
	char notes[64];

	if (cash_words(result) != NULL) {
		show_no_cash(kiosk, reply, cash_words(result), advice);
		return;
	}
	kiosk_show_outcome(kiosk, reply);
	if (reply->outcome != BANK_ANSWERED || result != CASH_GIVEN)
		return;
	outcome->cash =
	    *cash_handed_out(kiosk->cash, notes, sizeof(notes)) != '\0';
	if (!outcome->cash)
		outcome->detail = advice;
}
