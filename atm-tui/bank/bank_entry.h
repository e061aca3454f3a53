/* SPDX-License-Identifier: ISC */
/*
 * The frames of a fresh connection, for bank*.c: login, sign-up, resume.
 */
#ifndef ATM_BANK_ENTRY_H
#define ATM_BANK_ENTRY_H

#include "bank.h"
#include "bank_note.h"

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

void bank_send_entry(struct bank *bank);
void bank_send_resume(struct bank *bank);
/* L, O or V with a fresh K.  Awaits the answer; on failure the link is lost. */
void bank_send_wrapped(struct bank *bank, uint8_t type, const char *text);
/* Answers and forgets the login or sign-up under way, if there is one. */
void bank_entry_end(struct bank *bank, enum bank_outcome outcome,
    const char *text, size_t length);

#endif
