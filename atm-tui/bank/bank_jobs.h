/* SPDX-License-Identifier: ISC */
/*
 * The queue of a session's requests, in order of sending: sent, sent again
 * on a new connection, answered in order or ended together.
 */
#ifndef ATM_BANK_JOBS_H
#define ATM_BANK_JOBS_H

#include <sys/queue.h>

#include "bank.h"
#include "bank_note.h"

#define BANK_IN_FLIGHT 32 /* the bank stops reading at 64 */

enum bank_job_kind {
	JOB_REQUEST,
	JOB_TRANSACTION, /* with its note */
	JOB_OUTCOME,     /* with the note of what was left over */
	JOB_REVERSE,     /* with the note of the withdrawal */
	JOB_NOTIFY
};

/* A request within a session. */
struct bank_job {
	TAILQ_ENTRY(bank_job) link;
	char request[BANK_REQUEST_SIZE];
	struct bank_note *note;
	enum bank_job_kind kind;
	bool sent; /* the bank may have it, by this connection or another */
	bool in_flight; /* sent by this connection */
	bank_reply_fn *reply;
	void *context;
};
TAILQ_HEAD(bank_jobs, bank_job);

/* Queues a job, at the end; NULL where there is no memory. */
struct bank_job *bank_job_new(struct bank *bank, enum bank_job_kind kind,
    const char *request, bank_reply_fn *reply, void *context);
/* A note that it still has stays on disk. */
void bank_job_free(struct bank *bank, struct bank_job *job);
/* Sends what may be sent. */
void bank_jobs_send(struct bank *bank);
/* All are to be sent anew, but for NOTIFY: its port is gone. */
void bank_jobs_not_in_flight(struct bank *bank);
/*
 * Ends all of them, since the session has ended so.  How it has for the
 * customer: BANK_LOST where a transaction leaves a doubt, BANK_UNDONE where
 * one was never sent.
 */
enum bank_outcome bank_jobs_end(struct bank *bank, enum bank_outcome outcome);

#endif
