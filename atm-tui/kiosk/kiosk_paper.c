/* SPDX-License-Identifier: ISC */
/*
 * Receipts on the screens, what came in since the last visit, and what the
 * customer usually does.  Runs in atm-tui, on its event loop.
 */
#include "kiosk_paper.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/util.h"
#include "kiosk.h"
#include "../base/away.h"

void
kiosk_keep_receipt(
    struct kiosk *kiosk, const struct bank_reply *reply, const char *remark)
{
	const struct order *order = &kiosk->customer->order;
	struct receipt *receipt = &kiosk->customer->receipt;

	kiosk->customer->has_receipt = reply->outcome == BANK_ANSWERED &&
	    order->verb != NULL &&
	    receipt_read(receipt, order->verb, order->account, order->cents,
		order->recipient, &reply->reader);
	receipt->remark = remark;
	string_copy(receipt->memo, order->memo, sizeof(receipt->memo));
}

bool
kiosk_has_receipt(const struct kiosk *kiosk)
{
	return receipts_any(kiosk->receipts) && kiosk->customer->has_receipt;
}

static void
on_printed(void *context, bool printed)
{
	struct kiosk *kiosk = context;

	kiosk->customer->took_receipt |= printed && kiosk->customer->printing;
	kiosk->customer->printing = false;
	chrome_say(kiosk->chrome, printed ? ROLE_GOOD : ROLE_BAD,
	    printed ? N_("Please take your receipt.")
		    : N_("The receipt could not be printed"));
}

void
kiosk_print(
    struct kiosk *kiosk, const char *name, const char *text, size_t length)
{
	bool before = kiosk->customer->printing;

	chrome_say(kiosk->chrome, ROLE_MESSAGE,
	    N_("Your receipt is being printed..."));
	kiosk->customer->printing = true;
	/* Else one is being printed, perhaps of the customer before. */
	if (receipts_print(
		kiosk->receipts, name, text, length, on_printed, kiosk) != 0)
		kiosk->customer->printing = before;
}

void
kiosk_print_receipt(struct kiosk *kiosk)
{
	char text[RECEIPT_SIZE];

	if (!kiosk_has_receipt(kiosk))
		return;
	kiosk_print(kiosk, "receipt", text,
	    receipt_write(&kiosk->customer->receipt, kiosk->config,
		kiosk->customer->id, text));
	OPENSSL_cleanse(text, sizeof(text));
}

/* What others did since then becomes notices. */
static void
tell_news(struct kiosk *kiosk, const struct bank_reply *reply)
{
	static const struct sentence title = { .words = N_(
						   "Since your last visit:") };
	const struct bank_session *session = bank_session(kiosk->bank);
	struct visit *visit = malloc(sizeof(*visit));

	if (visit == NULL)
		return;
	away_read(visit, &reply->reader, session->last_login, session->id);
	for (size_t i = 0; i < visit->count; i++)
		news_add(&kiosk->customer->news, 0, &visit->lines[i], true);
	/* The newest is shown first: so the title is added last. */
	if (visit->count > 0)
		news_add_title(&kiosk->customer->news, &title);
	OPENSSL_cleanse(visit, sizeof(*visit));
	free(visit);
}

static void
on_history(void *context, const struct bank_reply *reply)
{
	struct kiosk *kiosk = context;
	struct history_entry *entries;

	if (!kiosk_in_session(kiosk))
		return;
	kiosk->customer->past.known = true;
	if (!kiosk_replied(reply, 200))
		return;
	entries = calloc(HISTORY_LINES, sizeof(*entries));
	if (entries != NULL)
		past_read(&kiosk->customer->past, entries,
		    history_read(&reply->reader, entries, HISTORY_LINES),
		    kiosk->customer->id);
	free(entries);
	past_read_names(&kiosk->customer->past, &reply->reader);
	tell_news(kiosk, reply);
}

void
kiosk_welcome_back(struct kiosk *kiosk)
{
	const struct bank_session *session = bank_session(kiosk->bank);

	string_copy(
	    kiosk->customer->id, session->id, sizeof(kiosk->customer->id));
	/* Who was never here has no past; who must change may not ask. */
	kiosk->customer->past.known = session->must_change ||
	    !away_is_known(session->last_login) ||
	    bank_request(kiosk->bank, VISIT_REQUEST, on_history, kiosk) != 0;
}
