/* SPDX-License-Identifier: ISC */
/*
 * The queue of a session's requests: sent in order, sent again on a new
 * connection, answered in order or ended together.  Part of atm-tui, on its
 * event loop.  Reads no answer.
 */
#include "bank_jobs.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/util.h"
#include "bank_connect.h"
#include "bank_reversal.h"
#include "bank_state.h"
#include "link.h"

struct bank_job *
bank_job_new(struct bank *bank, enum bank_job_kind kind, const char *request,
    bank_reply_fn *reply, void *context)
{
	struct bank_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->kind = kind;
	string_copy(job->request, request, sizeof(job->request));
	job->reply = reply;
	job->context = context;
	TAILQ_INSERT_TAIL(&bank->jobs, job, link);
	return job;
}

void
bank_job_free(struct bank *bank, struct bank_job *job)
{
	TAILQ_REMOVE(&bank->jobs, job, link);
	if (job->note != NULL)
		bank_note_leave(job->note);
	OPENSSL_cleanse(job, sizeof(*job));
	free(job);
}

static int
bank_job_send(struct bank *bank, struct bank_job *job)
{
	uint8_t sealed[FRAME_SEALED_SIZE];
	int length = seal_text(&bank->keys.up, FRAME_SEALED, job->request,
	    strlen(job->request), sealed, sizeof(sealed));

	if (length < 0)
		return length;
	job->sent = job->in_flight = true;
	return link_send(bank->wire, FRAME_SEALED, sealed, (size_t)length);
}

void
bank_jobs_send(struct bank *bank)
{
	struct bank_job *job;
	unsigned in_flight = 0;

	if (bank->phase != PHASE_SESSION)
		return;
	for (job = TAILQ_FIRST(&bank->jobs); job != NULL;
	     job = TAILQ_NEXT(job, link)) {
		if (in_flight++ == BANK_IN_FLIGHT)
			break;
		if (job->in_flight)
			continue;
		if (bank_job_send(bank, job) != 0) {
			/* By the loop: our caller isn't to be called back. */
			event_active(bank->answer_timer, EV_TIMEOUT, 0);
			return;
		}
		if (!evtimer_pending(bank->answer_timer, NULL))
			bank_await_answer(bank, true);
	}
}

void
bank_jobs_not_in_flight(struct bank *bank)
{
	struct bank_job *job = TAILQ_FIRST(&bank->jobs), *next;

	for (; job != NULL; job = next) {
		next = TAILQ_NEXT(job, link);
		job->in_flight = false;
		if (job->kind == JOB_NOTIFY)
			bank_job_free(bank, job);
	}
}

/*
 * A transaction that the bank may have is not known; all else is undone.  A
 * withdrawal needs no customer to be settled.
 */
static enum bank_outcome
bank_job_end(struct bank *bank, struct bank_job *job, enum bank_outcome outcome)
{
	struct bank_note *note = job->note;

	if (job->kind == JOB_REVERSE) {
		job->note = NULL;
		bank_withdrawal_reversed(bank, note, NULL);
	}
	if (job->kind != JOB_TRANSACTION)
		return outcome;
	if (job->sent && bank_note_is_withdrawal(note) &&
	    bank->kiosk_key != NULL) {
		job->note = NULL;
		bank_reversal_take(bank, note);
	}
	if (job->sent)
		return BANK_LOST;
	bank_note_done(job->note);
	job->note = NULL;
	return BANK_OVER;
}

enum bank_outcome
bank_jobs_end(struct bank *bank, enum bank_outcome outcome)
{
	struct bank_job *job;
	bool doubt = false, undone = false;

	while ((job = TAILQ_FIRST(&bank->jobs)) != NULL) {
		struct bank_reply reply = { .outcome = outcome };
		bank_reply_fn *tell = job->reply;
		void *context = job->context;

		if (job->kind == JOB_TRANSACTION)
			*(job->sent ? &doubt : &undone) = true;
		reply.outcome = bank_job_end(bank, job, outcome);
		bank_job_free(bank, job);
		if (tell != NULL)
			tell(context, &reply);
	}
	if (doubt)
		return BANK_LOST;
	return undone ? BANK_UNDONE : outcome;
}
