/* SPDX-License-Identifier: ISC */
/*
 * The inside of the journal, shared by bank_journal.c (which writes) and
 * bank_journal_read.c (which reads what was left over).
 */
#ifndef ATM_BANK_JOURNAL_STATE_H
#define ATM_BANK_JOURNAL_STATE_H

#include "bank_journal.h"

#define NOTE_FILE_SIZE 1536

struct bank_journal {
	int directory;
	char kiosk[WIRE_ID_SIZE];
};

/* The first words of the steps' lines; NOTE_ASKED has none. */
extern const char *const bank_note_words[NOTE_STEP_COUNT];

/* Whether the locked file still has its name. */
bool bank_note_is_linked(int fd);
/* Takes the texts over; false where one is not of its form. */
bool bank_note_fill(struct bank_note *note, const char *txid,
    const char *customer, const char *request);

#endif
