/* SPDX-License-Identifier: ISC */
/*
 * R and V, after their seals (the vault's).
 */
#include <string.h>

#include "../../../shared/base/log.h"
#include "../../../shared/base/clock.h"
#include "../verbs/verbs.h"
#include "../verbs/verbs_money.h"
#include "../core/vault_state.h"
#include "../guard/tally.h"
#include "login_state.h"

static bool
is_same_kiosk(const struct kiosk_seen *one, const struct kiosk_seen *other)
{
	if (one->enrolled != other->enrolled)
		return false;
	return !one->enrolled || strcmp(one->name, other->name) == 0;
}

/*
 * Runs the batch first: the old connection's requests that have come are
 * applied and answered, and none of it is after this.  A stranger can't cause
 * that, or each R would cut everybody's batch short.
 */
static struct session *
resumed(struct vault *vault, const struct login *login)
{
	struct session *session;

	if (!login->opened || !login->has_session || !login->has_form)
		return NULL;
	batch_run(vault);
	session = session_find(vault->sessions, login->body + FRAME_KIOSK_SIZE);
	return session != NULL && is_same_kiosk(&session->kiosk, &login->kiosk)
	    ? session
	    : NULL;
}

void
login_resume(struct vault *vault, struct login *login)
{
	struct session *session;
	uint64_t now_ms = clock_steady_ms();

	if (login->kiosk.enrolled &&
	    tally_is_full(vault->logins->resumes, &login->kiosk, now_ms)) {
		login_refuse(vault, login, WIRE_TOO_MANY_SESSIONS);
		return;
	}
	if ((session = resumed(vault, login)) == NULL) {
		tally_add(vault->logins->resumes, &login->kiosk, now_ms);
		login_refuse(vault, login, WIRE_LOGIN_REFUSED);
		return;
	}
	log_event(LOG_INFO, "resume", "id", LOG_TEXT(session->customer),
	    "kiosk", LOG_TEXT(login->kiosk.name), "address",
	    LOG_TEXT(login->address), NULL);
	login_accept(vault, login, session, WIRE_RESUMED);
}

static void
apply_reversal(struct books *books, struct step *step)
{
	const struct login *login = step->subject;

	if (login->has_form)
		verbs_decide(books, step);
	else
		step->reply = WIRE_INCORRECT;
	if (books->error == 0)
		verbs_write(books, step);
}

static void
finish_reversal(struct vault *vault, struct step *step)
{
	const struct login *login = step->subject;

	log_event(LOG_NOTICE, "reversal", "id",
	    LOG_TEXT(
		step->accounts[STEP_CUSTOMER] != NULL ? login->text.id : "-"),
	    "kiosk", LOG_TEXT(login->kiosk.name), "reply",
	    LOG_NUMBER(wire_reply_code(step->reply)), NULL);
	verbs_after(vault, step);
	login_answer(vault, step->subject, step->text, step->length);
}

static const struct step_kind reversal_step = {
	.apply = apply_reversal,
	.finish = finish_reversal,
};

void
login_reversal(struct vault *vault, struct login *login)
{
	struct step *step = batch_add(vault, &reversal_step, NULL);

	step->subject = login;
	step->writes = true;
	step->kiosk = &login->kiosk;
	if (!login->has_form)
		return;
	step->request.verb = &verbs_reversal;
	memcpy(step->request.withdrawal, login->text.txid, WIRE_TXID_SIZE);
	step->ids[STEP_CUSTOMER] = login->text.id;
	if (login->kiosk.enrolled)
		step->ids[STEP_BANK] = login->cash_id;
}
