/* SPDX-License-Identifier: ISC */
/*
 * What the files of struct bank call of each other: bank.c (what callers
 * ask), bank_connect.c (connecting, greeting, trying again), bank_entry.c
 * (login and resume), bank_session.c (requests and answers), bank_withdrawal.c
 * and bank_reversal.c (what becomes of withdrawals), bank_setup.c (files).
 */
#ifndef ATM_BANK_PARTS_H
#define ATM_BANK_PARTS_H

#include "bank_state.h"

#define BANK_BACKOFF_FIRST_MS 100
#define BANK_BACKOFF_LAST_MS 2000
#define BANK_ANSWER_SECONDS 15 /* without an answer: the link is lost */
#define BANK_ENTRY_SECONDS 15  /* a login or sign-up, waits included */
#define NOTICES_OFF 2          /* of notices.by = udp tls off */
#define BANK_NONSENSE_MAX 5    /* in a row, of a session */

/* bank_connect.c */
void bank_connect(struct bank *bank);
/* The link is lost, for whatever reason: closes it, and tries again. */
void bank_link_lost(struct bank *bank, const char *why);
/* The same, for what no bank says; too often, and the session is lost. */
void bank_link_spoilt(struct bank *bank);
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
