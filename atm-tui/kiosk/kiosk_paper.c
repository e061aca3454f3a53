/* SPDX-License-Identifier: ISC */
/*
 * Receipts on the screens, and what came in since the last visit.  Runs in
 * atm-tui, on its event loop.
 */
#include "kiosk_paper.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/util.h"
#include "kiosk.h"
#include "../base/away.h"

/* Written at once: session and language may be others when it is printed. */
void
kiosk_keep_receipt(
    struct kiosk *kiosk, const struct bank_reply *reply, const char *remark)
{
	const struct order *order = &kiosk->customer->order;
	struct receipt receipt;

	kiosk->customer->receipt.length = 0;
	if (reply->outcome != BANK_ANSWERED || order->verb == NULL ||
	    !receipt_read(&receipt, order->verb, order->account, order->cents,
		order->recipient, &reply->reader))
		return;
	receipt.remark = remark;
	kiosk->customer->receipt.length = receipt_write(&receipt, kiosk->config,
	    kiosk->customer->id, kiosk->customer->receipt.text);
}

bool
kiosk_has_receipt(const struct kiosk *kiosk)
{
	return receipts_any(kiosk->receipts) &&
	    kiosk->customer->receipt.length > 0;
}

static void
on_printed(void *context, bool printed)
{
	struct kiosk *kiosk = context;

	kiosk->customer->took_receipt |= printed && kiosk->customer->printing;
	kiosk->customer->printing = false;
	chrome_say(kiosk->chrome, printed ? ROLE_GOOD : ROLE_BAD,
	    printed ? _("Please take your receipt.")
		    : _("The receipt could not be printed"));
}

void
kiosk_print(
    struct kiosk *kiosk, const char *name, const char *text, size_t length)
{
	bool before = kiosk->customer->printing;

	chrome_say(
	    kiosk->chrome, ROLE_MESSAGE, _("Your receipt is being printed..."));
	kiosk->customer->printing = true;
	/* Else one is being printed, perhaps of the customer before. */
	if (receipts_print(
		kiosk->receipts, name, text, length, on_printed, kiosk) != 0)
		kiosk->customer->printing = before;
}

void
kiosk_print_receipt(struct kiosk *kiosk)
{
	if (kiosk_has_receipt(kiosk))
		kiosk_print(kiosk, "receipt", kiosk->customer->receipt.text,
		    kiosk->customer->receipt.length);
}

static void
on_history(void *context, const struct bank_reply *reply)
{
	struct kiosk *kiosk = context;
	const struct bank_session *session = bank_session(kiosk->bank);
	struct visit *visit;

	if (!kiosk_replied(reply, 200) || !kiosk_in_session(kiosk))
		return;
	visit = malloc(sizeof(*visit));
	if (visit == NULL)
		return;
	away_read(visit, &reply->reader, session->last_login, session->id,
	    config_string(kiosk->config, SCREEN_CURRENCY));
	for (size_t i = 0; i < visit->count; i++)
		news_add(&kiosk->customer->news, visit->lines[i], true);
	/* The newest is shown first: so the title is added last. */
	if (visit->count > 0)
		news_add(
		    &kiosk->customer->news, _("Since your last visit:"), false);
	OPENSSL_cleanse(visit, sizeof(*visit));
	free(visit);
}

void
kiosk_welcome_back(struct kiosk *kiosk)
{
	const struct bank_session *session = bank_session(kiosk->bank);

	string_copy(
	    kiosk->customer->id, session->id, sizeof(kiosk->customer->id));
	if (away_is_known(session->last_login))
		bank_request(kiosk->bank, VISIT_REQUEST, on_history, kiosk);
}
