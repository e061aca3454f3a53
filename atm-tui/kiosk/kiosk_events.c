/* SPDX-License-Identifier: ISC */
/*
 * What the bank tells the kiosk unasked: the link, the end of a session,
 * notices, and what became of what was left over.  Runs in atm-tui, on its
 * event loop.
 */
#include <stdio.h>
#include <string.h>

#include "../../shared/base/util.h"
#include "kiosk.h"
#include "../bank/notices.h"

/* Whether the customer of a session that is gone is still to be told. */
static bool
owes_result(const struct kiosk *kiosk)
{
	return kiosk->at == SCREEN_RESULT || cash_is_busy(kiosk->cash);
}

static void
on_link(void *context, enum bank_link link, const char *why)
{
	struct kiosk *kiosk = context;
	bool nobody;

	if (kiosk->state == NULL || kiosk->ending)
		return;
	nobody = !kiosk_in_session(kiosk) && kiosk->at != SCREEN_OUT &&
	    kiosk->at != SCREEN_GOODBYE && !owes_result(kiosk);
	if (why != NULL)
		kiosk->why_down = why;
	if (link == BANK_LINK_DOWN && nobody)
		kiosk_go(kiosk, SCREEN_OUT);
	else if (link == BANK_LINK_READY && kiosk->at == SCREEN_OUT)
		kiosk_go(kiosk, SCREEN_WELCOME);
}

static void
on_session_over(void *context, enum bank_outcome outcome)
{
	struct kiosk *kiosk = context;
	const char *why = outcome == BANK_LOST
	    ? _("Link lost: see your statement before you repeat anything")
	    : _("Your session has ended");

	if (kiosk->ending) {
		event_base_loopbreak(kiosk->base);
		return;
	}
	if (kiosk->at == SCREEN_WELCOME || kiosk->at == SCREEN_OUT)
		return;
	/* Who waits for money is told of the money, and a result is read. */
	if (!owes_result(kiosk))
		kiosk_go(kiosk, SCREEN_WELCOME);
	chrome_say(kiosk->chrome, ROLE_BAD, why);
}

void
kiosk_add_notice(struct kiosk *kiosk, const char *words, bool unread)
{
	if (kiosk->notice_count == KIOSK_NOTICES) {
		memmove(kiosk->notices[0], kiosk->notices[1],
		    sizeof(kiosk->notices) - sizeof(kiosk->notices[0]));
		kiosk->notice_count--;
	}
	string_copy(
	    kiosk->notices[kiosk->notice_count++], words, KIOSK_NOTICE_SIZE);
	if (unread && kiosk->unread < KIOSK_NOTICES)
		kiosk->unread++;
}

/* A banner shows the newest. */
static void
add_notice(struct kiosk *kiosk, const char *words)
{
	kiosk_add_notice(kiosk, words, true);
	chrome_banner(kiosk->chrome, words);
}

static void
on_notice(void *context, const char *text, size_t length)
{
	struct kiosk *kiosk = context;
	char words[NOTICES_TEXT_SIZE];

	(void)length;
	if (kiosk->ending || !kiosk_in_session(kiosk))
		return;
	notices_describe(
	    text, config_string(kiosk->config, SCREEN_CURRENCY), words);
	add_notice(kiosk, words);
}

/* `1 txid account recipient amount ...` or `VERB txid account amount`. */
static void
describe_request(
    struct kiosk *kiosk, const char *request, char *to, size_t size)
{
	struct wire_token tokens[WIRE_MAX_TOKENS];
	int count = wire_split(request, strlen(request), tokens);
	char money[TEXT_MONEY_SIZE];
	int64_t cents = 0;

	*to = '\0';
	if (count < (*request == '1' ? 5 : 4))
		return;
	wire_token_amount(&tokens[*request == '1' ? 4 : 3], &cents);
	chrome_money(kiosk->chrome, money, cents);
	if (*request == '1')
		snprintf(to, size, _("transfer of %s to %.*s"), money,
		    (int)tokens[3].length, tokens[3].text);
	else if (*request == 'D')
		snprintf(to, size, _("deposit of %s"), money);
	else
		snprintf(to, size, _("withdrawal of %s"), money);
}

static void
on_settled(void *context, const char *request, bool carried_out,
    const struct bank_reply *reply)
{
	struct kiosk *kiosk = context;
	char what[96], words[KIOSK_NOTICE_SIZE];

	(void)reply;
	describe_request(kiosk, request, what, sizeof(what));
	snprintf(words, sizeof(words),
	    carried_out ? _("Carried out before the link was lost: %s")
			: _("NOT carried out when the link was lost: %s"),
	    what);
	add_notice(kiosk, words);
}

void
kiosk_callbacks(struct kiosk *kiosk, struct bank_callbacks *callbacks)
{
	*callbacks = (struct bank_callbacks) { on_link, on_session_over,
		on_notice, on_settled, kiosk };
}
