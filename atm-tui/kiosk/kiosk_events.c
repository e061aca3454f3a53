/* SPDX-License-Identifier: ISC */
/*
 * What the bank tells the kiosk unasked: the link, the end of a session,
 * notices, and what became of what was left over.  Runs in atm-tui, on its
 * event loop.
 */
#include "kiosk_events.h"

#include <time.h>

#include "kiosk.h"

/* Whether the customer of a session that is gone is still to be told. */
static bool
owes_result(const struct kiosk *kiosk)
{
	return kiosk->at == SCREEN_RESULT || cash_is_busy(kiosk->cash);
}

static void
on_link(void *context, enum bank_link link)
{
	struct kiosk *kiosk = context;
	bool nobody;

	if (kiosk->state == NULL || kiosk->ending)
		return;
	nobody = !kiosk_in_session(kiosk) && kiosk->at != SCREEN_OUT &&
	    kiosk->at != SCREEN_GOODBYE && !owes_result(kiosk);
	if (link == BANK_LINK_DOWN && nobody)
		kiosk_go(kiosk, SCREEN_OUT);
	else if (link == BANK_LINK_READY && kiosk->at == SCREEN_OUT) {
		kiosk_go(kiosk, SCREEN_WELCOME);
		kiosk->outage_ended = time(NULL);
	}
}

static void
on_session_over(void *context, enum bank_outcome outcome)
{
	struct kiosk *kiosk = context;

	if (kiosk->ending) {
		event_base_loopbreak(kiosk->base);
		return;
	}
	if (kiosk->at == SCREEN_WELCOME || kiosk->at == SCREEN_OUT)
		return;
	/* Who waits for money is told of the money, and a result is read. */
	if (!owes_result(kiosk))
		kiosk_go(kiosk, SCREEN_WELCOME);
	chrome_say(kiosk->chrome, ROLE_BAD, news_session_over(outcome));
}

/* A banner shows the newest. */
static void
on_news(void *context, const struct sentence *what)
{
	struct kiosk *kiosk = context;

	news_add(&kiosk->customer->news, time(NULL), what, true);
	kiosk->customer->banner = *what;
	chrome_banner(kiosk->chrome);
}

static void
on_notice(void *context, const struct sentence *what)
{
	struct kiosk *kiosk = context;

	if (!kiosk->ending && kiosk_in_session(kiosk))
		on_news(kiosk, what);
}

void
kiosk_callbacks(struct kiosk *kiosk, struct bank_callbacks *callbacks)
{
	*callbacks = (struct bank_callbacks) { on_link, on_session_over,
		on_notice, on_news, kiosk };
}
