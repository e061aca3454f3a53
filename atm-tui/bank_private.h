/* SPDX-License-Identifier: ISC */
/*
 * The inside of struct bank, shared by bank.c (what callers ask), bank_link.c
 * (connecting, greeting, login, resume, trying again) and bank_session.c
 * (requests and answers within a session), bank_withdrawal.c and
 * bank_reversal.c (what becomes of withdrawals).  Nobody else includes this.
 */
#ifndef ATM_BANK_PRIVATE_H
#define ATM_BANK_PRIVATE_H

#include <sys/queue.h>

#include "../shared/error.h"
#include "../shared/seal.h"
#include "bank.h"
#include "bank_journal.h"
#include "link.h"
#include "notices.h"

#define BANK_BACKOFF_FIRST_MS 100
#define BANK_BACKOFF_LAST_MS 2000
#define BANK_ANSWER_SECONDS 15 /* without an answer: the link is lost */
#define BANK_ENTRY_SECONDS 15  /* a login or sign-up, waits included */
#define NOTICES_OFF 2          /* of notices.by = udp tls off */
#define BANK_IN_FLIGHT 32      /* the bank stops reading at 64 */

/* Where the connection stands: which frames may come next. */
enum bank_phase {
	PHASE_CLOSED,    /* no connection; perhaps the retry timer runs */
	PHASE_GREETING,  /* a G must come */
	PHASE_READY,     /* greeted; the nonce is unused */
	PHASE_ENTERING,  /* L or O is unanswered */
	PHASE_REVERSING, /* V is unanswered */
	PHASE_RESUMING,  /* R is unanswered */
	PHASE_SESSION
};

enum bank_job_kind {
	JOB_REQUEST,
	JOB_TRANSACTION, /* with its note */
	JOB_OUTCOME,     /* with the note of what was left over */
	JOB_REVERSE,     /* with the note of the withdrawal */
	JOB_NOTIFY
};

/* A request within a session, in order of sending. */
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

/* A login or sign-up under way; `type` is 0 where there is none. */
struct bank_entry {
	uint8_t type;
	char text[BANK_REQUEST_SIZE]; /* what is sealed: a secret */
	char id[WIRE_ID_SIZE];
	unsigned sent;
	char *answer; /* the login's, while what is left over is settled */
	size_t answer_length;
	bank_reply_fn *reply;
	void *context;
};

struct bank {
	struct event_base *base;
	const struct config *config;
	struct bank_callbacks callbacks;
	SSL_CTX *tls;
	EVP_PKEY *bank_public;
	EVP_PKEY *kiosk_key; /* NULL: not enrolled */
	struct bank_journal *journal;
	struct notices *notices; /* NULL: none wanted */
	struct link *wire;

	enum bank_link state;
	enum bank_phase phase;
	unsigned backoff_ms;
	uint64_t next_try_ms, greeted_ms; /* of the steady clock */
	uint64_t down_since_ms;           /* since 1970 */
	struct event *retry, *answer_timer, *entry_timer, *grace_timer;

	uint8_t nonce[FRAME_NONCE_SIZE];
	uint8_t binding[FRAME_BINDING_SIZE];
	struct seal_keys keys;

	struct bank_entry entry;
	bool in_session;
	uint8_t k[SEAL_KEY_SIZE];
	uint8_t number[FRAME_SESSION_SIZE];
	uint64_t clock_offset_ms; /* bank's clock minus the steady one */
	struct bank_session session;
	struct bank_jobs jobs;

	struct bank_note *booked; /* the machine's turn */
	bank_taken_fn *taken;
	void *taken_context;
	struct bank_note *to_reverse; /* by V, one after the other */
	uint64_t reverse_after_ms;    /* of the steady clock */
	struct event *reverse_timer;
	char text[FRAME_MAX_LENGTH + 1]; /* the reply that is being read */
};

/* bank_link.c */
void bank_connect(struct bank *bank);
/* The link is lost, for whatever reason: closes it, and tries again. */
void bank_link_lost(struct bank *bank, const char *why);
void bank_set_state(struct bank *bank, enum bank_link state, const char *why);
void bank_await_answer(struct bank *bank, bool waiting);
/* Opens the S into bank->text; its length, or negative and the link lost. */
int bank_open_sealed(struct bank *bank, const struct frame *frame);
/* After an answer that leaves no session comes a new G. */
void bank_await_greeting(struct bank *bank);
extern const struct link_callbacks bank_link_callbacks;

/* bank_entry.c */
void bank_send_entry(struct bank *bank);
void bank_send_resume(struct bank *bank);
/* L, O or V with a fresh K; an answer is awaited.  Failure comes as loss. */
void bank_send_wrapped(struct bank *bank, uint8_t type, const char *text);
/* Answers and forgets the login or sign-up under way, if there is one. */
void bank_entry_end(struct bank *bank, enum bank_outcome outcome,
    const char *text, size_t length);

/* bank_session.c */
/* 0, or BANK_EINVAL where the bank's answer to L or R is not one. */
int bank_session_begin(struct bank *bank, size_t length);
int bank_session_resumed(struct bank *bank, const struct wire_reader *reader);
/* The session is gone: `outcome` is BANK_LOST or BANK_OVER. */
void bank_session_fail(struct bank *bank, enum bank_outcome outcome);
void bank_session_reply(struct bank *bank, size_t length);
uint64_t bank_clock_ms(const struct bank *bank);

/* bank_jobs.c */
/* Queues a job, at the end; NULL where there is no memory. */
struct bank_job *bank_job_new(struct bank *bank, enum bank_job_kind kind,
    const char *request, bank_reply_fn *reply, void *context);
/* A note that it still has stays on disk. */
void bank_job_free(struct bank *bank, struct bank_job *job);
/* Sends what may be sent. */
void bank_jobs_send(struct bank *bank);
/* All are to be sent anew, but for NOTIFY: its port is gone. */
void bank_jobs_not_in_flight(struct bank *bank);
/* Ends all of them; true where one leaves a doubt. */
bool bank_jobs_end(struct bank *bank, enum bank_outcome outcome);

/* bank_withdrawal.c */
/* The bank has booked it: the note is the machine's. */
void bank_withdrawal_booked(struct bank *bank, struct bank_note *note,
    const struct wire_reader *reader);
/* The answer to its REVERSE; NULL: none came.  Takes the note. */
void bank_withdrawal_reversed(struct bank *bank, struct bank_note *note,
    const struct wire_reader *reader);
/* What becomes of a note by the answer to REVERSE or V; takes it. */
enum bank_taken bank_withdrawal_settle(struct bank *bank,
    struct bank_note *note, const struct wire_reader *reader);
/* Logs all that an operator needs, and sets it aside. */
void bank_withdrawal_aside(struct bank_note *note, const char *why);

/* bank_reversal.c */
/* What was left over of withdrawals, at the start.  0 or BANK_ENOMEM. */
int bank_reversal_open(struct bank *bank);
void bank_reversal_close(struct bank *bank);
/* One without a session: V, or an operator.  Takes the note. */
void bank_reversal_take(struct bank *bank, struct bank_note *note);
/* Sends a V where one is due and nothing is unanswered; whether it did. */
bool bank_reversal_send(struct bank *bank);
void bank_reversal_answered(struct bank *bank, const struct frame *frame);
void bank_reversal_refused(struct bank *bank, const struct frame *frame);

/* bank_setup.c */
/* Reads what bank_new() needs of files; as bank_new() on failure. */
int bank_setup_files(struct bank *bank, char *error, size_t size);

#endif
